"""What the card of an ended change request offers to ask for next: its undo, or the same again."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest, Repeat, Status
from bot.core.change.effects import undo_command
from bot.core.parsing.invocation import write_place_option
from bot.usecases.authority.break_glass_log import is_review

AGAIN = frozenset({Status.FAILED, Status.CHANGED, Status.EXPIRED})
"""The endings after which nothing, or not all, was done."""


def undo_line(change: ChangeRequest) -> str:
    """What one would type to undo it, or an empty text when it cannot be undone by a command."""
    if not (change.status is Status.DONE or change.partly) or change.undone_by is not None:
        return ""
    line = undo_command(change)
    if not line or not change.place_name:
        return line
    return f"{line} {write_place_option(change.place_term.option, change.place_name)}"


def can_ask_again(change: ChangeRequest) -> bool:
    """Whether its card offers to ask for the same again: what is left of it is planned from what is true then.

    Not where nothing shows what was done: a second time could do it twice. And not where it would end the same way.
    """
    if change.status not in AGAIN or change.undone_by is not None or is_review(change):
        return False
    if change.repeat is Repeat.SAME:
        return False
    return change.plan.provable or not change.partly
