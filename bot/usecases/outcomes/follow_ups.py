"""What the card of an ended change request offers to ask for next: its undo, or the same again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.change.change_request import ChangeRequest, Repeat, Status
from bot.core.change.effects import undo_command
from bot.core.parsing.invocation import understand, write_place_option
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import is_review
from bot.usecases.context import Context

UNDO_BUTTON, AGAIN_BUTTON = Message("card.button.undo"), Message("card.button.again")
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


def _write_undo(ctx: Context, change: ChangeRequest) -> tuple[str, Text]:
    return undo_line(ctx.store.changes.exact(change)), Message("request.undo_reason", request=change.id)


def write_again(ctx: Context, change: ChangeRequest) -> str:
    """What one would type to ask for the same again, at the same place."""
    # What is about the bot itself takes no place.
    return replace(understand(ctx.registry.typed, change.line).invocation, place=change.place_name or None).line


def _write_again(ctx: Context, change: ChangeRequest) -> tuple[str, Text]:
    change = ctx.store.changes.exact(change)
    return write_again(ctx, change), change.reason or Message("request.again_reason", request=change.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A button that asks for another command, as the person who pressed it."""

    button: str
    """Its name in a click."""
    label: Message
    is_offered: Callable[[ChangeRequest], bool]
    write: Callable[[Context, ChangeRequest], tuple[str, Text]]
    """Write the command line and the reason that it is asked for with."""


FOLLOW_UPS = (
    FollowUp(
        button=card_token.UNDO,
        label=UNDO_BUTTON,
        is_offered=lambda change: bool(undo_line(change)),
        write=_write_undo,
    ),
    FollowUp(button=card_token.AGAIN, label=AGAIN_BUTTON, is_offered=can_ask_again, write=_write_again),
)
"""In the order of the card. A row here is a whole button: what a card shows, and what a click asks for."""
BY_BUTTON: Mapping[str, FollowUp] = {row.button: row for row in FOLLOW_UPS}
"""Its commands are planned and so read a place; no other button does."""
