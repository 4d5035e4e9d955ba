"""A change request nobody decided in time ends, and its requester is told."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.change.change_request import APPROVAL_LASTS_MS, ByDecision, ChangeRequest, Status
from bot.core.joined_sentences import list_below
from bot.plugin import Clock, Message, Person
from bot.store.store import Transaction
from bot.usecases.authority.break_glass_log import describe_unreviewed, is_review
from bot.usecases.context import Context
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import announce, post_in_thread, queue_card, was_posted_in_thread
from bot.usecases.outcomes.requester_notes import tell_requester

UNDECIDED = Message("request.undecided")
NOT_RUN = ByDecision(approved=Message("request.not_run_in_time"), confirmed=Message("request.not_run_since_confirmed"))
AUDIT_LINE = ByDecision(
    approved=Message("request.waited.approval_line"), confirmed=Message("request.waited.confirmation_line")
)
UNCHECKED = Message("request.waited.audit_check")


class Wait(StrEnum):
    """What an approved change request may wait for; the value is the name of the line under its card that says so."""

    STOP = "stopped"
    AUDIT_LINE = "waiting"
    AUDIT_CHECK = "unchecked"
    MEMBERS = "unasked"


WAITED: Mapping[Wait, ByDecision] = {
    Wait.STOP: ByDecision(approved=Message("request.waited.stop"), confirmed=Message("request.waited.stop")),
    Wait.AUDIT_LINE: AUDIT_LINE,
    Wait.AUDIT_CHECK: ByDecision(approved=UNCHECKED, confirmed=UNCHECKED),
    Wait.MEMBERS: ByDecision(approved=Message("request.waited.members"), confirmed=Message("request.waited.members")),
}
"""What it had waited for."""


def expire(tx: Transaction, ctx: Context, change: ChangeRequest) -> bool:
    """End one change request whose time is up; False when it has moved on meanwhile."""
    sentence = _ending(ctx, change)
    moved = tx.changes.move(
        change.number, change.status, Status.EXPIRED, changes={"ended_at": ctx.clock.now_ms(), "outcome": sentence}
    )
    if moved:
        record_change(tx, Tag.CHANGE_EXPIRED, change, actor=SYSTEM, facts={"sentence": sentence})
        told = Message("request.expired", person=Person(person=change.requester.id), why=sentence)
        post_in_thread(tx, ctx, change.number, told)
        tell_requester(tx, ctx, change.number)
        queue_card(tx, ctx, change.number)
        if is_review(change):
            announce(tx, ctx, Message("request.review_expired", request=change.id, why=describe_unreviewed(change)))
    return moved


def _ending(ctx: Context, change: ChangeRequest) -> Message:
    if is_review(change):
        return describe_unreviewed(change)
    if change.status is Status.PENDING:
        return UNDECIDED
    waited = [why for what, why in WAITED.items() if was_posted_in_thread(ctx, change.number, what)]
    not_run = NOT_RUN.choose(change)
    if not waited:
        return not_run
    return list_below(not_run, (each.choose(change) for each in waited))


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
