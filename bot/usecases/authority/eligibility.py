"""Before a change request is opened: whether anybody could approve it, and whether its requester has too many open."""

from __future__ import annotations

from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import NeedsApproval
from bot.core.authority.rules.rule_evaluation import check_approver_by_rules, find_unknown_approvers
from bot.core.principals import ROLE_NAMES, Principal, Role
from bot.plugin import Message, Refusal
from bot.store.store import Transaction
from bot.usecases.authority.memberships import last_known_status, list_stale_accounts, refresh_memberships
from bot.usecases.authority.ruled_requests import check_groups, rows_of
from bot.usecases.authority.user_groups import current_rules
from bot.usecases.context import Context

MOST_OPEN = 10
"""Open change requests of one person. More than that nobody reads before approving."""
NO_WORD = Message("request.approvers_not_asked")


def check_can_be_approved(
    ctx: Context, requester: Principal, decision: NeedsApproval, *, breaker: Principal | None = None
) -> Message | None:
    """Refuse when too few other people could approve. Slack is asked about as many as needed.

    `breaker` used break-glass, which is to be reviewed. Returns what has to be said when Slack does not tell; None when
    there are enough.
    """
    quorum, role = decision.quorum, decision.role
    barred = [requester, breaker] if breaker else [requester]
    rules, rows = current_rules(ctx), rows_of(ctx, decision)
    others = [
        one
        for one in _others(ctx, role)
        if not any(ctx.deployment.people.same(one, other) for other in barred)
        and check_approver_by_rules(rules, rows, one) is None
    ]
    missing = check_groups(ctx, decision, ctx.deployment.people.distinct(others))
    if missing is not None:
        raise Refusal(missing.reason, hint=Message("request.add_group_member"))
    if len(ctx.deployment.people.distinct(others)) < quorum:
        unknown = find_unknown_approvers(rules, rows)
        if unknown is not None:
            raise Refusal(unknown.reason)
        found = len(ctx.deployment.people.distinct(others))
        listed = Message("request.approvers_listed", count=found) if found else Message("request.no_approvers")
        raise _too_few(decision, listed)
    members, silent = _members(ctx, others, quorum)
    if len(ctx.deployment.people.distinct(members)) >= quorum:
        return None
    if len(ctx.deployment.people.distinct([*members, *silent])) >= quorum:
        return NO_WORD
    found = len(ctx.deployment.people.distinct(members))
    active = Message("request.approvers_members", count=found) if found else Message("request.no_approver_member")
    raise _too_few(decision, active)


def _too_few(decision: NeedsApproval, found: Message) -> Refusal:
    role = decision.role
    return Refusal(
        Message("request.too_few_approvers", count=decision.quorum, role=ROLE_NAMES[role], found=found),
        hint=Message("request.add_approver", role=role.value),
    )


def _others(ctx: Context, role: Role) -> list[Principal]:
    """Who may approve by their role, those first of whom something fresh is known."""
    found = [
        grant.principal
        for grant in ctx.store.grants.all()
        if grant.role.reaches(role) and grant.principal.team == ctx.workspace.team
    ]
    return sorted(found, key=lambda person: bool(list_stale_accounts(ctx, [person])))


def _members(ctx: Context, people: list[Principal], enough: int) -> tuple[list[Principal], list[Principal]]:
    """Members among them, as soon as there are enough; and those of whom Slack did not tell before that."""
    members: list[Principal] = []
    silent: list[Principal] = []
    for person in people:
        if len(ctx.deployment.people.distinct(members)) >= enough:
            break
        if not silent:
            # When it does not answer for one, nobody waits for it to not answer for all.
            refresh_memberships(ctx, [person])
        if list_stale_accounts(ctx, [person]):
            silent.append(person)
        elif last_known_status(ctx, person) is MembershipStatus.MEMBER:
            members.append(person)
    return members, silent


def check_few_open(tx: Transaction, ctx: Context, requester: Principal) -> None:
    """Refuse the eleventh open change request of one person."""
    mine = tx.changes.open_of(ctx.deployment.people.accounts(requester))
    if len(mine) >= MOST_OPEN:
        raise Refusal(
            Message(
                "request.too_many_open",
                count=len(mine),
                most=MOST_OPEN,
                requests=tuple(change.id for change in reversed(mine)),
            ),
            hint=Message("request.too_many_open_hint"),
        )
