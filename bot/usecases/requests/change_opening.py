"""Open a change request for a planned command, or find the one that is open for the same target."""

from __future__ import annotations

from typing import assert_never

from bot import clock as ids
from bot.core.audit.audit_record import Tag
from bot.core.audit.recorded_card import CARD, RecordedCard, make_card, write_card
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.policy import Allowed, BreakGlass, Decision, NeedsApproval, NeedsConfirmation, Refused
from bot.core.bot_errors import ConfigurationError, NotPermitted
from bot.core.change.change_request import ChangeRequest, NewChange, Status
from bot.core.change.planned_command import Planned
from bot.core.change.plans import decision_to_json
from bot.core.principals import Principal
from bot.core.redaction.redactor import shorten
from bot.language.recorded_facts import RecordedFact
from bot.language.translation import translate
from bot.plugin import Message, Person, map_text
from bot.store.repositories.change_requests import Column
from bot.store.store import Transaction
from bot.usecases.admin.admin_commands import LONGEST_REASON
from bot.usecases.authority.attestation import attest
from bot.usecases.authority.break_glass_log import check_break_glass, find_break_glass_actor
from bot.usecases.authority.eligibility import check_can_be_approved, check_few_open
from bot.usecases.authority.memberships import refresh_memberships
from bot.usecases.authority.reader_views import plan_for_record
from bot.usecases.chat.chat_port import Channels
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import blocking_limit, refuse_by_limit
from bot.usecases.integrity.audit_gate import try_audit_again
from bot.usecases.notices.change_entries import record_change, recorded_line
from bot.usecases.notices.notifications import post_in_thread, queue_card, request_label
from bot.usecases.outcomes.undo_links import find_undone
from bot.usecases.requests.planning import require_member

REPLACED = Message("request.replaced_reason")


def open_change(
    tx: Transaction, ctx: Context, requester: Principal, planned: Planned, *, channel: str, answer_url: str = ""
) -> tuple[ChangeRequest, bool]:
    """Store the change request, or find one that is open for the same target.

    The second value is False when it was found. What only waits for its own requester's word gives way to what somebody
    else asks for. Raises NotPermitted for an account that is no member's, and Refusal when this person has too many
    open.
    """
    require_member(ctx, requester)
    plan = planned.plan
    existing = tx.changes.open_for(planned.plugin, planned.place, plan.target, plan.part)
    for one in existing:
        if not _is_replaceable(ctx.deployment.people, one, requester):
            queue_card(tx, ctx, one.number)
            return one, False
    check_few_open(tx, ctx, requester)
    for one in existing:
        _replace(tx, ctx, one, requester)
    change = write_change(tx, ctx, requester, planned, channel=channel, answer_url=answer_url)
    for one in existing:
        told = Message(
            "request.replaced",
            requester=Person(person=one.requester.id),
            person=Person(person=requester.id),
            request=request_label(ctx, change),
        )
        post_in_thread(tx, ctx, one.number, told)
    return change, True


def _is_replaceable(people: IdentityGroups, existing: ChangeRequest, requester: Principal) -> bool:
    """Whether nobody but its requester could end it, who may never come back to it."""
    alone = isinstance(existing.decision, NeedsConfirmation | BreakGlass)
    return alone and existing.status is Status.PENDING and not people.same(existing.requester, requester)


def _replace(tx: Transaction, ctx: Context, existing: ChangeRequest, requester: Principal) -> None:
    outcome = Message("request.replaced_outcome", person=Person(person=requester.id))
    ended: dict[str, Column] = {"ended_at": ctx.clock.now_ms(), "outcome": outcome}
    tx.changes.move(existing.number, Status.PENDING, Status.WITHDRAWN, changes=ended)
    record_change(tx, Tag.CHANGE_WITHDRAWN, existing, actor=requester.id, facts={"reason": REPLACED})
    queue_card(tx, ctx, existing.number)


def write_change(
    tx: Transaction, ctx: Context, requester: Principal, planned: Planned, *, channel: str, answer_url: str = ""
) -> ChangeRequest:
    """Store a change request, whatever else its requester has open. None is open for the target.

    It keeps its target from others only while its card can be posted: see `bot/usecases/delivery/cards.py`.
    """
    now = ctx.clock.now_ms()
    invocation = planned.understood.invocation
    change = tx.changes.open(
        NewChange(
            line=invocation.line,
            path=invocation.path,
            plugin=planned.plugin,
            place=planned.place,
            requester=requester,
            reason=map_text(planned.reason, lambda text: shorten(text, LONGEST_REASON)),
            risk=planned.understood.command.risk.raised_to(planned.plan.risk),
            plan=planned.plan,
            decision=planned.decision,
            created_at=now,
            expires_at=now + expiry_of(planned.decision),
            channel=_card_channel(ctx.chat.channels, planned.decision, channel),
            card_id=ids.token(),
            undo_of=find_undone(ctx, planned),
            place_term=planned.understood.command.place_term,
            local=planned.local,
        )
    )
    facts: dict[str, RecordedFact] = {
        "line": recorded_line(ctx, invocation.line),
        "risk": change.risk,
        "decision": decision_to_json(change.decision),
        "digest": change.digest,
        "reason": change.reason,
        CARD: write_card(_make_card(ctx, change)),
        "terms": attest(tx.keys, tx.changes.exact(change)),
    }
    record_change(tx, Tag.CHANGE_REQUESTED, change, actor=requester.id, facts=facts)
    queue_card(tx, ctx, change.number, answer_url=answer_url, typed_in=channel)
    return change


def _make_card(ctx: Context, change: ChangeRequest) -> RecordedCard:
    language = ctx.deployment.languages.shared
    return make_card(plan_for_record(ctx, change), language, translate, shown=change.plan)


def expiry_of(decision: Decision) -> int:
    """Milliseconds a decision waits for people."""
    match decision:
        case NeedsApproval() | NeedsConfirmation() | BreakGlass():
            return decision.expires_in
        case Allowed() | Refused():
            return 0
        case _:
            assert_never(decision)


def _card_channel(channels: Channels, decision: Decision, typed_in: str) -> str:
    if isinstance(decision, NeedsConfirmation):
        return typed_in or channels.approval
    named = decision.channel if isinstance(decision, NeedsApproval) else ""
    return named or channels.approval or typed_in


def check_can_be_decided(ctx: Context, requester: Principal, planned: Planned) -> Message | None:
    """Refuse at once what could never run: no audit channel that works, nobody who may approve.

    Slack may be asked. Returns what the requester has to know, if anything.
    """
    note = None
    match planned.decision:
        case Allowed() | Refused():
            raise NotPermitted(Message("request.no_decision"))
        case NeedsApproval() as decision:
            breaker = find_break_glass_actor(ctx, planned.plugin, planned.plan.target)
            note = check_can_be_approved(ctx, requester, decision, breaker=breaker)
        case BreakGlass():
            refused = check_break_glass(ctx, requester)
            if refused is not None:
                raise NotPermitted(refused.reason)
        case NeedsConfirmation():
            pass
        case _:
            assert_never(planned.decision)
    limit = blocking_limit(ctx, planned.plugin)
    if limit is not None:
        try_audit_again(ctx)
        raise refuse_by_limit(limit)
    if not ctx.chat.channels.approval and requester.local:
        raise ConfigurationError(Message("request.no_approval_channel"), hint=Message("request.set_approval_channel"))
    # Planning and asking may have taken long; nothing is asked when what is known is fresh.
    refresh_memberships(ctx, [requester])
    return note


def asks_for_same(ctx: Context, change: ChangeRequest, planned: Planned) -> bool:
    """Whether an open change request is of the same line, or of one that sends the same for the same end."""
    invocation, plan, open_one = planned.understood.invocation, planned.plan, ctx.store.changes.exact(change)
    if open_one.line == invocation.line:
        return True
    sent = (open_one.path, open_one.plan.calls, open_one.plan.wanted)
    return sent == (invocation.path, plan.calls, plan.wanted)
