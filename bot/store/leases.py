"""Who runs a change request: a lease with a fence, so that one who lost it can write nothing more of it."""

from __future__ import annotations

from bot.core.change import Lease, Status
from bot.store.database import Database

LEASE_MS = 240_000
"""Longer than the longest call: a minute's queue at a full portal, a renewal of tokens, 90 s for the answer."""


class Leases:
    """The leases of the change requests that run. The fence decides who may write; the time only says when to look.

    A clock that jumps can therefore end a lease too early or too late, and never let two hold it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, number: int, owner: str, *, at: int) -> Lease | None:
        """Take the arrow from approved to running; None when it has moved on, or somebody else took it."""
        rows = self._database.returning(
            "UPDATE changes SET status = ?, started_at = ?, lease_owner = ?, lease_until = ?, fence = fence + 1 "
            "WHERE number = ? AND status = ? RETURNING fence",
            *(Status.RUNNING, at, owner, at + LEASE_MS, number, Status.APPROVED),
        )
        return Lease(number=number, owner=owner, fence=rows[0]["fence"]) if rows else None

    def hold(self, lease: Lease, *, at: int) -> bool:
        """Renew it, in the transaction of whatever is written under it; False when it is lost: then write nothing."""
        held = self._database.execute(
            "UPDATE changes SET lease_until = ? WHERE number = ? AND status = ? AND lease_owner = ? AND fence = ?",
            *(at + LEASE_MS, lease.number, Status.RUNNING, lease.owner, lease.fence),
        )
        return held == 1

    def let_go(self, number: int, owner: str) -> bool:
        """Nobody runs it any more: for an owner whose try has ended without an ending. False when it is not theirs."""
        gone = self._database.execute(
            "UPDATE changes SET lease_until = 0 WHERE number = ? AND status = ? AND lease_owner = ?",
            *(number, Status.RUNNING, owner),
        )
        return gone == 1

    def ownerless(self, now: int, *, alone: bool) -> list[int]:
        """The change requests that stand as running with a lease that has run out.

        `alone` says that every other owner is known to be dead: then all that stand as running.
        """
        rows = self._database.rows(
            "SELECT number FROM changes WHERE status = ? AND (? OR lease_until <= ?) ORDER BY number",
            *(Status.RUNNING, alone, now),
        )
        return [row["number"] for row in rows]

    def adopt(self, number: int, now: int, *, alone: bool) -> bool:
        """Shut out whoever ran it, if the lease has still run out; False when it was renewed or ended meanwhile."""
        adopted = self._database.execute(
            "UPDATE changes SET fence = fence + 1, lease_owner = NULL, lease_until = 0 "
            "WHERE number = ? AND status = ? AND (? OR lease_until <= ?)",
            *(number, Status.RUNNING, alone, now),
        )
        return adopted == 1
