"""What is left to do by the rows of the bot, asked again and again while something has to come of a step."""

from __future__ import annotations

from typing import Any

from bot.core.change.change_request import Status
from bot.core.change.plans import plan_from_json
from tests.long.crash.harness.stored_rows import StoredRows

AT_WORK = (
    "SELECT (SELECT count(*) FROM jobs WHERE state = 'taken' OR (state = 'new' AND due_steady <= ?)) "
    "+ (SELECT count(*) FROM outbox WHERE state = 'sending') "
    "+ (SELECT count(*) FROM changes JOIN replicas ON substr(lease_owner, 1, length(owner)) = owner "
    "WHERE status = 'running'), "
    "(SELECT count(*) FROM outbox WHERE state = 'new' AND due_steady <= ?)"
)
"""A change of a replica whose row is gone waits until its lease has run out: the clock has to be moved for that."""


class Reader:
    """Asks the rows."""

    def __init__(self, stored: StoredRows) -> None:
        self._stored = stored

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._stored.read(sql, *values)

    def at_work(self, steady_ms: int) -> tuple[int, int]:
        """How much somebody is at, or could be at once; and how many notices are due, which may have to wait."""
        busy, due = self.rows(AT_WORK, steady_ms, steady_ms)[0]
        return busy, due

    def unsettled(self) -> list[str]:
        """What still has to come to an end by itself."""
        jobs = self.rows("SELECT id, kind, state FROM jobs WHERE state IN ('new', 'taken')")
        waiting = self.rows("SELECT key, state FROM outbox WHERE state IN ('new', 'sending')")
        changes = self.rows(
            "SELECT number, status, plan FROM changes WHERE status IN ('approved', 'running', 'unknown')"
        )
        stops = self.rows("SELECT key, kind FROM stops WHERE settled_at IS NULL")
        return [
            *(f"stop {row}" for row in stops),
            *(f"job {row}" for row in jobs),
            *(f"notice {row}" for row in waiting),
            *(f"CR-{number} {status}" for number, status, plan in changes if may_settle(status, plan)),
        ]

    def last_record(self) -> int:
        """The number of the newest audit record."""
        return int(self.rows("SELECT coalesce(max(seq), 0) FROM audit")[0][0])

    def status(self, number: int) -> str:
        found = self.rows("SELECT status FROM changes WHERE number = ?", number)
        return str(found[0][0]) if found else ""

    def ended(self, number: int) -> bool:
        """Whether a change request has come to an end, or to what only a person can find out."""
        found = self.rows("SELECT status, plan FROM changes WHERE number = ?", number)
        return bool(found) and found[0][0] != Status.PENDING and not may_settle(*found[0])


def may_settle(status: str, plan: str) -> bool:
    """Whether a change request in this status goes on by itself."""
    if status == Status.UNKNOWN:
        return plan_from_json(plan).provable
    return status in (Status.APPROVED, Status.RUNNING)
