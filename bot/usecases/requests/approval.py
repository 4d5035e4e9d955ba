"""Count an approval, or the requester's own confirmation, and let the change request run once there are enough."""

from __future__ import annotations

from bot.core.audit.audit_record import Fact, Tag
from bot.core.authority.policy import BreakGlass, Refused
from bot.core.bot_errors import NotPermitted
from bot.core.change.change_request import ChangeRequest, Review, Status, Verdict
from bot.core.change.pending_stop import StopKind
from bot.core.principals import Principal
from bot.plugin import Message, Person, Refusal
from bot.store.repositories.job_order import Position, Rank
from bot.store.repositories.jobs import EXECUTE
from bot.store.store import Transaction
from bot.usecases.authority.break_glass_log import check_break_glass
from bot.usecases.authority.memberships import list_stale_accounts
from bot.usecases.authority.quorum import check_reviewer, list_eligible_approvers, list_valid_approvers, quorum_of
from bot.usecases.authority.ruled_requests import check_approval_by_rules, check_groups, check_hours_now
from bot.usecases.command_context.request_tracing import keep_request_id
from bot.usecases.context import Context
from bot.usecases.intake.stop_words import pending_stop
from bot.usecases.integrity.active_limits import check_limits
from bot.usecases.integrity.audit_gate import hasten_awaited
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import post_in_thread, queue_card_if_it_lasts, queue_clicked_card
from bot.usecases.requests.break_glass import record_break_glass


def confirm(tx: Transaction, ctx: Context, requester: Principal, change: ChangeRequest) -> None:
    """Take the requester's own word on the plan they saw.

    Raises NotPermitted when it does not count, and Refusal when nothing may be approved now.
    """
    refused = check_reviewer(ctx, requester, change)
    if refused is not None:
        raise NotPermitted(refused.reason)
    waits = _check_approvable_now(tx, ctx, change) or check_hours_now(ctx, change)
    if waits is not None:
        raise Refusal(waits.reason)
    refused = _check_break_glass(ctx, requester, change)
    if refused is not None:
        raise NotPermitted(refused.reason)
    count_approval(tx, ctx, requester, change)


def check_approval(tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse, in a sentence, an approval that cannot be counted now although the person may approve."""
    refused = (
        _check_approvable_now(tx, ctx, change)
        or _check_break_glass(ctx, person, change)
        or check_hours_now(ctx, change)
        or check_approval_by_rules(ctx, person, change)
    )
    if refused is not None:
        return refused
    given = [review.reviewer for review in change.approvals if ctx.deployment.people.same(review.reviewer, person)]
    if given and person not in given:
        return Refused(reason=Message("review.approved_with_other_account", request=change.id))
    missing = list_stale_accounts(ctx, list_eligible_approvers(ctx, change))
    if missing and not given:
        people = tuple(Person(person=one.id) for one in missing)
        return Refused(reason=Message("review.approvers_not_asked", people=people))
    together = ctx.deployment.people.distinct([*list_valid_approvers(ctx, change), person])
    return check_groups(ctx, change.decision, together, quorum_of(change))


def _check_approvable_now(tx: Transaction, ctx: Context, change: ChangeRequest) -> Refused | None:
    """Refuse while something keeps everybody's approval from being counted."""
    blocked = check_limits(ctx, change.plugin)
    if blocked is not None:
        # Somebody is here who would know that the channel is mended.
        tx.outbox.hurry("audit")
        return Refused(reason=Message("review.waits_for_limit", why=blocked.reason, request=change.id))
    stop = pending_stop(ctx, change)
    if stop is not None and stop.kind is StopKind.FREEZE:
        return Refused(reason=Message("review.waits_for_freeze", request=change.id))
    return None


def _check_break_glass(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse a person who may not use break-glass for it, where it has one."""
    return check_break_glass(ctx, person) if isinstance(change.decision, BreakGlass) else None


def count_approval(tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest) -> bool:
    """Count one approval, and let the change request run when it was the last that was needed; False when repeated."""
    now = ctx.clock.now_ms()
    counted = tx.changes.review(change.number, Review(reviewer=person, verdict=Verdict.APPROVE, at=now))
    if not counted:
        return False
    change = tx.changes.require(change.number)
    if isinstance(change.decision, BreakGlass):
        # Before the line about the approval, which the call waits for: then this one is out by then, too.
        record_break_glass(tx, ctx, person, change)
    approvals, quorum = len(list_valid_approvers(ctx, change)), quorum_of(change)
    facts: dict[str, Fact] = {"digest": change.digest}
    if change.needs_confirmation_only:
        record_change(tx, Tag.REQUEST_CONFIRMED, change, actor=person.id, facts=facts)
    else:
        facts |= {"approvals": approvals, "quorum": quorum}
        record_change(tx, Tag.REVIEW_APPROVED, change, actor=person.id, facts=facts)
    post_in_thread(tx, ctx, change.number, _describe_approval(person, change, approvals))
    if run_if_enough(tx, ctx, change):
        queue_card_if_it_lasts(tx, ctx, change.number)
    else:
        queue_clicked_card(tx, ctx, change.number)
    return True


def _describe_approval(person: Principal, change: ChangeRequest, approvals: int) -> Message:
    """Say under the card who has approved or confirmed."""
    who = Person(person=person.id)
    if isinstance(change.decision, BreakGlass):
        return Message("review.broke_glass", person=who)
    if change.needs_confirmation_only:
        return Message("review.confirmed", person=who)
    return Message("review.approved", person=who, approvals=approvals, quorum=quorum_of(change))


def run_if_enough(tx: Transaction, ctx: Context, change: ChangeRequest) -> bool:
    """Let it run if enough approvals count now; False when they do not."""
    now = ctx.clock.now_ms()
    valid = list_valid_approvers(ctx, change)
    if len(valid) < quorum_of(change) or check_groups(ctx, change.decision, valid) is not None:
        return False
    if not tx.changes.move(change.number, Status.PENDING, Status.APPROVED, changes={"decided_at": now}):
        return False
    verdict = "confirmed" if change.needs_confirmation_only else "approved"
    ctx.threads.counters.count_decision(verdict, (now - change.created_at) / 1000)
    person, place = ctx.deployment.people.id_of(change.requester), change.place.identity
    position = Position(rank=Rank.RUNNING, place=place, person=person)
    tx.jobs.add(EXECUTE, str(change.number), at=now, position=position)
    keep_request_id(tx, change.number)
    hasten_awaited(tx, change)
    return True
