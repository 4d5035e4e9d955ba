"""What people read of an ending that is not as it was wanted: what stayed as it was, and who is cut off.

The card and `request show` both take it from here.
"""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.effects import effects_of
from bot.core.change.status_table import repeats_status
from bot.plugin import Lines, Message, Text
from bot.plugin.frozen import dataclass
from bot.usecases.outcomes.next_steps import list_next_steps
from bot.usecases.outcomes.present_state import describe_now


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingReport:
    """Each part is empty where there is nothing to say."""

    unchanged: tuple[Text, ...] = ()
    cut_off: tuple[Text, ...] = ()


def report_ending(change: ChangeRequest) -> EndingReport:
    """Report what an ending leaves. Empty for one that is as it was wanted, and for what was undone."""
    effects = effects_of(change)
    return EndingReport(unchanged=effects.unchanged, cut_off=effects.cut_off) if effects else EndingReport()


def find_bare_details(change: ChangeRequest) -> tuple[Text, ...] | None:
    """Find the details of an outcome whose sentence only repeats the status; None for one that says more."""
    outcome = change.outcome
    if change.status is not Status.DONE or isinstance(outcome, str):
        return None
    if repeats_status(outcome):
        return ()
    sentence, lines = outcome.arguments.get("sentence"), outcome.arguments.get("lines")
    if repeats_status(sentence) and isinstance(lines, Lines):
        return lines.lines
    return None


def ending_fields(change: ChangeRequest) -> list[tuple[Text, Text]]:
    """Write as labelled lines what is true now, what to do next, the outcome, and what the ending leaves."""
    report, now = report_ending(change), describe_now(change)
    if not now:
        return []
    return [
        (Message("card.label.now"), now),
        *((Message("card.label.next"), step) for step in list_next_steps(change, on_card=False)),
        *((Message("request.show.outcome"), line) for line in _outcome_lines(change)),
        *((Message("card.label.unchanged"), line) for line in report.unchanged),
        *((Message("card.label.cut_off"), line) for line in report.cut_off),
    ]


def _outcome_lines(change: ChangeRequest) -> tuple[Text, ...]:
    details = find_bare_details(change)
    if details is not None:
        return details
    return (change.outcome,) if change.outcome else ()
