"""The button below an answer with a reference: it shows an admin what the log has under it."""

from __future__ import annotations

from bot.core.messages.notices import LineButton
from bot.core.principals import Principal, Role
from bot.plugin import Message, Text
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context

FAULT_LINE = "fault show"
SHOW_DETAILS = Message("answer.button.show_details")


def read_reference(sentence: Text) -> str:
    """The reference that a sentence tells; empty where it tells none."""
    return str(sentence.arguments.get("incident", "")) if isinstance(sentence, Message) else ""


def fault_buttons(ctx: Context, person: Principal, reference: str) -> tuple[LineButton, ...]:
    """The button for an admin; nothing for anybody else."""
    if not reference or role_of(ctx, person) is not Role.ADMIN:
        return ()
    return (LineButton(label=SHOW_DETAILS, line=f"{FAULT_LINE} {reference}"),)
