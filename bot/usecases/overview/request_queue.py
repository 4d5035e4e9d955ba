"""Change requests as a queue: what waits for the reader, the reader's own, what else is open, what has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.core.authority.policy import NeedsApproval
from bot.core.change.change_request import OPEN, ChangeRequest, Status
from bot.core.change.status_names import ShownStatus
from bot.core.principals import Principal
from bot.plugin.frozen import dataclass
from bot.store.store import Store
from bot.usecases.authority.quorum import check_eligibility
from bot.usecases.authority.ruled_requests import check_approval_would_count
from bot.usecases.context import Context

LOOKED_AT = 200
"""How many of the newest change requests are looked through at least for those that have ended."""
Test = Callable[[ChangeRequest], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The change requests of one reader, in the order in which they want attention."""

    store: Store
    waits: Test
    """Whether one waits for the reader."""
    is_own: Test
    """Whether the reader asked for one."""

    def list_changes(self, status: ShownStatus | None, tests: Sequence[Test], *, limit: int) -> list[ChangeRequest]:
        """Those that pass all tests: open ones riskiest first and then oldest first, ended ones newest first."""
        found = self._find(status, max(limit, LOOKED_AT))
        return [one for one in found if all(test(one) for test in tests)][:limit]

    def _find(self, status: ShownStatus | None, most: int) -> list[ChangeRequest]:
        changes = self.store.changes
        if status is not None:
            return sorted(changes.shown_as(status, limit=most), key=self._place)
        ended = [one for one in changes.newest(limit=most) if not one.status.open]
        return sorted([*changes.with_status(OPEN), *ended], key=self._place)

    def _place(self, change: ChangeRequest) -> tuple[int, int, int]:
        """Where one stands in the queue."""
        if not change.status.open:
            return (3, 0, -change.number)
        group = 0 if self.waits(change) else 1 if self.is_own(change) else 2
        return (group, -change.risk.rank, change.created_at)


def queue_of(ctx: Context, person: Principal) -> Queue:
    """The queue of somebody who types in Slack, or in the terminal as in Slack."""
    return Queue(
        store=ctx.store,
        waits=lambda change: waits_for(ctx, person, change),
        is_own=lambda change: ctx.deployment.people.same(person, change.requester),
    )


def shell_queue(store: Store, person: Principal) -> Queue:
    """The queue of an account of the host's terminal, where nobody approves."""
    return Queue(store=store, waits=lambda _: False, is_own=lambda change: change.requester == person)


def waits_for(ctx: Context, person: Principal, change: ChangeRequest) -> bool:
    """Whether this person can still decide it: approve it, or confirm what they asked for. Slack is not asked."""
    if change.status is not Status.PENDING or change.expires_at <= ctx.clock.now_ms():
        return False
    if isinstance(change.decision, NeedsApproval):
        given = any(ctx.deployment.people.same(person, review.reviewer) for review in change.approvals)
        refused = check_eligibility(ctx, person, change) or check_approval_would_count(ctx, person, change)
        return not given and refused is None
    return change.requester == person
