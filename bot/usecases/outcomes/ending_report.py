"""What people read of an ending that is not as it was wanted: what stayed, who is cut off, and what to do next.

The card and `request show` both take it from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.change.change_request import ChangeRequest, Repeat
from bot.core.change.effects import effects_of
from bot.plugin import CommandLine, Message, Text
from bot.plugin.frozen import dataclass
from bot.usecases.outcomes.follow_ups import AGAIN_BUTTON, UNDO_BUTTON, can_ask_again, undo_line

NOTHING_CHANGED = Message("card.now.nothing_changed")
ALL_BACK = Message("card.next.undo_changes")
SAME_AGAIN = Message("card.next.same_again")
LOOK_FIRST = Message("card.next.look_before_rest")
AGAIN: Mapping[tuple[Repeat, bool], Message] = {
    (Repeat.MAY_DIFFER, False): Message("card.next.again", button=AGAIN_BUTTON),
    (Repeat.MAY_DIFFER, True): Message("card.next.again_rest", button=AGAIN_BUTTON),
    (Repeat.AFTER_MENDING, False): Message("card.next.again_after_mending", button=AGAIN_BUTTON),
    (Repeat.AFTER_MENDING, True): Message("card.next.again_rest_after_mending", button=AGAIN_BUTTON),
}
"""What is said of asking for the same again where the card offers it, by whether a part was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingReport:
    """Each part is empty where there is nothing to say."""

    unchanged: tuple[Text, ...] = ()
    cut_off: tuple[Text, ...] = ()
    affected: Text = ""
    steps: tuple[Text, ...] = ()
    """What to do next, a sentence each."""


def report_ending(change: ChangeRequest) -> EndingReport:
    """Report what an ending leaves and what helps. Empty for one that is as it was wanted, and for what was undone."""
    if change.undone_by is not None:
        return EndingReport()
    effects = effects_of(change)
    steps = tuple(_next_steps(change))
    if effects is None:
        return EndingReport(steps=steps)
    return EndingReport(
        unchanged=effects.unchanged,
        cut_off=effects.cut_off,
        affected="" if effects.changed or effects.cut_off else NOTHING_CHANGED,
        steps=steps,
    )


def _next_steps(change: ChangeRequest) -> Iterator[Text]:
    if change.partly and undo_line(change):
        yield offer_undo(change)
        partial = change.plan.undo.partial
        yield partial.sentence if partial else ALL_BACK
    if change.repeat is Repeat.SAME:
        yield from _obstacles(change) or [SAME_AGAIN]
    elif can_ask_again(change):
        yield AGAIN[change.repeat, change.partly]
    elif change.partly:
        yield LOOK_FIRST


def offer_undo(change: ChangeRequest) -> Message:
    """Say what the button for the undo plans."""
    return Message("card.next.undo", button=UNDO_BUTTON, command=CommandLine(command_line=undo_line(change)))


def _obstacles(change: ChangeRequest) -> list[Text]:
    """Why what stayed as it was does so, and what helps."""
    effects = effects_of(change)
    return [change.plan.obstacles[label] for label in effects.same if label in change.plan.obstacles] if effects else []


def ending_fields(change: ChangeRequest) -> list[tuple[Text, Text]]:
    """Write the report as labelled lines, for whoever looks at a change request without its card."""
    report = report_ending(change)
    return [
        *((Message("card.label.unchanged"), line) for line in report.unchanged),
        *((Message("card.label.cut_off"), line) for line in report.cut_off),
        *([(Message("card.label.affected"), report.affected)] if report.affected else []),
        *((Message("card.label.next"), step) for step in report.steps),
    ]
