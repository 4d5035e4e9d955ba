"""Who can approve a change request now: named on its card while it waits, and in the reminder at half-time."""

from __future__ import annotations

from dataclasses import replace

from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import NeedsApproval
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from bot.usecases.authority.memberships import last_known_status
from bot.usecases.authority.quorum import check_eligibility
from bot.usecases.authority.ruled_requests import check_approval_would_count
from bot.usecases.context import Context


def list_possible_approvers(ctx: Context, change: ChangeRequest) -> list[Principal]:
    """List who may approve it and has not, each person once.

    Accounts that were no member's when Slack was last asked are left out. Good enough to show, never to decide by.
    """
    people = ctx.deployment.people
    given = [review.reviewer for review in change.approvals]
    return people.distinct(
        grant.principal
        for grant in ctx.store.grants.all()
        if check_eligibility(ctx, grant.principal, change) is None
        and check_approval_would_count(ctx, grant.principal, change) is None
        and last_known_status(ctx, grant.principal) in (None, MembershipStatus.MEMBER)
        and not any(people.same(grant.principal, one) for one in given)
    )


def with_possible_approvers(ctx: Context, change: ChangeRequest) -> ChangeRequest:
    """The same; while it waits for approvals, with those who can give one now."""
    if change.status is not Status.PENDING or not isinstance(change.decision, NeedsApproval):
        return change
    return replace(change, approvers=tuple(list_possible_approvers(ctx, change)))
