"""How long the oldest notice waits, and which ones are kept no longer: found by indexes, however many there are."""

from __future__ import annotations

from bot.store.engine.port import Engine

FORGOTTEN_AT_ONCE = 2_000
"""How many rows of a kind are removed in one transaction, so that nobody waits for years of them."""
DAY_MS = 86_400_000
SENT_LAST_MS = 7 * DAY_MS
"""After that nothing asks any more whether a notice got out."""
DEAD_LAST_MS = 30 * DAY_MS
WAITING = ("new", "sending")
FIRST = (
    "SELECT created_steady FROM outbox WHERE state IN ('new', 'sending') AND kind = ? AND created_steady <= ? "
    "ORDER BY created_steady LIMIT 1"
)
"""The oldest that waits, of those queued since this machine was started: by the index `outbox_waiting`."""
ANY_EARLIER = (
    "SELECT 1 FROM outbox WHERE state IN ('new', 'sending') AND kind = ? AND created_steady > ? UNION ALL "
    "SELECT 1 FROM outbox WHERE state IN ('new', 'sending') AND kind = ? AND created_steady IS NULL LIMIT 1"
)
"""Whether one was queued before that, or before the steady clock was noted."""
FIRST_EARLIER = (
    "SELECT created_at FROM outbox WHERE state = ? AND kind = ? AND (created_steady > ? OR created_steady IS NULL) "
    "ORDER BY id LIMIT 1"
)
FORGET = (
    "DELETE FROM outbox WHERE id IN ("
    "SELECT id FROM (SELECT id FROM outbox WHERE state = 'sent' AND sent_at < ? LIMIT +?) AS sent UNION ALL "
    "SELECT id FROM (SELECT id FROM outbox WHERE state = 'dead' AND coalesce(died_at, created_at) < ? LIMIT +?) "
    "AS dead)"
)


def longest_wait(database: Engine, kind: str, *, now: int, steady: int) -> int | None:
    """For how many milliseconds the oldest notice of a kind has not got out; None when none waits.

    By the steady clock, so that no clock that is set makes the wait longer or shorter. It begins anew with the
    machine: what was queued at a later moment of it, or before this was noted, is measured by the other one.
    """
    first = database.row(FIRST, kind, steady)
    waits = [steady - first["created_steady"]] if first else []
    # Asked first: where there is none, all that waits would be gone through to find it.
    if database.row(ANY_EARLIER, kind, steady, kind):
        earlier = [database.row(FIRST_EARLIER, state, kind, steady) for state in WAITING]
        waits += [now - row["created_at"] for row in earlier if row]
    return max(waits, default=None)


def forget(database: Engine, now: int) -> int:
    """Remove what was sent, and what died, long ago, `FORGOTTEN_AT_ONCE` of each at most; returns how many."""
    return database.execute(FORGET, now - SENT_LAST_MS, FORGOTTEN_AT_ONCE, now - DEAD_LAST_MS, FORGOTTEN_AT_ONCE)
