"""The trials of a plugin: each tries one part of the contract over a harness, and tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any

from bot.core.bot_errors import PluginFault
from bot.host.guarded_calls import CLOSED, LISTED_VALUES, blame_plugin, require_type
from bot.host.value_types import find_mismatch
from bot.language.translation import can_translate, translate
from bot.plugin import Call, Choice, Impact, Message, Nothing, PageLink, Plan, PluginError, Reply, Risk, Undo, quote
from bot.testing.example_lines import own_commands
from bot.testing.harness import Harness
from bot.testing.member_trials import (
    try_events,
    try_health,
    try_measurements,
    try_overview,
    try_simulation,
    try_unfinished,
)
from bot.testing.plan_trials import (
    try_change,
    try_labels,
    try_observation,
    try_permission,
    try_quoting,
    try_readers,
    try_stored_methods,
    try_undo,
    try_undo_line,
)

WholeTrial = Callable[[Harness], Iterator[str]]
LineTrial = Callable[[Harness, str], Iterator[str]]


def try_examples(harness: Harness) -> Iterator[str]:
    """Every command that can be typed in Slack has an example, for help and for these trials."""
    yield from (f"“{command.path}” has no example" for command in own_commands(harness) if not command.examples)


def try_places(harness: Harness) -> Iterator[str]:
    """There is a place, and names and identities tell each from every other."""
    places = harness.plugin.places(harness.services())
    if not places:
        yield "it names no place over this simulation, so nothing can be tried; is a setting missing?"
    for kind, each in (("name", [one.name for one in places]), ("identity", [one.identity for one in places])):
        if len(set(each)) < len(each):
            yield f"two places have one {kind}: {', '.join(each)}"
    for name in (one.name for one in places if quote(one.name) != one.name):
        yield f"the place “{name}” cannot be typed without quotation marks; take a name without blanks and marks"


def try_maintenance(harness: Harness) -> Iterator[str]:
    """`maintain` can be called at any time."""
    harness.plugin.maintain(harness.services())
    yield from ()


def try_closing(harness: Harness) -> Iterator[str]:
    """`close` raises nothing, can be called twice, and whoever asks afterwards is answered all the same."""
    for _ in range(2):
        with blame_plugin(harness.plugin.name, CLOSED):
            harness.plugin.plugin.close()
    harness.plugin.places(harness.services())
    yield from ()


def try_completion(harness: Harness) -> Iterator[str]:
    """What `complete` lists for an argument is texts."""
    for command in own_commands(harness):
        for each in command.parameters:
            if each.arg.complete is not None:
                with blame_plugin(harness.plugin.name, LISTED_VALUES, argument=each.named, command=command.path):
                    require_type(list(each.arg.complete(harness.open(command, harness.place()))), Sequence[str])
    yield from ()


def try_choices(harness: Harness) -> Iterator[str]:
    """What `choices` lists for an argument is choices, each value once. `no_undo` names commands that destroy."""
    destroying = {command.path for command in own_commands(harness) if command.risk is Risk.DESTROY}
    for command in own_commands(harness):
        for each in command.parameters:
            if each.arg.choices is not None:
                with blame_plugin(harness.plugin.name, LISTED_VALUES, argument=each.named, command=command.path):
                    listed = list(each.arg.choices.read(harness.open(command, harness.place())))
                    values = [one.value for one in require_type(listed, Sequence[Choice])]
                    if len(set(values)) < len(values):
                        raise TypeError("a value is listed twice")
                    if not destroying.issuperset(path for one in listed for path in one.no_undo):
                        raise TypeError("no_undo names no command that destroys something")
    yield from ()


def try_terminal(harness: Harness, line: str) -> Iterator[str]:
    """A command of the terminal is answered or refused, with made-up secrets, and shows none of them."""
    asked = [each.name for each in harness.understand(line).command.parameters if each.arg.secret]
    secrets = {name: f"made-up-{name}-8461" for name in asked}
    try:
        said = str(harness.ask(line, secrets=secrets))
    except PluginFault:
        raise
    except PluginError as error:
        said = f"{translate(error.sentence)} {translate(error.hint)}"
    yield from (f"what it says holds the secret “{name}”" for name, secret in secrets.items() if secret in said)


def try_parsing(harness: Harness, line: str) -> Iterator[str]:
    """An example can be typed, and its values are of the types that the function declares."""
    understood = harness.understand(line)
    for parameter in understood.command.parameters:
        value = understood.arguments.get(parameter.name)
        for each in () if value is None else value if parameter.many else (value,):
            wrong = find_mismatch(each, parameter.kind)
            if wrong:
                yield f"{parameter.named} {wrong} after parsing"


def try_answer(harness: Harness, line: str) -> Iterator[str]:
    """What only reads answers without a plan, and what is planned is planned the same way a second time."""
    answer = harness.ask(line)
    if isinstance(answer, Plan) and harness.understand(line).command.risk is Risk.READ:
        yield "it only reads, and returned a plan"
    elif isinstance(answer, Plan):
        changed = harness.drift(answer, line)
        if changed:
            yield f"planned again it is another plan, so it would never run: {'; '.join(map(translate, changed))}"


def try_messages(harness: Harness, line: str) -> Iterator[str]:
    """Every message of an answer has an English sentence, and fills its placeholders."""
    lacking = dict.fromkeys(one for one in messages_in(harness.ask(line)) if not can_translate(one))
    yield from (
        f"the message {translate(one)} has no English sentence whose placeholders it fills. Add the sentence to "
        f"locale/en/LC_MESSAGES/{one.key.partition('.')[0]}.po beside the plugin's module and compile it"
        for one in lacking
    )


TEXTS: Mapping[type[Any], Sequence[str]] = {
    Reply: ("title",),
    Nothing: ("sentence",),
    Plan: ("summary",),
    Call: ("method", "note"),
    Undo: ("sentence",),
    Impact: ("label",),
    PageLink: ("label",),
}
"""The fields of answers and plans that people always read."""


def try_texts(harness: Harness, line: str) -> Iterator[str]:
    """What people always read of an answer says something."""
    for part in parts_of(harness.ask(line)):
        for name in TEXTS.get(type(part), ()):
            text = getattr(part, name)
            if isinstance(text, str) and not text.strip():
                yield f"the {name} of its {type(part).__name__} is empty"


def parts_of(value: Any) -> Iterator[Any]:
    """Every dataclass of an answer, however deep, with the answer itself."""
    if isinstance(value, tuple):
        yield from chain.from_iterable(map(parts_of, value))
    elif is_dataclass(value):
        yield value
        yield from chain.from_iterable(parts_of(getattr(value, field.name)) for field in fields(value))


def messages_in(value: Any) -> Iterator[Message]:
    """Every message of an answer, however deep."""
    if isinstance(value, Message):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(messages_in, value.values()))
    elif isinstance(value, tuple | list):
        yield from chain.from_iterable(map(messages_in, value))
    elif is_dataclass(value):
        yield from chain.from_iterable(messages_in(getattr(value, field.name)) for field in fields(value))


WHOLE: Sequence[WholeTrial] = (
    try_simulation,
    try_examples,
    try_places,
    try_maintenance,
    try_events,
    try_measurements,
    try_health,
    try_unfinished,
    try_overview,
)
READING: Sequence[LineTrial] = (
    try_parsing,
    try_answer,
    try_messages,
    try_texts,
    try_labels,
    try_observation,
    try_undo,
    try_undo_line,
    try_quoting,
)
"""What is tried with every example, in one harness: nothing is changed."""
APART: Sequence[WholeTrial] = (try_readers, try_stored_methods)
"""What is tried with all examples in a harness of its own, and counts where nothing else is found."""
CHANGING: Sequence[LineTrial] = (try_permission, try_change)
"""What is tried with every example of a command that changes something, which gets a harness of its own."""
TERMINAL: Sequence[LineTrial] = (try_terminal,)
"""What is tried with every example of a command of the terminal, which gets a harness of its own."""
LAST: Sequence[WholeTrial] = (try_completion, try_choices, try_closing)
