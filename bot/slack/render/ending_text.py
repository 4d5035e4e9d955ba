"""What the card of a failed or partly done change request says: what stayed, who is affected, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.change.change_request import ChangeRequest
from bot.core.text import one_line
from bot.language.translation import translate
from bot.plugin import Text
from bot.slack.render.slack_text import fit_lines, mrkdwn
from bot.usecases.outcomes.ending_report import NextStep, report_ending

MOST_LINES, CHARACTERS = 20, 1_200


def ending_lines(change: ChangeRequest) -> Iterator[str]:
    """Lines below the outcome. Nothing for an ending that is as it was wanted."""
    report = report_ending(change)
    if report.unchanged:
        yield "*Did not change*"
        yield from _list("•", report.unchanged)
    if report.cut_off:
        yield "*Cut off now*"
        yield from _list("✂️", report.cut_off)
    if report.affected:
        yield f"*Affected* {report.affected}"
    if report.steps:
        yield f"*Next* {' '.join(map(_step, report.steps))}"


def _step(step: NextStep) -> str:
    button = f"*{step.button}* " if step.button else ""
    return f"{button}{mrkdwn(one_line(translate(step.words)))}"


def _list(sign: str, lines: Iterable[Text]) -> Iterator[str]:
    return fit_lines(
        (f"{sign} {mrkdwn(one_line(translate(line)))}" for line in lines), most=MOST_LINES, characters=CHARACTERS
    )
