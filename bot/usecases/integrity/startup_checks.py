"""What is looked at before a bot takes work. Each finding is a limit with its sentence; the bot starts all the same.

What does keep it from starting comes before this, when its files are opened (bot/store/store.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.limits import Limit, Mode
from bot.core.principals import Grant, Role
from bot.plugin import Message
from bot.usecases.context import Context, log
from bot.usecases.integrity.chain_check import begin_check
from bot.usecases.integrity.file_identity import note_files
from bot.usecases.integrity.policy_record import record_policy
from bot.usecases.process.found_limits import FoundLimits

CLOCK = "clock"
WARN_SKEW_MS, MOST_SKEW_MS = 30_000, 240_000
"""Slack refuses what is five minutes old, and so do we; an expiry is wrong by as much as the clock is."""


def find_approver_shortage(grants: Iterable[Grant], quorum: int, people: IdentityGroups) -> Message | None:
    """Why nothing dangerous can ever be approved; None when it can.

    It limits nothing: whoever asks for such a thing is refused with the numbers at that moment, and what needs only
    confirming needs nobody else.
    """
    listed = list(grants)
    approvers = {people.id_of(grant.principal) for grant in listed if grant.role.reaches(Role.APPROVER)}
    askers = {people.id_of(grant.principal) for grant in listed if grant.role.reaches(Role.OPERATOR)}
    if any(len(approvers - {asker}) >= quorum for asker in askers):
        return None
    return Message("limit.approver_shortage", quorum=quorum, approvers=Message("limit.people", count=len(approvers)))


CHECKS: tuple[Callable[[Context], Limit | None], ...] = (begin_check, note_files)
"""In order; each keeps what it finds in `ctx.limits` under a name of its own, until somebody looks again."""


def run_startup_checks(ctx: Context) -> list[Limit]:
    """Look at everything once, before the first job."""
    granted = ctx.store.grants.all()
    short = find_approver_shortage(granted, ctx.deployment.terms.quorum, ctx.deployment.people)
    # While nobody is on the list, its first admin is what is missing.
    if granted and short is not None:
        log.warning("%s", short, extra={"action": "approvers_short"})
    found = [limit for check in CHECKS if (limit := check(ctx)) is not None]
    record_policy(ctx, starting=True)
    return found


def check_clock(skew_ms: int) -> Limit | None:
    """What a clock that differs from Slack's by so much keeps the bot from."""
    if abs(skew_ms) <= MOST_SKEW_MS:
        return None
    seconds = abs(skew_ms) // 1000
    why = Message("limit.clock_ahead", count=seconds) if skew_ms > 0 else Message("limit.clock_behind", count=seconds)
    return Limit(name=CLOCK, mode=Mode.NO_DANGER, why=why, until=Message("limit.until.clock_set"))


def note_skew(limits: FoundLimits, skew_ms: int) -> None:
    """Judge how far this host's clock is from Slack's."""
    limits.keep_limit(CLOCK, check_clock(skew_ms))
    if WARN_SKEW_MS < abs(skew_ms) <= MOST_SKEW_MS:
        log.warning("this host's clock is off by %d ms from Slack's", skew_ms, extra={"action": "clock_skew"})
