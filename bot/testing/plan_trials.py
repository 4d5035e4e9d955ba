"""The trials of plans: each tries one part of what a plan promises, and tells what it found."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.change.drift import differences
from bot.core.parsing.invocation import understand
from bot.core.parsing.tokenizer import split_words
from bot.language.translation import translate
from bot.plugin import (
    BadArgument,
    CallVerdict,
    Nothing,
    Observation,
    Plan,
    PluginError,
    Refusal,
    Risk,
    TargetRefused,
    UndoKind,
    quote,
)
from bot.testing.example_lines import example_lines, own_commands
from bot.testing.harness import Harness
from bot.usecases.requests.planning import ask

AWKWARD = ('it\'s "here" “now” C:\\new «x» `tick`', "--name=two words", "<https://example.com|example>")
"""Texts that are read as something else where they are written into a line without `quote`."""

Placed = tuple[Plan, str | None]
"""A plan and the place that its line names."""


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


def try_undo(harness: Harness, line: str) -> Iterator[str]:
    """What is undone whole has a line for it, and what is not undone has none."""
    plan = harness.ask(line)
    if isinstance(plan, Plan):
        if plan.undo.kind is UndoKind.FULL and not plan.undo.line:
            yield "its undo is FULL and has no line: name the command that restores the state, or take another kind"
        if plan.undo.kind is UndoKind.NONE and plan.undo.line:
            yield f"its undo is NONE and has the line “{plan.undo.line}”: leave the line out, or take another kind"


def try_undo_line(harness: Harness, line: str) -> Iterator[str]:
    """The line that would undo a plan can be typed, and is read as it is written."""
    plan = harness.ask(line)
    if isinstance(plan, Plan):
        yield from _misread(harness, plan)


def try_quoting(harness: Harness, line: str) -> Iterator[str]:
    """A value with blanks, quotation marks and the like is still one value in the undo's line, and in the target."""
    plain = harness.ask(line)
    most = len(plain.target.split()) if isinstance(plain, Plan) else 1
    for awkward in awkward_lines(harness, line):
        plan = _plan_or_none(harness, awkward)
        if plan is not None:
            yield from (f"typed as “{awkward}”: {each}" for each in (*_misread(harness, plan), *_split(plan, most)))


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
    elif plan.provable and plan.undo.kind is UndoKind.FULL:
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


def try_readers(harness: Harness) -> Iterator[str]:
    """A command that only reads leaves everything as it was that the plans of the other commands are about."""
    plans = list(_first_plans(harness))
    before = [_observe(harness, each) for each in plans]
    for line in example_lines(harness):
        if harness.understand(line).command.risk is Risk.READ:
            _ask_or_none(harness, line)
            after = [_observe(harness, each) for each in plans]
            for one, other in zip(before, after, strict=True):
                yield from (
                    f"“{line}”: it only reads, and changed {translate(each)}" for each in differences(one, other)
                )
            before = after


def _first_plans(harness: Harness) -> Iterator[Placed]:
    """One plan of each command whose effect can be read."""
    found: dict[str, Placed] = {}
    for line in example_lines(harness, changing=True):
        path = harness.understand(line).command.path
        plan = None if path in found else _ask_or_none(harness, line)
        if plan is not None and plan.provable:
            found[path] = plan, _place_of(harness, line)
    yield from found.values()


def _observe(harness: Harness, placed: Placed) -> Observation:
    plan, place = placed
    return harness.verify(plan, place=place)


def try_stored_methods(harness: Harness) -> Iterator[str]:
    """Each method in `stored_methods` is that of a call, so that a misspelt one is told.

    Nothing is told of a plugin with a plan that its examples do not show: that one may have the method.
    """
    stored = harness.plugin.stored_methods
    plans = list(_typed_plans(harness)) if stored else [None]
    if None not in plans:
        used = {call.method for plan in plans if plan is not None for call in plan.calls}
        strange = [method for method in stored if method not in used]
        yield from (f"`stored_methods` names {one}, which is the method of no call in any plan" for one in strange)


def _typed_plans(harness: Harness) -> Iterator[Plan | None]:
    """The plans of all examples that can be typed in Slack; None for one that is not shown or is refused."""
    for command in own_commands(harness, terminal=True):
        changes = command.in_slack is not None and command.risk is not Risk.READ
        if changes and not command.examples:
            yield None
        for line in (f"{command.path} {example}" for example in command.examples if changes):
            try:
                understood = understand(harness.typed, line)
                new = understood.command.names_new_place
                subject = harness.services() if new else harness.open(understood.command, harness.place())
                answer = ask(harness.plugin.name, understood, subject)
            except PluginError:
                yield None
            else:
                if isinstance(answer, Plan):
                    yield answer


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


def _split(plan: Plan, most: int) -> Iterator[str]:
    """A target with more words than that of the plain line: the blanks in a value made several targets of one."""
    if len(plan.target.split()) > most:
        yield f"its target “{plan.target}” is several targets: take an id, or replace the blanks"


def _ask_or_none(harness: Harness, line: str) -> Plan | None:
    """The plan of a line, or none where it has another answer or is refused, which other trials tell."""
    try:
        answer = harness.ask(line)
    except PluginError:
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
