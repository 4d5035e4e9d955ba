"""What the card of a failed or partly done change request says: what stayed, who is affected, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.change import ChangeRequest, Status
from bot.core.plans import ABSENT
from bot.core.words import one_line
from bot.slack.render.text import listed, mrkdwn
from bot.usecases.undo import can_ask_again, undo_line

MOST_LINES, CHARACTERS = 20, 1_200
NOBODY = "*Affected* nobody: all of it is as it was."


def ending_lines(change: ChangeRequest) -> Iterator[str]:
    """Lines below the outcome. Nothing for an ending that is as it was wanted."""
    if change.undone_by is not None:
        return
    if change.status is Status.FAILED and change.found is not None:
        yield from _compared(change)
    steps = list(_next_steps(change))
    if steps:
        yield f"*Next* {' '.join(steps)}"


def _compared(change: ChangeRequest) -> Iterator[str]:
    """What reading showed beside what there was before."""
    plan, found = change.plan, change.found or {}
    changed = [label for label in plan.wanted if found.get(label) != plan.before.get(label)]
    same = [label for label, word in plan.wanted.items() if label not in changed and word != plan.before.get(label)]
    if same:
        yield "*Did not change*"
        yield from _list("•", (f"{label}: {found.get(label, ABSENT)}" for label in same))
    affected = [plan.consequences[label] for label in changed if label in plan.consequences]
    if affected:
        yield "*Cut off now*"
        yield from _list("✂️", affected)
    elif not changed:
        yield NOBODY


def _next_steps(change: ChangeRequest) -> Iterator[str]:
    if change.partly and undo_line(change):
        yield "*Undo…* asks to put back what has changed."
    if can_ask_again(change):
        what = "what is left" if change.partly else "it anew"
        yield f"*Ask again…* plans {what} from what is true then; it is approved or confirmed like any other."
    elif change.partly:
        yield "Look on the portal before you ask for the rest."


def _list(sign: str, lines: Iterable[str]) -> Iterator[str]:
    return listed((f"{sign} {mrkdwn(one_line(line))}" for line in lines), most=MOST_LINES, characters=CHARACTERS)
