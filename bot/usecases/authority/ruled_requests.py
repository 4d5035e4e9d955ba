"""The policy table at work: at the request, at an approval, and right before the first call."""

from __future__ import annotations

from dataclasses import replace

from bot.core.authority.policy import Allowed, Decision, NeedsApproval, NeedsConfirmation, Refused
from bot.core.authority.rules.rule_evaluation import (
    RuledRequest,
    Ruling,
    check_approver_by_rules,
    check_hours,
    check_requester_by_rules,
    list_missing_groups,
    narrow_decision,
    refuse_unknown_groups,
)
from bot.core.authority.rules.rule_table import RuleRow
from bot.core.change.change_request import ChangeRequest
from bot.core.principals import Principal
from bot.plugin import Message, Plan
from bot.usecases.authority.break_glass_log import is_review
from bot.usecases.authority.user_groups import current_rules, list_named_groups, refresh_user_groups
from bot.usecases.context import Context


def with_plan(request: RuledRequest, plan: Plan) -> RuledRequest:
    """The request with what its plan changes: the targets, and their parts by the labels of the plan (`line:3`)."""
    parts = dict.fromkeys((*([plan.part] if plan.part else []), *plan.wanted))
    return replace(request, targets=tuple(plan.target.split()), parts=tuple(parts))


def narrow_by_table(ctx: Context, decision: Decision, request: RuledRequest) -> Ruling:
    """Narrow a decision of the built-in policy by the table. The chat may be asked about user groups first."""
    refresh_user_groups(ctx, tuple(ctx.deployment.rules.user_groups))
    return narrow_decision(decision, current_rules(ctx), request)


def rows_of(ctx: Context, decision: Decision) -> tuple[RuleRow, ...]:
    """The rows that applied to a request. None where the table is another one now: then the request ends anyway."""
    if isinstance(decision, Allowed | Refused) or decision.policy != ctx.deployment.rules.digest:
        return ()
    return ctx.deployment.rules.named(decision.rules)


def is_of_other_table(ctx: Context, change: ChangeRequest) -> bool:
    """Whether a request was decided by another policy table. A review that is owed outlives tables."""
    decision = change.decision
    if isinstance(decision, Allowed | Refused) or is_review(change):
        return False
    return decision.policy != ctx.deployment.rules.digest


def check_approval_by_rules(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse a person whose approval a row does not count."""
    if not isinstance(change.decision, NeedsApproval):
        return None
    return check_approver_by_rules(current_rules(ctx), rows_of(ctx, change.decision), person)


def check_approval_would_count(ctx: Context, person: Principal, change: ChangeRequest) -> Refused | None:
    """Refuse a person whose approval the rows would not count beside those that were given."""
    if not isinstance(change.decision, NeedsApproval):
        return None
    refused = check_approval_by_rules(ctx, person, change)
    given = [review.reviewer for review in change.approvals]
    together = ctx.deployment.people.distinct([*given, person])
    return refused or check_groups(ctx, change.decision, together, change.decision.quorum)


def check_still_asked_by_rules(ctx: Context, change: ChangeRequest) -> Refused | None:
    """Refuse a change request whose requester may not ask for it any more."""
    return check_requester_by_rules(current_rules(ctx), rows_of(ctx, change.decision), change.requester)


def refresh_groups_of(ctx: Context, change: ChangeRequest) -> int:
    """Ask the chat about the user groups that decide about a change request, where what is known gets too old.

    Returns the milliseconds after which trying again makes sense, 0 when all are known.
    """
    return refresh_user_groups(ctx, list_named_groups(ctx, rows_of(ctx, change.decision)))


def list_unknown_groups_of(ctx: Context, change: ChangeRequest) -> tuple[str, ...]:
    """List the user groups that decide about a change request and whose members are not known now."""
    return current_rules(ctx).list_unknown_groups(list_named_groups(ctx, rows_of(ctx, change.decision)))


def check_hours_now(ctx: Context, change: ChangeRequest) -> Refused | None:
    """Refuse what is outside the office hours of a row. An emergency does not wait for them."""
    if not isinstance(change.decision, NeedsApproval | NeedsConfirmation):
        return None
    return check_hours(ctx.deployment.rules, rows_of(ctx, change.decision), ctx.clock.now_ms())


def check_groups(
    ctx: Context, decision: Decision, approvers: list[Principal], quorum: int | None = None
) -> Refused | None:
    """Refuse approvals after which a group could not give its own any more within the quorum.

    `approvers` are of different people. Without a `quorum` every group has to be among them.
    """
    left = 0 if quorum is None else quorum - len(approvers)
    rules = current_rules(ctx)
    for row in rows_of(ctx, decision):
        missing = list_missing_groups(rules, row, approvers)
        if len(missing) <= max(left, 0):
            continue
        unknown = refuse_unknown_groups(rules, missing)
        if unknown is not None:
            return Refused(reason=Message("rules.refused", rule=row.name, why=unknown))
        return Refused(reason=Message("rules.groups_missing", rule=row.name, groups=missing))
    return None
