"""What became of each use of break-glass: who did it, whether somebody else has looked, and who could."""

from __future__ import annotations

from bot.core.audit.audit_record import AuditRecord, Tag
from bot.core.authority.membership import DISQUALIFICATIONS
from bot.core.authority.policy import BREAK_GLASS_ROLE, Refused
from bot.core.change.change_request import ChangeRequest
from bot.core.principals import Principal
from bot.plugin import CommandLine, Message
from bot.usecases.authority.memberships import last_known_status
from bot.usecases.context import Context

REVIEW_PATH, REVIEW_TARGET = "request review", "review"
OWN_BREAK_GLASS = Message("review.own_break_glass")
MOST_BYPASSES = 1_000
"""Of one database: far more than there are emergencies."""


def find_break_glass_record(ctx: Context, number: int) -> AuditRecord | None:
    """The record of the use of break-glass for a change request; None without one that can be believed."""
    return _find_authentic_record(ctx, f"CR-{number}", Tag.APPROVAL_BYPASSED)


def _find_authentic_record(ctx: Context, subject: str, tag: Tag) -> AuditRecord | None:
    """The last such record, if somebody who holds the key wrote it: who decides rests on it."""
    found = next(iter(ctx.store.audit.find(subject=subject, tag=tag, limit=1)), None)
    return found if found is not None and found.subject == subject and ctx.store.audit.vouches(found) else None


def find_break_glass_actor(ctx: Context, plugin: str, target: str) -> Principal | None:
    """Who used break-glass where a plan is the review of that; None for any other plan."""
    kind, _, broken = target.partition(":")
    if not ctx.registry.is_local(plugin) or kind != REVIEW_TARGET:
        return None
    found = _find_authentic_record(ctx, broken, Tag.APPROVAL_BYPASSED)
    return Principal.read(found.actor) if found else None


def is_reviewed(ctx: Context, number: int) -> bool:
    """Whether somebody else has approved what was run without approval: the record of it is what tells."""
    return _find_authentic_record(ctx, f"CR-{number}", Tag.BYPASS_REVIEWED) is not None


def is_review(change: ChangeRequest) -> bool:
    """Whether it asks to review break-glass. Nobody takes that back: somebody else decides it, or time does."""
    return change.local and change.path == REVIEW_PATH


def describe_unreviewed(change: ChangeRequest) -> Message:
    """What is so when a review has ended without anybody's approval: the sentence of such an ending."""
    broken = change.plan.target.removeprefix("review:")
    return Message("review.unreviewed", request=broken, command=_review_command(broken))


def _review_command(broken: str) -> CommandLine:
    return CommandLine(command_line=f"{REVIEW_PATH} {broken}")


def list_unreviewed(ctx: Context) -> list[AuditRecord]:
    """The uses of break-glass that nobody has reviewed, oldest first, whether a review is open or not."""
    audit = ctx.store.audit
    found = audit.find(tag=Tag.APPROVAL_BYPASSED, limit=MOST_BYPASSES)
    seen = {one.subject for one in audit.find(tag=Tag.BYPASS_REVIEWED, limit=MOST_BYPASSES) if audit.vouches(one)}
    return [one for one in reversed(found) if one.subject not in seen]


def check_break_glass(ctx: Context, person: Principal) -> Refused | None:
    """Refuse an admin who may not use break-glass now, in sentences."""
    mine = [
        one.subject for one in list_unreviewed(ctx) if ctx.deployment.people.same(Principal.read(one.actor), person)
    ]
    if mine:
        command = _review_command(mine[0])
        return Refused(reason=Message("review.own_unreviewed", requests=tuple(mine), command=command))
    if not _reviewers(ctx, person):
        return Refused(reason=Message("review.no_other_admin"))
    return None


def _reviewers(ctx: Context, person: Principal) -> list[Principal]:
    """The other admins, as far as is known members of the workspace."""
    return [
        grant.principal
        for grant in ctx.store.grants.all()
        if grant.role.reaches(BREAK_GLASS_ROLE)
        and grant.principal.team == ctx.workspace.team
        and not ctx.deployment.people.same(grant.principal, person)
        and last_known_status(ctx, grant.principal) not in DISQUALIFICATIONS
    ]
