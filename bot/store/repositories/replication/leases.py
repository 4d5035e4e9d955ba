"""Who runs a change request: a lease with a fence, so that one who lost it can write and send nothing more of it."""

from __future__ import annotations

from bot.core.change.change_request import Lease, Status
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine

LEASE_MS = 120_000
"""Longer than the longest attempt at a call, which begins only if it has ended when the lease does."""
_BEGIN = (
    "UPDATE changes SET status = ?, started_at = ?, lease_owner = ?, lease_until = ?, fence = fence + 1 "
    "WHERE number = ? AND status = ? RETURNING fence"
)
"""From approved to running, with a new fence."""
_HELD_UNTIL = "SELECT lease_until FROM changes WHERE number = ? AND status = ? AND lease_owner = ? AND fence = ?"
"""When a lease runs out that is still held."""
_HOLD = "UPDATE changes SET lease_until = ? WHERE number = ? AND status = ? AND lease_owner = ? AND fence = ?"
"""Renew a lease that is still held."""
_LET_GO = "UPDATE changes SET lease_until = 0 WHERE number = ? AND status = ? AND lease_owner = ?"
"""End a lease."""
_RUNNING = (
    "SELECT number, COALESCE(lease_owner, '') AS owner, fence, lease_until AS until "
    "FROM changes WHERE status = ? ORDER BY number"
)
"""All that run, with their leases."""
_ADOPT = (
    "UPDATE changes SET fence = fence + 1, lease_owner = NULL, lease_until = 0 "
    "WHERE number = ? AND status = ? AND fence = ? AND lease_until = ?"
)
"""Move the fence of a lease that stands as it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A change request that stands as running, and the lease as it is stored. `owner` is empty when it has none."""

    number: int
    owner: str
    fence: int
    until: int

    def lasts(self, steady: int) -> bool:
        """Whether the lease has not run out.

        One that would last longer than a new one is from before a restart of the machine, or of another machine.
        """
        return steady < self.until <= steady + LEASE_MS


class LeaseReader:
    """The leases of the change requests that run. The fence decides who may write and send.

    `steady` is in milliseconds of the clock that nobody sets. Every process of a machine has the same one, so that a
    wall clock that is set makes no lease shorter or longer.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database

    def held_until(self, lease: Lease) -> int | None:
        """When it runs out; None when it is lost."""
        row = self._database.row(_HELD_UNTIL, lease.number, Status.RUNNING, lease.owner, lease.fence)
        return row["lease_until"] if row else None

    def running(self) -> list[Running]:
        """All that stand as running, the oldest first."""
        rows = self._database.rows(_RUNNING, Status.RUNNING)
        return [Running(**row) for row in rows]


class Leases(LeaseReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def begin(self, number: int, owner: str, *, at: int, steady: int) -> Lease | None:
        """Take the arrow from approved to running; None when it has moved on, or somebody else took it."""
        rows = self._database.returning(_BEGIN, Status.RUNNING, at, owner, steady + LEASE_MS, number, Status.APPROVED)
        return Lease(number=number, owner=owner, fence=rows[0]["fence"]) if rows else None

    def renew(self, lease: Lease, *, steady: int) -> bool:
        """Renew it, in the transaction of whatever is done under it; False when it is lost: then do nothing."""
        held = self._database.execute(
            _HOLD,
            *(steady + LEASE_MS, lease.number, Status.RUNNING, lease.owner, lease.fence),
        )
        return held == 1

    def release(self, number: int, owner: str) -> bool:
        """Nobody runs it any more: for an owner whose try has ended without an ending. False when it is not theirs."""
        gone = self._database.execute(_LET_GO, number, Status.RUNNING, owner)
        return gone == 1

    def take_over(self, seen: Running) -> bool:
        """Shut out whoever ran it; False when its lease was renewed, or it ended, since it was seen so."""
        adopted = self._database.execute(_ADOPT, seen.number, Status.RUNNING, seen.fence, seen.until)
        return adopted == 1
