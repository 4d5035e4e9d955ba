"""Undo: the button on a card that is done asks for the command that puts the state before back."""

from __future__ import annotations

from bot.core.change import ChangeRequest, Status
from bot.core.inbound import Click, SlashCommand
from bot.core.invocation import portal_option
from bot.plugin import UndoKind
from bot.store.jobs import Job
from bot.usecases.context import Context
from bot.usecases.submit import submit

UNDO_LASTS_MS = 30 * 24 * 3_600_000


def undo_line(change: ChangeRequest) -> str:
    """What one would type to undo it, or an empty text when it cannot be undone by a command."""
    undo = change.plan.undo
    if change.status is not Status.DONE or change.undone_by is not None:
        return ""
    if undo.kind is UndoKind.NONE or not undo.line:
        return ""
    return f"{undo.line} {portal_option(change.place.name)}"


def may_still_undo(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the button does something: for thirty days after the ending."""
    ended = change.ended_at or 0
    return bool(undo_line(change)) and ctx.clock.now_ms() - ended <= UNDO_LASTS_MS


def ask_to_undo(ctx: Context, job: Job, click: Click, change: ChangeRequest) -> None:
    """Ask, as the person who pressed, for the command that undoes it; it is planned and decided like any other."""
    submit(
        ctx,
        job,
        SlashCommand(
            key=click.key,
            person=click.person,
            channel=click.channel,
            text=f"{undo_line(change)} --reason 'Undo {change.id}'",
        ),
    )
