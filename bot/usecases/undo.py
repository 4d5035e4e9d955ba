"""Undo: the button on a card that is done asks for the command that puts the state before back."""

from __future__ import annotations

from dataclasses import replace

from bot.core.change import ChangeRequest, Status
from bot.core.inbound import Click, SlashCommand
from bot.core.invocation import portal_option, understand
from bot.plugin import UndoKind, quote
from bot.store.jobs import Job
from bot.usecases.bypass import is_review
from bot.usecases.context import Context
from bot.usecases.submit import submit

AGAIN = frozenset({Status.FAILED, Status.CHANGED, Status.EXPIRED})
"""The endings after which nothing, or not all, was done."""
BUTTONS_LAST_MS = 30 * 24 * 3_600_000


def undo_line(change: ChangeRequest) -> str:
    """What one would type to undo it, or an empty text when it cannot be undone by a command."""
    undo = change.plan.undo
    if not (change.status is Status.DONE or change.partly) or change.undone_by is not None:
        return ""
    if undo.kind is UndoKind.NONE or not undo.line:
        return ""
    return f"{undo.line} {portal_option(change.portal)}" if change.portal else undo.line


def may_still_undo(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the button does something: for thirty days after the ending."""
    return bool(undo_line(change)) and _ended_lately(ctx, change)


def can_ask_again(change: ChangeRequest) -> bool:
    """Whether its card offers to ask for the same again: what is left of it is planned from what is true then.

    Not where nothing shows what was done: a second time could do it twice.
    """
    if change.status not in AGAIN or change.undone_by is not None or is_review(change):
        return False
    return change.plan.provable or not change.partly


def may_still_ask_again(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the button does something: for thirty days after the ending."""
    return can_ask_again(change) and _ended_lately(ctx, change)


def _ended_lately(ctx: Context, change: ChangeRequest) -> bool:
    return ctx.clock.now_ms() - (change.ended_at or 0) <= BUTTONS_LAST_MS


def ask_to_undo(ctx: Context, job: Job, click: Click, change: ChangeRequest) -> None:
    """Ask, as the person who pressed, for the command that undoes it; it is planned and decided like any other."""
    _ask(ctx, job, click, change, f"{undo_line(ctx.store.changes.exact(change))} {quote(f'--reason=Undo {change.id}')}")


def ask_again(ctx: Context, job: Job, click: Click, change: ChangeRequest) -> None:
    """Ask, as the person who pressed, for the same on the same portal; it is planned and decided like any other."""
    change = ctx.store.changes.exact(change)
    invocation = replace(understand(ctx.registry, change.line).invocation, portal=_portal_of(change))
    reason = quote(f"--reason={change.reason or f'Again after {change.id}'}")
    _ask(ctx, job, click, change, f"{invocation.line} {reason}")


def _portal_of(change: ChangeRequest) -> str | None:
    """The portal to name for it; what is about the bot itself takes none."""
    return change.portal or None


def _ask(ctx: Context, job: Job, click: Click, change: ChangeRequest, line: str) -> None:
    slash = SlashCommand(key=click.key, person=click.person, channel=click.channel, text=line)
    submit(ctx, job, slash, pressed_on=change)
