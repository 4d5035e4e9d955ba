"""Take a change request back: its requester alone may, until the first call is about to be made."""

from __future__ import annotations

from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import Refused
from bot.core.bot_errors import NotPermitted
from bot.core.change.change_request import NOT_BEGUN, ChangeRequest, Status, Verdict
from bot.core.change.status_table import describe_status
from bot.core.principals import Principal
from bot.plugin import Message, Person, PluginError, Refusal
from bot.store.repositories.change_requests import Column
from bot.store.store import Transaction
from bot.usecases.authority.break_glass_log import is_review
from bot.usecases.authority.memberships import check_membership
from bot.usecases.authority.refusal_records import record_refused_click
from bot.usecases.context import Context
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import post_in_thread, queue_clicked_card, request_label


def withdraw(tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest) -> Message | PluginError:
    """Take a change request back; returns what to tell the person.

    A refusal is returned: NotPermitted, which is recorded, when it is not theirs to withdraw; Refusal when it is not
    waiting any more.
    """
    refused = _check_withdrawal(ctx, person, change)
    if refused is not None:
        record_refused_click(tx, ctx, person, change, refused.reason)
        return NotPermitted(refused.reason)
    now = ctx.clock.now_ms()
    ended: dict[str, Column] = {"ended_at": now, "outcome": Message("request.withdrawn_outcome")}
    moved = any(tx.changes.move(change.number, old, Status.WITHDRAWN, changes=ended) for old in NOT_BEGUN)
    if not moved:
        return Refusal(what_became(ctx, change))
    record_change(tx, Tag.CHANGE_WITHDRAWN, change, actor=person.id)
    post_in_thread(tx, ctx, change.number, Message("request.withdrew", person=Person(person=person.id)))
    queue_clicked_card(tx, ctx, change.number)
    return Message("request.withdrawn", request=request_label(ctx, change))


def _check_withdrawal(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse a person who may not withdraw it, whatever its status."""
    if person != change.requester:
        return Refused(reason=Message("request.requester_withdraws"))
    if is_review(change):
        return Refused(reason=Message("request.review_not_withdrawn", request=change.id))
    return check_membership(ctx, person) if change.status in NOT_BEGUN else None


def what_became(ctx: Context, change: ChangeRequest) -> Message:
    """What became of a change request, and who decided it."""
    deciding = {Status.REJECTED: Verdict.REJECT, Status.WITHDRAWN: None, Status.EXPIRED: None}
    verdict = deciding.get(change.status, Verdict.APPROVE)
    people = [Person(person=review.reviewer.id) for review in change.reviews if review.verdict is verdict]
    label, status = request_label(ctx, change), describe_status(change)
    if not people:
        return Message("request.became", request=label, status=status)
    return Message("request.became_by", request=label, status=status, people=tuple(people))
