"""The trials of a plugin: each tries one part of the contract over a harness, and tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any

from bot.core.bot_errors import PluginFault
from bot.core.change.drift import differences
from bot.core.parsing.invocation import AnyCommand
from bot.core.parsing.tokenizer import split_words
from bot.host.guarded_calls import CLOSED, LISTED_VALUES, blame_plugin, require_type
from bot.host.value_types import find_mismatch
from bot.language.translation import can_translate, translate
from bot.plugin import (
    BadArgument,
    CallVerdict,
    Choice,
    Message,
    Nothing,
    Plan,
    PluginError,
    Refusal,
    Risk,
    TargetRefused,
    UndoKind,
    quote,
)
from bot.testing.harness import Harness

WholeTrial = Callable[[Harness], Iterator[str]]
LineTrial = Callable[[Harness, str], Iterator[str]]
AWKWARD = ('it\'s "here" “now” C:\\new «x» `tick`', "--name=two words", "<https://example.com|example>")
"""Texts that are read as something else where they are written into a line without `quote`."""


def own_commands(harness: Harness) -> Sequence[AnyCommand]:
    """The plugin's commands that can be typed in Slack, as the host has them."""
    paths = {command.path for group in harness.plugin.groups for command in group if not command.terminal}
    return [command for command in harness.commands if command.path in paths]


def terminal_lines(harness: Harness) -> Sequence[str]:
    """The examples of the plugin's commands that only the terminal has."""
    declared = [command for group in harness.plugin.groups for command in group if command.terminal]
    return [f"{command.path} {example}".strip() for command in declared for example in command.examples]


def example_lines(harness: Harness, *, changing: bool = False) -> Sequence[str]:
    """The examples as one types them, all or those of commands that change something.

    One that names a person is left out: a mention arrives by an id.
    """
    return [
        f"{command.path} {example}".strip()
        for command in own_commands(harness)
        if not any(parameter.arg.person for parameter in command.parameters)
        if not changing or command.risk is not Risk.READ
        for example in command.examples
    ]


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
    """What `choices` lists for an argument is choices, each value once."""
    for command in own_commands(harness):
        for each in command.parameters:
            if each.arg.choices is not None:
                with blame_plugin(harness.plugin.name, LISTED_VALUES, argument=each.named, command=command.path):
                    listed = list(each.arg.choices.read(harness.open(command, harness.place())))
                    values = [one.value for one in require_type(listed, Sequence[Choice])]
                    if len(set(values)) < len(values):
                        raise TypeError("a value is listed twice")
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


def try_labels(harness: Harness, line: str) -> Iterator[str]:
    """A plan says what it is about, and what it calls for is not so already."""
    plan = harness.ask(line)
    if isinstance(plan, Plan):
        if not plan.target.strip():
            yield "its target is empty, so two such changes could be made at once: name what is changed"
        # Without a call only the plugin's own records change, which `verify` need not show.
        wanted = plan.wanted.items() if plan.calls else ()
        for label in (label for label, word in wanted if plan.before.get(label) == word):
            yield f"`wanted` has {label} as it is before: leave it out, or answer Nothing where there is nothing to do"


def try_observation(harness: Harness, line: str) -> Iterator[str]:
    """Right after planning, `verify` sees what the plan says there is before."""
    plan = harness.ask(line)
    if isinstance(plan, Plan) and plan.provable:
        seen = harness.verify(plan, place=_place_of(harness, line))
        yield from (
            f"nothing was done yet, and verify sees another thing than `before` has: {translate(each)}"
            for each in differences(plan.before, seen)
        )


def try_undo_line(harness: Harness, line: str) -> Iterator[str]:
    """The line that would undo a plan can be typed, and is read as it is written."""
    plan = harness.ask(line)
    if isinstance(plan, Plan):
        yield from _misread(harness, plan)


def try_quoting(harness: Harness, line: str) -> Iterator[str]:
    """A value with blanks, quotation marks and the like is still one value in the line that undoes it."""
    for awkward in awkward_lines(harness, line):
        plan = _plan_or_none(harness, awkward)
        if plan is not None:
            yield from (f"typed as “{awkward}”: {each}" for each in _misread(harness, plan))


def try_permission(harness: Harness, line: str) -> Iterator[str]:
    """`perform` asks `may_send` before it sends, and sends nothing where the answer is no."""
    plan = harness.ask(line)
    if not isinstance(plan, Plan) or not plan.calls:
        return
    place = _place_of(harness, line)
    outcome = harness.perform(plan, may_send=False, place=place)[0]
    if outcome.verdict is not CallVerdict.NOT_SENT:
        told = translate(outcome.sentence)
        yield f"may_send said no, and perform answered {outcome.verdict} instead of not_sent: {told}"
    elif plan.provable:
        changed = differences(plan.before, harness.verify(plan, place=place))
        yield from (f"may_send said no, and something changed: {translate(each)}" for each in changed)


def try_change(harness: Harness, line: str) -> Iterator[str]:
    """A plan that is carried out ends as done, by what `verify` sees; what promises to be undone whole, is."""
    plan = harness.ask(line)
    if not isinstance(plan, Plan):
        return
    ending = harness.run(line)
    if ending.status != "done":
        yield f"carried out, it ended as {ending.status}: {translate(ending.outcome)}"
    elif plan.provable and plan.undo.kind is UndoKind.FULL and plan.undo.line:
        yield from _not_undone(harness, plan, _place_of(harness, line))


def _not_undone(harness: Harness, plan: Plan, place: str | None) -> Iterator[str]:
    answer = harness.ask(plan.undo.line)
    if not isinstance(answer, Plan):
        told = translate(answer.sentence) if isinstance(answer, Nothing) else translate(answer.title)
        yield f"its undo, “{plan.undo.line}”, plans nothing: {told}"
        return
    ending = harness.run(plan.undo.line)
    if ending.status != "done":
        yield f"its undo, “{plan.undo.line}”, ended as {ending.status}: {translate(ending.outcome)}"
    seen = harness.verify(plan, place=place)
    before, after = ({label: each[label] for label in plan.wanted if label in each} for each in (plan.before, seen))
    yield from (f"its undo did not put back {translate(each)}" for each in differences(before, after))


WHOLE: Sequence[WholeTrial] = (try_examples, try_places, try_maintenance)
READING: Sequence[LineTrial] = (
    try_parsing,
    try_answer,
    try_messages,
    try_labels,
    try_observation,
    try_undo_line,
    try_quoting,
)
"""What is tried with every example, in one harness: nothing is changed."""
CHANGING: Sequence[LineTrial] = (try_permission, try_change)
"""What is tried with every example of a command that changes something, which gets a harness of its own."""
TERMINAL: Sequence[LineTrial] = (try_terminal,)
"""What is tried with every example of a command of the terminal, which gets a harness of its own."""
LAST: Sequence[WholeTrial] = (try_completion, try_choices, try_closing)


def awkward_lines(harness: Harness, line: str) -> Iterator[str]:
    """The line with each of its values in turn as awkward as a value can be."""
    path, words = harness.understand(line).command.path, split_words(line)
    typed = words[len(path.split()) :]
    for at, word in enumerate(typed):
        for awkward in AWKWARD if not word.startswith("--") else ():
            yield " ".join([path, *map(quote, [*typed[:at], awkward, *typed[at + 1 :]])])


def _plan_or_none(harness: Harness, line: str) -> Plan | None:
    """The plan of a line, or none where its words are refused, as they may be."""
    try:
        answer = harness.ask(line)
    except (BadArgument, Refusal, TargetRefused):
        return None
    return answer if isinstance(answer, Plan) else None


def _misread(harness: Harness, plan: Plan) -> Iterator[str]:
    line = plan.undo.line
    if not line:
        return
    try:
        understood = harness.understand(line)
    except PluginError as error:
        yield f"its undo, “{line}”, cannot be typed: {translate(error.sentence)} Write values into it by `quote`."
        return
    free = any(parameter.arg.free for parameter in understood.command.parameters)
    if not free and understood.invocation.line != line:
        yield f"its undo, “{line}”, is read as “{understood.invocation.line}”. Write values into it by `quote`."


def _place_of(harness: Harness, line: str) -> str | None:
    return harness.understand(line).invocation.place
