"""Whose word counts for a change request now: by the allow-list, by who is who, and by what Slack says of accounts."""

from __future__ import annotations

from dataclasses import replace

from bot.core.audit.audit_record import AuditRecord, Tag
from bot.core.authority.membership import DISQUALIFICATIONS
from bot.core.authority.policy import OTHER_WORKSPACE, BreakGlass, NeedsApproval, Refused, check_approver, decide
from bot.core.change.change_request import ByDecision, ChangeRequest, Status, Verdict
from bot.core.change.plans import decision_to_json
from bot.core.principals import Principal
from bot.plugin import Message, Person
from bot.usecases.authority.attestation import is_attested
from bot.usecases.authority.break_glass_log import OWN_BREAK_GLASS, find_break_glass_actor
from bot.usecases.authority.memberships import check_membership, find_disqualification, last_known_status
from bot.usecases.authority.ruled_requests import (
    check_approval_by_rules,
    check_groups,
    check_hours_now,
    check_still_asked_by_rules,
)
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context, log
from bot.usecases.integrity.active_limits import check_limits
from bot.usecases.notices.change_entries import attesting_tags

REQUEST_MISMATCH = Message("review.request_mismatch")
NOT_ATTESTED = ByDecision(
    approved=Message("review.approvals_not_attested"), confirmed=Message("review.confirmation_not_attested")
)
ACCOUNTS_UNKNOWN = (Message("review.accounts_unknown"),)
MOST_APPROVALS = 1_000
"""Of one change request: more than there will be people."""


def check_eligibility(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse a person whose verdict does not count, whatever Slack says of the account."""
    if person.team != ctx.workspace.team and not person.local:
        return Refused(reason=OTHER_WORKSPACE)
    if isinstance(change.decision, BreakGlass):
        kept = _check_break_glass_allowed(ctx, change)
        if kept is not None:
            return kept
    role = role_of(ctx, person)
    refused = check_approver(
        change.decision, requester=change.requester, reviewer=person, role=role, people=ctx.deployment.people
    )
    return refused or _check_not_breaker(ctx, person, change)


def _check_not_breaker(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Somebody else may have asked for the review; who used break-glass decides nothing about it all the same."""
    breaker = find_break_glass_actor(ctx, change.plugin, change.plan.target)
    return Refused(reason=OWN_BREAK_GLASS) if breaker and ctx.deployment.people.same(person, breaker) else None


def _check_break_glass_allowed(ctx: Context, change: ChangeRequest) -> Refused | None:
    """Refuse to use break-glass now for what was asked for earlier."""
    if not ctx.deployment.terms.break_glass:
        return Refused(reason=Message("review.break_glass_switched_off"))
    blocked = check_limits(ctx, change.plugin)
    return Refused(reason=Message("review.emergency_blocked", why=blocked.reason)) if blocked else None


def check_reviewer(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse a person whose verdict does not count now."""
    return check_eligibility(ctx, person, change) or check_membership(ctx, person)


def quorum_of(change: ChangeRequest) -> int:
    """How many approvals the change request needs."""
    return change.decision.quorum if isinstance(change.decision, NeedsApproval) else 1


def list_eligible_approvers(ctx: Context, change: ChangeRequest) -> list[Principal]:
    """Who has approved and may still do so by the allow-list and the policy table as they are."""
    return [one.reviewer for one in change.approvals if _counts(ctx, one.reviewer, change)]


def _counts(ctx: Context, person: Principal, change: ChangeRequest) -> bool:
    refused = check_eligibility(ctx, person, change) or check_approval_by_rules(ctx, person, change)
    return refused is None


def with_current_validity(ctx: Context, change: ChangeRequest) -> ChangeRequest:
    """The same; while it waits for approvals, with the mark on each whether it counts by what is known now.

    Good enough to show, never to decide by: of accounts it takes what Slack said last, however long ago.
    """
    if change.status is not Status.PENDING or not isinstance(change.decision, NeedsApproval):
        return change
    counted = ctx.deployment.people.distinct(
        one for one in list_eligible_approvers(ctx, change) if last_known_status(ctx, one) not in DISQUALIFICATIONS
    )
    reviews = (
        replace(one, counts=one.verdict is not Verdict.APPROVE or one.reviewer in counted) for one in change.reviews
    )
    return replace(change, reviews=tuple(reviews))


def list_valid_approvers(ctx: Context, change: ChangeRequest) -> list[Principal]:
    """Whose approvals count now: members who may still give them by the allow-list as it is, each person once."""
    return ctx.deployment.people.distinct(
        person for person in list_eligible_approvers(ctx, change) if check_membership(ctx, person) is None
    )


def accounts_to_verify(ctx: Context, change: ChangeRequest) -> list[Principal]:
    """Whose accounts have to be known before it runs; nobody's when the allow-list alone keeps it from that."""
    return [] if _check_allow_list(ctx, change) else [change.requester, *list_eligible_approvers(ctx, change)]


def with_attested_approvals(ctx: Context, change: ChangeRequest) -> ChangeRequest:
    """The same with only those approvals that the audit log bears out, of whichever digest.

    Whoever can write to the database can write a review. A record they cannot: they have no key for it.
    """
    borne = {one.actor for one in list_attesting_records(ctx, change) if ctx.store.audit.vouches(one)}
    return replace(change, reviews=tuple(one for one in change.reviews if one.reviewer.id in borne))


def list_attesting_records(ctx: Context, change: ChangeRequest) -> list[AuditRecord]:
    """The records of its approvals, or of its confirmation."""
    tags, find = attesting_tags(change), ctx.store.audit.find
    records = [found for tag in tags for found in find(subject=change.id, tag=tag, limit=MOST_APPROVALS)]
    # As the records have it: what led to them was an index, for which nobody vouches.
    return [one for one in records if one.current_tag in tags and one.subject == change.id]


def check_request_record(ctx: Context, change: ChangeRequest) -> Refused | None:
    """Refuse what is stored where it is not what was asked for.

    Who asked, the risk, what was decided about it and what the card shows beside the plan are held against the record
    that was made of the question.
    """
    asked = next(iter(ctx.store.audit.find(subject=change.id, tag=Tag.CHANGE_REQUESTED, limit=1)), None)
    stored = (Tag.CHANGE_REQUESTED, change.id, change.requester.id, change.risk, decision_to_json(change.decision))
    if asked is None:
        return Refused(reason=REQUEST_MISMATCH)
    found = (asked.current_tag, asked.subject, asked.actor, *map(asked.facts.get, ("risk", "decision")))
    if found != stored:
        return Refused(reason=REQUEST_MISMATCH)
    borne = ctx.store.audit.vouches(asked) and is_attested(ctx.store.keys, ctx.store.changes.exact(change), asked.facts)
    return None if borne else Refused(reason=REQUEST_MISMATCH)


def check_attestation(recorded: ChangeRequest) -> Refused | None:
    """Refuse what is `with_attested_approvals` with too few approvals in it."""
    if len(recorded.approvals) >= quorum_of(recorded):
        return None
    why = NOT_ATTESTED.choose(recorded)
    log.error("%s does not run. %s", recorded.id, why, extra={"action": "approval_unrecorded"})
    return Refused(reason=why)


def check_revalidation(ctx: Context, change: ChangeRequest) -> Refused | None:
    """Refuse an approved change request that may not run any more.

    Slack has been asked about all who are `accounts_to_verify`.
    """
    refused = _check_allow_list(ctx, change)
    if refused is not None:
        return refused
    state = find_disqualification(ctx, change.requester)
    if state is not None:
        return Refused(reason=Message("review.requester_no_member", state=state))
    refused = check_still_asked_by_rules(ctx, change)
    if refused is not None:
        return refused
    valid, quorum = list_valid_approvers(ctx, change), quorum_of(change)
    counted = len(valid)
    if counted >= quorum:
        return check_groups(ctx, change.decision, valid) or check_hours_now(ctx, change)
    checked = {one: find_disqualification(ctx, one) for one in list_eligible_approvers(ctx, change)}
    accounts = tuple(_describe_account(one, state) for one, state in checked.items() if state is not None)
    return Refused(reason=_too_few(change, counted, quorum, accounts))


def _check_allow_list(ctx: Context, change: ChangeRequest) -> Refused | None:
    """The same, by the allow-list alone."""
    if isinstance(decide(change.risk, role_of(ctx, change.requester), ctx.deployment.terms), Refused):
        return Refused(reason=Message("review.requester_not_allowed"))
    counted, quorum = len(ctx.deployment.people.distinct(list_eligible_approvers(ctx, change))), quorum_of(change)
    if counted >= quorum:
        return None
    return Refused(reason=_too_few(change, counted, quorum, (Message("review.by_allow_list"),)))


def _too_few(change: ChangeRequest, counted: int, quorum: int, why: tuple[Message, ...]) -> Message:
    if change.needs_confirmation_only:
        return Message("review.confirmation_void", why=why or ACCOUNTS_UNKNOWN)
    return Message("review.too_few_count", counted=counted, quorum=quorum, why=why or ACCOUNTS_UNKNOWN)


def _describe_account(person: Principal, state: Message) -> Message:
    return Message("review.no_member", person=Person(person=person.id), state=state)
