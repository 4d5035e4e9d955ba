"""Buttons below the words that tell a requester how a change request ended: lines that they could type."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.change.change_request import ChangeRequest
from bot.core.change.effects import effects_of
from bot.core.messages.notices import LineButton, make_line_buttons
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.usecases.context import Context
from bot.usecases.outcomes.follow_ups import AGAIN_BUTTON, UNDO_BUTTON, can_ask_again, undo_line, write_again

RECONNECT = Message("answer.button.reconnect")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingButton:
    """One of them."""

    label: Message
    write: Callable[[Context, ChangeRequest], str]
    """Write its line; an empty text where it is not offered."""


def _cuts_off(change: ChangeRequest) -> bool:
    effects = effects_of(change)
    return effects is not None and bool(effects.cut_off)


ENDING_BUTTONS = (
    EndingButton(label=RECONNECT, write=lambda _, change: undo_line(change) if _cuts_off(change) else ""),
    EndingButton(label=UNDO_BUTTON, write=lambda _, change: "" if _cuts_off(change) else undo_line(change)),
    EndingButton(
        label=AGAIN_BUTTON, write=lambda ctx, change: write_again(ctx, change) if can_ask_again(change) else ""
    ),
)
"""In the order in which they are shown. A row here is a whole button."""


def ending_buttons(ctx: Context, change: ChangeRequest) -> tuple[LineButton, ...]:
    """The buttons that a change request offers now."""
    change = ctx.store.changes.exact(change)
    return make_line_buttons((row.label, row.write(ctx, change)) for row in ENDING_BUTTONS)
