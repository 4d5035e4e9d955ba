"""A change request nobody decided in time ends, and its requester is told."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.change.change_request import APPROVAL_LASTS_MS, ChangeRequest, Status, describe_decision
from bot.plugin import Clock
from bot.store.store import Transaction
from bot.usecases.authority.break_glass_log import describe_unreviewed, is_review
from bot.usecases.change_entries import record_change
from bot.usecases.context import Context
from bot.usecases.notifications import announce, post_in_thread, queue_card, was_posted_in_thread

UNDECIDED = "Nobody decided in time. Nothing was done."
NOT_RUN = "It was {approved}, and could not be run within ten minutes of that. Nothing was done."
WAITED: Mapping[str, str] = {
    "stopped": "Somebody had said stop, and Slack did not tell whether their account may.",
    "waiting": "The audit channel had not taken the line about the {approval}.",
    "unchecked": "The audit log was being recomputed, as after each start.",
    "unasked": "Slack did not tell whether the people of this change request are still members.",
}
"""What it had waited for, by the name of the line under its card that said so."""


def expire(tx: Transaction, ctx: Context, change: ChangeRequest) -> bool:
    """End one change request whose time is up; False when it has moved on meanwhile."""
    sentence = _ending(ctx, change)
    moved = tx.changes.move(
        change.number, change.status, Status.EXPIRED, changes={"ended_at": ctx.clock.now_ms(), "outcome": sentence}
    )
    if moved:
        record_change(tx, Tag.CHANGE_EXPIRED, change, actor=SYSTEM, facts={"sentence": sentence})
        post_in_thread(tx, ctx, change.number, f"{mentions.person(change.requester)} Expired. {sentence}")
        queue_card(tx, ctx, change.number)
        if is_review(change):
            announce(tx, ctx, f"🚨 {change.id} has expired. {describe_unreviewed(change)}")
    return moved


def _ending(ctx: Context, change: ChangeRequest) -> str:
    if is_review(change):
        return describe_unreviewed(change)
    if change.status is Status.PENDING:
        return UNDECIDED
    waited = [why for what, why in WAITED.items() if was_posted_in_thread(ctx, change.number, what)]
    return describe_decision(" ".join([NOT_RUN, *waited]), change)


def approval_is_stale(clock: Clock, change: ChangeRequest) -> bool:
    return change.decided_at is not None and clock.now_ms() - change.decided_at > APPROVAL_LASTS_MS


def expire_overdue(ctx: Context) -> int:
    """End all whose time is up; returns how many."""
    late = ctx.store.changes.overdue(ctx.clock.now_ms())
    late += [c for c in ctx.store.changes.with_status([Status.APPROVED]) if approval_is_stale(ctx.clock, c)]
    ended = 0
    for change in late:
        with ctx.store.unit_of_work() as tx:
            ended += expire(tx, ctx, change)
    return ended
