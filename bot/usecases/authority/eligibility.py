"""Before a change request is opened: whether anybody could approve it, and whether its requester has too many open."""

from __future__ import annotations

from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import NeedsApproval
from bot.core.principals import Principal, Role
from bot.core.text import plural
from bot.plugin import Refusal
from bot.store.store import Transaction
from bot.usecases.authority.memberships import last_known_status, list_stale_accounts, refresh_memberships
from bot.usecases.context import Context

MOST_OPEN = 10
"""Open change requests of one person. More than that nobody reads before approving."""
NO_WORD = "Slack could not be asked whether those who may approve this are still members. If they are not, it expires."


def check_can_be_approved(
    ctx: Context, requester: Principal, decision: NeedsApproval, *, breaker: Principal | None = None
) -> str:
    """Refuse when too few other people could approve. Slack is asked about as many as needed.

    `breaker` broke the glass that is to be reviewed. Returns what has to be said when Slack does not tell; empty when
    there are enough.
    """
    quorum, role = decision.quorum, decision.role
    barred = [requester, breaker] if breaker else [requester]
    others = [one for one in _others(ctx, role) if not any(ctx.deployment.people.same(one, other) for other in barred)]
    if len(ctx.deployment.people.distinct(others)) < quorum:
        raise _too_few(decision, _there_are(len(ctx.deployment.people.distinct(others))))
    members, silent = _members(ctx, others, quorum)
    if len(ctx.deployment.people.distinct(members)) >= quorum:
        return ""
    if len(ctx.deployment.people.distinct([*members, *silent])) >= quorum:
        return NO_WORD
    found = len(ctx.deployment.people.distinct(members))
    whose = "whose accounts are members'" if found > 1 else "whose account is a member's"
    raise _too_few(decision, f"{_there_are(found)} {whose}")


def _too_few(decision: NeedsApproval, there: str) -> Refusal:
    return Refusal(
        f"This needs the approval of {plural(decision.quorum, 'other person', 'other people')} with the role "
        f"{decision.role}; {there}.",
        hint="Two admins add one with access grant, or whoever has the host's terminal: "
        f"b24bot access grant TEAM:USER {decision.role}",
    )


def _there_are(found: int) -> str:
    return {0: "there is nobody", 1: "there is one"}.get(found, f"there are {found}")


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
            f"You have {len(mine)} open change requests, and {MOST_OPEN} is the most: "
            f"{', '.join(change.id for change in reversed(mine))}.",
            hint="Press Withdraw on the card of one that is not needed any more, or wait until one has ended.",
        )
