"""The bot's database as another process reads it, again and again while it waits for something to come of a step."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from bot.core.change.change_request import Status
from bot.core.change.plans import plan_from_json
from bot.store.engine.database import sqlite3
from bot.store.store import FILE_NAME

AT_WORK = (
    "SELECT (SELECT count(*) FROM jobs WHERE state = 'taken' OR (state = 'new' AND due_steady <= ?1)) "
    "+ (SELECT count(*) FROM outbox WHERE state = 'sending') "
    "+ (SELECT count(*) FROM changes WHERE status = 'running'), "
    "(SELECT count(*) FROM outbox WHERE state = 'new' AND due_steady <= ?1)"
)


class Reader:
    """One connection, opened with the first question and kept: to open one costs more than to ask.

    A journal that was left by a process that died is rolled back before the next answer.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._connection: Any | None = None

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._connection is None:
                address = f"file:{self._home / FILE_NAME}?mode=rw"
                self._connection = sqlite3.connect(address, uri=True, timeout=5, check_same_thread=False)
            return list(self._connection.execute(sql, values))

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def at_work(self, steady_ms: int) -> tuple[int, int]:
        """How much somebody is at, or could be at once; and how many notices are due, which may have to wait."""
        busy, due = self.rows(AT_WORK, steady_ms)[0]
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
