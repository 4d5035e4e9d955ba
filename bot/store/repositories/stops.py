"""Pending stops: stored in the transaction that acknowledges the word, so that they hold through a restart."""

from __future__ import annotations

from bot.core.change.pending_stop import NewStop, Stop, StopKind
from bot.core.principals import Principal
from bot.core.redaction.redactor import redact
from bot.store.engine.port import Engine, Row
from bot.store.sealing.keyring import Keyring

SETTLED_LAST_MS = 7 * 24 * 3_600_000
"""As long as the receipt of the delivery that it came with."""
_PUT = "INSERT INTO stops (key, kind, person, number, reason) VALUES (?, ?, ?, ?, ?)"
"""A word that stops something."""
_GET = "SELECT * FROM stops WHERE key = ?"
"""The one that came with a delivery."""
_PENDING = "SELECT * FROM stops WHERE settled_at IS NULL ORDER BY id"
"""Those that hold now, the oldest first."""
_SETTLE = "UPDATE stops SET settled_at = ? WHERE id = ? AND settled_at IS NULL"
"""It holds no longer."""
_FORGET = "DELETE FROM stops WHERE settled_at < ?"
"""Remove what was settled long ago."""


class StopReader:
    """One row for each word that stops something, by the key of its delivery."""

    def __init__(self, database: Engine, keys: Keyring) -> None:
        self._database = database
        self._keys = keys

    def get(self, key: str) -> Stop | None:
        """The stop that came with this delivery, pending or settled."""
        row = self._database.row(_GET, key)
        return _stop(row) if row else None

    def pending(self) -> list[Stop]:
        """Those that hold now, the oldest first."""
        return [_stop(row) for row in self._database.rows(_PENDING)]


class Stops(StopReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def put(self, stop: NewStop) -> None:
        """Let it hold from this transaction on. What looks like a secret in its reason is stored as a mark."""
        reason = redact(stop.reason, (), self._keys.fingerprint)
        self._database.execute(_PUT, stop.key, stop.kind, stop.person.id, stop.number, reason)

    def settle(self, stop: Stop, *, at: int) -> bool:
        """End it; False when it was settled before."""
        ended = self._database.execute(_SETTLE, at, stop.id)
        return ended == 1

    def forget(self, now: int) -> int:
        """Remove what was settled long ago; returns how many."""
        return self._database.execute(_FORGET, now - SETTLED_LAST_MS)


def _stop(row: Row) -> Stop:
    return Stop(
        id=row["id"],
        key=row["key"],
        kind=StopKind(row["kind"]),
        person=Principal.read(row["person"]),
        number=row["number"],
        reason=row["reason"],
        settled=row["settled_at"] is not None,
    )
