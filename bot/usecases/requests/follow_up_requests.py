"""Follow-ups: a button on the card of an ended change request asks for another command, its undo for one."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import Click, SlashCommand
from bot.store.repositories.jobs import Job
from bot.usecases.context import Context
from bot.usecases.outcomes.follow_ups import FollowUp
from bot.usecases.requests.submission import submit

BUTTONS_LAST_MS = 30 * 24 * 3_600_000


def may_still_ask(ctx: Context, change: ChangeRequest, row: FollowUp) -> bool:
    """Whether the button does something: for thirty days after the ending."""
    return row.is_offered(change) and ctx.clock.now_ms() - (change.ended_at or 0) <= BUTTONS_LAST_MS


def ask(ctx: Context, job: Job, click: Click, change: ChangeRequest, row: FollowUp) -> None:
    """Ask, as the person who pressed, for the command of the button; it is planned and decided like any other."""
    line, reason = row.write(ctx, change)
    slash = SlashCommand(key=click.key, person=click.person, channel=click.channel, text=line)
    submit(ctx, job, slash, pressed_on=change, reason=reason)
