"""What has come in and what is to be done: receipts against duplicates, and a durable queue of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from hashlib import sha256

from bot.store.database import Database

RECEIPTS_LAST_MS = 7 * 24 * 3_600_000


class Rank(IntEnum):
    """The ranks of jobs: what waits at a rank is taken, oldest first, before anything of the next."""

    STOPPING = 0
    """A freeze, a withdrawal, a rejection."""
    DECIDING = 1
    """Other buttons of cards."""
    HELPING = 2
    """What everybody may ask: help and whoami."""
    LOCAL = 3
    """Commands that are answered from the bot's own store."""
    RUNNING = 4
    """Approved change requests."""
    PLANNING = 5
    """Commands that read a portal."""


LAST_LOCAL = Rank.LOCAL
"""What waits at this rank or before it calls no portal, so it never takes long."""


class Receipt(StrEnum):
    """What a delivery's key says about it."""

    NEW = "new"
    REPEATED = "repeated"
    MISMATCHED = "mismatched"
    """The same key with another body: never acted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work. `attempts` counts this one."""

    id: int
    kind: str
    payload: str
    attempts: int


class Jobs:
    """The queue. A job is taken by one worker at a time and leaves the queue in the transaction of its effect."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, key: str, body: str, *, at: int) -> Receipt:
        """Remember a delivery by its key."""
        digest = sha256(body.encode()).hexdigest()
        taken = self._database.execute(
            "INSERT INTO receipts (key, body, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key, digest, at
        )
        if taken:
            return Receipt.NEW
        row = self._database.row("SELECT body FROM receipts WHERE key = ?", key)
        return Receipt.REPEATED if row and row["body"] == digest else Receipt.MISMATCHED

    def add(self, kind: str, payload: str, *, at: int, due_at: int | None = None, rank: Rank = Rank.LOCAL) -> None:
        self._database.execute(
            "INSERT INTO jobs (kind, payload, due_at, created_at, rank) VALUES (?, ?, ?, ?, ?)",
            *(kind, payload, due_at if due_at is not None else at, at, rank),
        )

    def waiting(self, now: int, *, last: Rank = Rank.PLANNING) -> bool:
        """Whether anything is due, up to a rank; cheap enough to ask often."""
        sql = "SELECT 1 FROM jobs WHERE state = 'new' AND due_at <= ? AND rank <= ? LIMIT 1"
        return self._database.row(sql, now, last) is not None

    def claim(self, now: int, *, last: Rank = Rank.PLANNING) -> Job | None:
        """Take the oldest due job of the first rank that has one, up to the `last` rank."""
        rows = self._database.returning(
            "UPDATE jobs SET state = 'taken', attempts = attempts + 1 WHERE id = (SELECT id FROM jobs "
            "WHERE state = 'new' AND due_at <= ? AND rank <= ? ORDER BY rank, id LIMIT 1) "
            "RETURNING id, kind, payload, attempts",
            *(now, last),
        )
        return Job(**rows[0]) if rows else None

    def finish(self, job: Job) -> None:
        """Take the job out of the queue, in the transaction of what it did."""
        self._database.execute("DELETE FROM jobs WHERE id = ?", job.id)

    def postpone(self, job: Job, *, due_at: int) -> None:
        """Put the job back, for later; a wait is not an attempt."""
        self._database.execute(
            "UPDATE jobs SET state = 'new', due_at = ?, attempts = attempts - 1 WHERE id = ?", due_at, job.id
        )

    def retry(self, job: Job, *, due_at: int) -> None:
        """Put the job back after an attempt that failed."""
        self._database.execute("UPDATE jobs SET state = 'new', due_at = ? WHERE id = ?", due_at, job.id)

    def release_all(self) -> int:
        """Put back what a process that died had taken. Only the one worker calls this, when it starts."""
        return self._database.execute("UPDATE jobs SET state = 'new' WHERE state = 'taken'")

    def forget_receipts(self, now: int) -> int:
        return self._database.execute("DELETE FROM receipts WHERE at < ?", now - RECEIPTS_LAST_MS)
