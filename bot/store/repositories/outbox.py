"""What is to be said: a durable queue of notices, and which channels take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from itertools import product

from bot.core.messages.notices import (
    KINDS,
    Announcement,
    CardNotice,
    Notice,
    ThreadNotice,
    is_sealed,
    kind_of,
    notice_from_json,
    notice_to_json,
    redact_notice,
)
from bot.plugin import Clock
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row
from bot.store.engine.sql import newest_of
from bot.store.engine.tallies import read_tally
from bot.store.repositories.backlog import forget, longest_wait
from bot.store.repositories.outbox_order import OutboxOrder
from bot.store.sealing.keyring import Keyring
from bot.store.sealing.sealed_text import open_text, seal_text

STATES = ("new", "sending", "sent", "dead")
_PUT = (
    "INSERT INTO outbox "
    "(key, kind, payload, number, channel, person, due_steady, created_at, created_steady, urgency) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, state = 'new', attempts = 0, "
    "due_steady = CASE WHEN outbox.state = 'new' AND outbox.due_steady < excluded.due_steady "
    "THEN outbox.due_steady ELSE excluded.due_steady END, "
    "urgency = CASE WHEN outbox.state = 'new' AND outbox.urgency > excluded.urgency "
    "THEN outbox.urgency ELSE excluded.urgency END, sent_at = NULL, died_at = NULL, error = ''"
)
"""A notice, or what becomes of the one with the same key."""
_WAITING_OF_KIND = "SELECT 1 FROM outbox WHERE state = 'new' AND kind = ? AND +due_steady <= ? LIMIT 1"
"""A row where a notice of a kind is due."""
_WAITING = "SELECT 1 FROM outbox WHERE state = 'new' AND due_steady <= ? LIMIT 1"
"""A row where any notice is due."""
_SET_URGENCY = "UPDATE outbox SET urgency = ? WHERE key = ? AND state IN ('new', 'sending')"
"""How urgent a notice is that has not got out."""
_CLAIM = (
    "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'new' "
    "RETURNING id, kind, payload, attempts"
)
"""Take one notice that waits."""
_SENT = "UPDATE outbox SET state = 'sent', payload = '', sent_at = ?, error = '' WHERE id = ? AND state = 'sending'"
"""A notice got out."""
_RETRY = "UPDATE outbox SET state = 'new', due_steady = ?, error = ?, attempts = ? WHERE id = ? AND state = 'sending'"
"""A notice waits for its next try."""
_DROP = "UPDATE outbox SET state = 'dead', died_at = ?, error = ? WHERE id = ? AND state = 'sending'"
"""A notice is given up."""
_REVIVE = (
    "UPDATE outbox SET state = 'new', attempts = 0, due_steady = 0, died_at = NULL, error = '' "
    "WHERE id = ? AND state = 'dead' AND payload <> ''"
)
"""A notice that was given up waits again."""
_DISCARD = "DELETE FROM outbox WHERE id = ? AND state IN ('new', 'dead') AND kind <> 'audit'"
"""Remove a notice that waits or was given up."""
_FORGET_CARD = "DELETE FROM outbox WHERE number = ? AND kind IN ('card', 'thread')"
"""Remove a card and the lines for under it."""
_HURRY = "UPDATE outbox SET due_steady = 0 WHERE kind = ? AND state = 'new'"
"""All of a kind that waits is due now."""
_HURRY_ALL = "UPDATE outbox SET due_steady = 0 WHERE state = 'new'"
"""All that waits is due now."""
_HURRY_CHANNEL = (
    "UPDATE outbox SET due_steady = 0 WHERE state = 'new' AND kind IN ('card', 'thread', 'announcement') "
    "AND (channel = ? OR number IN (SELECT number FROM changes WHERE channel = ?))"
)
"""All posts for a channel that wait are due now."""
_HURRY_ONE = "UPDATE outbox SET due_steady = 0 WHERE id = ? AND state = 'new'"
"""One notice that waits is due now."""
_HURRY_KEY = "UPDATE outbox SET due_steady = 0 WHERE key = ? AND state = 'new'"
"""One notice that waits, by its key, is due now."""
_RELEASE_ALL = "UPDATE outbox SET state = 'new' WHERE state = 'sending'"
"""What was being sent waits again."""
_STATE = "SELECT state FROM outbox WHERE key = ?"
"""What became of a notice."""
_CHANNEL = "SELECT working, reason, at FROM channels WHERE channel = ?"
"""Whether a channel takes messages."""
_MARK_CHANNEL = (
    "INSERT INTO channels (channel, working, reason, at) VALUES (?, ?, ?, ?) ON CONFLICT (channel) "
    "DO UPDATE SET working = excluded.working, reason = excluded.reason, at = excluded.at"
)
"""What the last delivery to a channel showed."""


class Urgency(IntEnum):
    """What goes before what, among notices of a kind."""

    LAST = -1
    """Words to people who are not on the allow-list, the lines about what they were refused, and rewrites of cards for
    which nobody waits."""
    USUAL = 0
    AWAITED = 1
    """An approved change request waits for it, or whoever has clicked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A notice on its way. `attempts` counts this one."""

    id: int
    notice: Notice
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """One row of the queue, for people who look after it. `notice` is None once its words are gone."""

    id: int
    key: str
    kind: str
    state: str
    attempts: int
    created_at: int
    due_at: int
    """When it is tried next, as the clocks stand now; when it was queued, for what waits for no later try."""
    died_at: int | None
    error: str
    notice: Notice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHealth:
    """Whether the last delivery to a channel went through, and why not."""

    working: bool
    reason: str
    at: int


CLAIM_ANY = (
    "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = (SELECT id FROM outbox "
    "WHERE state = 'new' AND due_steady <= ? ORDER BY id LIMIT 1) RETURNING id, kind, payload, attempts"
)
CLAIM_OF_KIND = (
    "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = (SELECT id FROM outbox "
    "WHERE state = 'new' AND kind = ? AND +due_steady <= ? ORDER BY id LIMIT 1) RETURNING id, kind, payload, attempts"
)
_OF_KIND = "SELECT id FROM outbox WHERE state = ? || '' AND kind = ?"
"""Notices of a state and a kind. The state is an expression: a bare value would be tried in the partial indexes, so
SQLite would compile the statement anew for each value."""


class OutboxReader:
    """Notices wait here until Slack has taken them.

    Thousands of audit lines may wait while something else is looked for. So what names a kind is found by the index
    over kinds: a plus keeps SQLite from going through all that is due.

    When a notice is due is told in milliseconds of the steady clock, as of a job; what is due at once is due at 0.
    """

    def __init__(self, database: Engine, keys: Keyring, clock: Callable[[], Clock]) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self.order = OutboxOrder(database)

    def _steady(self) -> int:
        return round(self._clock().monotonic() * 1000)

    def waiting(self, steady: int, *, kind: str = "") -> bool:
        """Whether something is due, of one kind if that is given."""
        of_kind = (_WAITING_OF_KIND, kind, steady)
        any_kind = (_WAITING, steady)
        return self._database.row(*(of_kind if kind else any_kind)) is not None

    def entries(self, states: Sequence[str], *, limit: int) -> list[OutboxEntry]:
        """Rows in these states, the newest first."""
        kinds = list(product(states, KINDS))
        where = f"id IN ({newest_of(_OF_KIND, kinds, 'id')})"
        rows = self._database.where(
            "outbox", where, [*(value for kind in kinds for value in kind), limit], order_by="id DESC", limit=limit
        )
        return [self._entry(row) for row in rows]

    def entry(self, id: int) -> OutboxEntry | None:
        rows = self._database.where("outbox", "id = ?", [id], order_by="id", limit=1)
        return self._entry(rows[0]) if rows else None

    def _entry(self, row: Row) -> OutboxEntry:
        names = ("id", "key", "kind", "state", "attempts", "created_at", "died_at", "error")
        wait = row["due_steady"] - self._steady()
        due_at = self._clock().now_ms() + wait if wait > 0 else row["created_at"]
        notice = self._notice(row) if row["payload"] else None
        return OutboxEntry(**{name: row[name] for name in names}, due_at=due_at, notice=notice)

    def _notice(self, row: Row) -> Notice:
        return notice_from_json(row["kind"], open_text(self._keys, row["payload"]))

    def refused(self) -> list[OutboxEntry]:
        """What was tried, did not get out, and waits for another try; the oldest first."""
        rows = self._database.where(
            "outbox", "state = 'new' AND attempts > 0 AND error <> ''", [], order_by="id", limit=1_000
        )
        return [self._entry(row) for row in rows]

    def state_of(self, key: str) -> str | None:
        row = self._database.row(_STATE, key)
        return row["state"] if row else None

    def longest_wait(self, kind: str) -> int | None:
        """For how many milliseconds the oldest notice of a kind has not got out; None when none waits."""
        return longest_wait(self._database, kind, now=self._clock().now_ms(), steady=self._steady())

    def counts(self) -> dict[str, int]:
        """How many notices are in each state."""
        return read_tally(self._database, "outbox")

    def channel(self, channel: str) -> ChannelHealth | None:
        row = self._database.row(_CHANNEL, channel)
        return ChannelHealth(working=bool(row["working"]), reason=row["reason"], at=row["at"]) if row else None


class Outbox(OutboxReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def put(
        self,
        key: str,
        notice: Notice,
        *,
        at: int,
        due: int = 0,
        person: str = "",
        urgency: Urgency = Urgency.USUAL,
    ) -> None:
        """Queue a notice. One with the same key that is still waiting stands for this one too.

        Of both it has the earlier time and the greater urgency: what somebody waits for is not put off by what may
        wait. What is said to one person alone is said in that `person`'s turn.
        """
        notice = redact_notice(notice, self._keys.fingerprint)
        payload = notice_to_json(notice)
        if is_sealed(notice):
            payload = seal_text(self._keys, payload)
        self._database.execute(
            _PUT,
            *(key, kind_of(notice), payload, _number(notice), _channel(notice), person, due, at),
            *(self._steady(), urgency),
        )
        self._database.announce()

    def hasten(self, key: str) -> None:
        """Let somebody's waiting for this notice put it before others of its kind."""
        self._set_urgency(key, Urgency.AWAITED)

    def put_last(self, key: str) -> None:
        """Let a notice wait until no other of its kind does."""
        self._set_urgency(key, Urgency.LAST)

    def _set_urgency(self, key: str, urgency: Urgency) -> None:
        self._database.execute(_SET_URGENCY, urgency, key)

    def claim(self, steady: int, *, kind: str = "") -> Envelope | None:
        """Take the oldest due notice, of one kind if that is given."""
        rows = self._database.returning(*((CLAIM_OF_KIND, kind, steady) if kind else (CLAIM_ANY, steady)))
        return self._envelope(rows[0]) if rows else None

    def _envelope(self, row: Row) -> Envelope:
        return Envelope(id=row["id"], notice=self._notice(row), attempts=row["attempts"])

    def claim_these(self, ids: Iterable[int]) -> list[Envelope]:
        """Take these, as far as they still wait."""
        rows = [row for id in ids for row in self._database.returning(_CLAIM, id)]
        return [self._envelope(row) for row in rows]

    def sent(self, envelope: Envelope, *, at: int) -> None:
        """It is out. The payload goes: what was said is in Slack, what happened is in the audit log.

        A notice that was queued again while this one was on its way stays queued.
        """
        self._database.execute(_SENT, at, envelope.id)

    def retry(self, envelope: Envelope, *, due: int, error: str, counted: bool = True) -> None:
        """Put it back for later; one that is not counted was no attempt."""
        self._database.execute(_RETRY, due, error, envelope.attempts - (not counted), envelope.id)

    def drop(self, envelope: Envelope, *, at: int, error: str) -> bool:
        """Give up on it, visibly: the row stays with its reason and its words. False when it was queued anew."""
        return bool(self._database.execute(_DROP, at, error, envelope.id))

    def redeliver(self, id: int) -> bool:
        """Queue a dead notice again, as if never tried; False when it is not dead, or its words are gone."""
        return bool(self._database.execute(_REVIVE, id))

    def discard(self, id: int) -> bool:
        """Take a notice that waits or is dead out of the queue for good. Audit lines stay."""
        return bool(self._database.execute(_DISCARD, id))

    def forget_card(self, number: int) -> None:
        """Take a card that never stood, and the lines for under it, out of the queue."""
        self._database.execute(_FORGET_CARD, number)

    def forget(self, now: int) -> int:
        """Remove what was sent, and what died, long ago, a part of it at a time; returns how many."""
        return forget(self._database, now)

    def hurry(self, kind: str) -> None:
        """Make everything of a kind that waits for a later try due now."""
        self._database.execute(_HURRY, kind)

    def hurry_all(self) -> None:
        """Make everything that waits for a later try due now."""
        self._database.execute(_HURRY_ALL)

    def hurry_channel(self, channel: str) -> None:
        """Make all posts for a channel that wait for a later try due now: it takes messages again."""
        self._database.execute(_HURRY_CHANNEL, channel, channel)

    def hurry_one(self, id: int) -> bool:
        """Make a notice that waits for a later try due now; False when it does not wait."""
        return bool(self._database.execute(_HURRY_ONE, id))

    def hurry_key(self, key: str) -> None:
        """Make the notice with this key due now, if it waits."""
        self._database.execute(_HURRY_KEY, key)

    def release_all(self) -> int:
        """Put back what a process that died was sending."""
        return self._database.execute(_RELEASE_ALL)

    def mark_channel(self, channel: str, *, working: bool, reason: str, at: int) -> None:
        self._database.execute(_MARK_CHANNEL, channel, int(working), reason, at)


def _channel(notice: Notice) -> str:
    """The channel it names itself; where a card or a line goes is for its change request to say."""
    return notice.channel if isinstance(notice, Announcement) else ""


def _number(notice: Notice) -> int:
    """The change request whose card or thread it goes to; 0 for none."""
    return notice.number if isinstance(notice, CardNotice | ThreadNotice) else 0
