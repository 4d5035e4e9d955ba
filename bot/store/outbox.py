"""What is to be said: a durable queue of notices, and which channels take them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.notices import Notice, kind_of, notice_from_json, notice_to_json
from bot.store.database import Database, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A notice on its way. `attempts` counts this one."""

    id: int
    notice: Notice
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHealth:
    """Whether the last delivery to a channel went through, and why not."""

    working: bool
    reason: str
    at: int


class Outbox:
    """Notices wait here until Slack has taken them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, key: str, notice: Notice, *, at: int) -> None:
        """Queue a notice. One with the same key that is still waiting stands for this one too."""
        self._database.execute(
            "INSERT INTO outbox (key, kind, payload, due_at, created_at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, state = 'new', attempts = 0, "
            "due_at = excluded.due_at, sent_at = NULL",
            *(key, kind_of(notice), notice_to_json(notice), at, at),
        )

    def waiting(self, now: int) -> bool:
        return self._database.row("SELECT 1 FROM outbox WHERE state = 'new' AND due_at <= ? LIMIT 1", now) is not None

    def claim(self, now: int, *, kind: str = "") -> Envelope | None:
        """Take the oldest due notice, of one kind if that is given."""
        rows = self._database.returning(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = (SELECT id FROM outbox "
            "WHERE state = 'new' AND due_at <= ? AND (? = '' OR kind = ?) ORDER BY id LIMIT 1) "
            "RETURNING id, kind, payload, attempts",
            *(now, kind, kind),
        )
        return _envelope(rows[0]) if rows else None

    def claim_next(self, now: int, *, kind: str) -> Envelope | None:
        """Take the oldest notice of a kind if it is due: one that waits for another try is never overtaken."""
        rows = self._database.returning(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = (SELECT id FROM outbox "
            "WHERE state = 'new' AND kind = ? ORDER BY id LIMIT 1) AND due_at <= ? "
            "RETURNING id, kind, payload, attempts",
            *(kind, now),
        )
        return _envelope(rows[0]) if rows else None

    def sent(self, envelope: Envelope, *, at: int) -> None:
        """It is out. The payload goes: what was said is in Slack, what happened is in the audit log.

        A notice that was queued again while this one was on its way stays queued.
        """
        self._database.execute(
            "UPDATE outbox SET state = 'sent', payload = '', sent_at = ?, error = '' WHERE id = ? "
            "AND state = 'sending'",
            *(at, envelope.id),
        )

    def retry(self, envelope: Envelope, *, due_at: int, error: str) -> None:
        self._database.execute(
            "UPDATE outbox SET state = 'new', due_at = ?, error = ? WHERE id = ? AND state = 'sending'",
            *(due_at, error, envelope.id),
        )

    def drop(self, envelope: Envelope, *, error: str) -> None:
        """Give up on it, visibly: the row stays with its reason."""
        self._database.execute(
            "UPDATE outbox SET state = 'dead', payload = '', error = ? WHERE id = ? AND state = 'sending'",
            *(error, envelope.id),
        )

    def hurry(self, kind: str, *, at: int) -> None:
        """Make everything of a kind that waits for a later try due now."""
        self._database.execute(
            "UPDATE outbox SET due_at = ? WHERE kind = ? AND state = 'new' AND due_at > ?", at, kind, at
        )

    def release_all(self) -> int:
        """Put back what a process that died was sending."""
        return self._database.execute("UPDATE outbox SET state = 'new' WHERE state = 'sending'")

    def state_of(self, key: str) -> str | None:
        row = self._database.row("SELECT state FROM outbox WHERE key = ?", key)
        return row["state"] if row else None

    def oldest(self, kind: str) -> int | None:
        """When the oldest notice of a kind that is not out yet was queued."""
        row = self._database.row(
            "SELECT min(created_at) AS at FROM outbox WHERE state IN ('new', 'sending') AND kind = ?", kind
        )
        return row["at"] if row else None

    def counts(self) -> dict[str, int]:
        """How many notices are in each state."""
        rows = self._database.rows("SELECT state, count(*) AS n FROM outbox GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    def channel(self, channel: str) -> ChannelHealth | None:
        row = self._database.row("SELECT working, reason, at FROM channels WHERE channel = ?", channel)
        return ChannelHealth(working=bool(row["working"]), reason=row["reason"], at=row["at"]) if row else None

    def mark_channel(self, channel: str, *, working: bool, reason: str, at: int) -> None:
        self._database.execute(
            "INSERT INTO channels (channel, working, reason, at) VALUES (?, ?, ?, ?) ON CONFLICT (channel) "
            "DO UPDATE SET working = excluded.working, reason = excluded.reason, at = excluded.at",
            *(channel, int(working), reason, at),
        )


def _envelope(row: Row) -> Envelope:
    return Envelope(id=row["id"], notice=notice_from_json(row["kind"], row["payload"]), attempts=row["attempts"])
