"""The toy as a plugin with catalogues: what it says in English is a message, so that every language can tell it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from bot.plugin import (
    Answer,
    Call,
    CallOutcome,
    Command,
    Group,
    Message,
    Nothing,
    Observation,
    Place,
    Plan,
    Refusal,
    Reply,
    Services,
    Text,
)
from bot.plugin.message import fill_message
from tests.usecases.toy import THINGS, Toy

NAME = "worded"
COLOURS: Mapping[str, Message] = {"red": Message("worded.red"), "blue": Message("worded.blue")}
SENTENCES: Mapping[str, Message] = {
    r"Remove (?P<thing>\w+)": Message("worded.remove", thing="thing"),
    r"Remove (?P<thing>\w+)\.": Message("worded.remove_call", thing="thing"),
    r"Paint (?P<thing>\w+)": Message("worded.paint", thing="thing"),
    r"Paint (?P<thing>\w+) (?P<colour>\w+)\.": Message("worded.paint_call", thing="thing", colour="colour"),
    r"Paint (?P<thing>\w+)\.": Message("worded.paint_green", thing="thing"),
    r"Wave": Message("worded.wave"),
    r"(?P<colour>red|blue) (?P<thing>\w+)": Message("worded.coloured", thing="thing", colour="colour"),
    r"It is gone then\.": Message("worded.gone"),
    r"It cannot be put back\.": Message("worded.no_undo"),
    r"Paint it back\.": Message("worded.undo"),
    r"There is no (?P<thing>\w+)\.": Message("worded.none", thing="thing"),
    r"There is no (?P<thing>\w+) that is not (?P<colour>\w+) already\.": Message(
        "worded.painted", thing="thing", colour="colour"
    ),
    r"Not today\.": Message("worded.refused"),
    r"Come back tomorrow\.": Message("worded.tomorrow"),
    r"The toy said something\.": Message("worded.said"),
    r"Things": Message("worded.things"),
    r"Id": Message("worded.id"),
    r"Colour": Message("worded.colour"),
}
"""By the pattern of the English: the message that says it."""


def word(text: Text) -> Text:
    """The message that says the same as a text of the toy; an id and another text stay as they are."""
    if isinstance(text, Message):
        return text
    for pattern, template in SENTENCES.items():
        found = re.fullmatch(pattern, text)
        if found:
            return fill_message(
                template, {name: COLOURS.get(value, value) for name, value in found.groupdict().items()}
            )
    return COLOURS.get(text, text)


@dataclass(slots=True)
class WordedToy(Toy):
    """The toy with the commands of the storyboards, all of whose texts are messages."""

    name: str = NAME

    @property
    def groups(self) -> Sequence[Group[Any]]:
        return (WORDED,)

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        outcome = Toy.perform(self, services, place, call)
        return replace(outcome, sentence=word(outcome.sentence))

    def seen(self, *names: str) -> Observation:
        return {label: word(colour) for label, colour in Toy.seen(self, *names).items()}


def _worded(answer: Answer) -> Answer:
    match answer:
        case Nothing():
            return replace(answer, sentence=word(answer.sentence))
        case Reply():
            table = answer.table
            rows = tuple(tuple(map(word, row)) for row in table.rows) if table else ()
            made = table and replace(table, columns=tuple(map(word, table.columns)), rows=rows)
            return replace(answer, title=word(answer.title), table=made)
        case Plan():
            return replace(
                answer,
                summary=word(answer.summary),
                calls=tuple(replace(call, note=word(call.note)) for call in answer.calls),
                wanted={label: None if state is None else word(state) for label, state in answer.wanted.items()},
                labels={label: Message("worded.is", thing=label.removesuffix(" is")) for label in answer.before},
                undo=replace(answer.undo, sentence=word(answer.undo.sentence)),
                radius=tuple(map(word, answer.radius)),
                warnings=tuple(map(word, answer.warnings)),
            )


def _speak(command: Command[Toy]) -> Command[Toy]:
    function: Callable[..., Answer] = command.function

    @wraps(function)
    def speak(*given: Any, **named: Any) -> Answer:
        try:
            return _worded(function(*given, **named))
        except Refusal as error:
            raise Refusal(word(error.sentence), hint=word(error.hint)) from None

    return replace(command, function=speak)


_SPOKEN = ("list", "remove", "paint", "wave", "refuse")
WORDED: Group[Toy] = Group("thing", "Things.", {one.verb: _speak(one) for one in THINGS if one.verb in _SPOKEN})
