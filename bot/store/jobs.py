"""What has come in and what is to be done: receipts against duplicates, and a durable queue of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from hashlib import sha256

from bot.store.database import Database, Row
from bot.store.keys import Keyring
from bot.store.sealing import open_text, seal_secrets, seal_text
from bot.store.sql import FORGOTTEN_AT_ONCE

INBOUND = "inbound"
"""The kind of the jobs that come of a delivery; only these are ever set aside."""
MOST_CUT_ALONE = 4
"""Starts of one job that were cut short while nothing else ran: it is to blame, and is not started again."""
SUSPECT_AFTER = 2
"""Starts that were cut short, whatever else ran. From then on the job runs alone, so that it shows what is to blame."""
ASIDE_LAST_MS = 30 * 24 * 3_600_000
RECEIPTS_LAST_MS = 7 * 24 * 3_600_000


class Rank(IntEnum):
    """The ranks of jobs: what waits at a rank is taken before anything of the next."""

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
    REFUSED = 6
    """What the allow-list does not let its person do, and everything of people who are not on it."""


SLOW = (Rank.RUNNING, Rank.PLANNING)
"""The ranks of what calls a portal. What has another one never takes long."""
_DUE = (
    "WHERE state = 'new' AND due_steady <= ? AND (? = 0 OR rank NOT IN (?, ?)) "
    "AND (rank <> ? OR NOT EXISTS (SELECT 1 FROM jobs WHERE state = 'taken' AND rank = ?))"
)
"""What may be taken now. Of what is refused one is under way at a time: it leaves the others their room."""
_WAITING = " ".join(("SELECT 1 FROM jobs", _DUE, "LIMIT 1"))
_FIRST = " ".join(
    (
        "SELECT id, rank, cut_short FROM jobs AS job",
        _DUE,
        "AND (? < 0 OR cut_short < ?) ORDER BY rank, (SELECT count(*) FROM jobs AS busy WHERE busy.state = 'taken' "
        "AND busy.rank = job.rank AND busy.person = job.person), turn, id LIMIT 1",
    )
)


class Receipt(StrEnum):
    """What a delivery's key says about it."""

    NEW = "new"
    REPEATED = "repeated"
    MISMATCHED = "mismatched"
    """The same key with another body: never acted on."""
    TOO_MANY = "too many"
    """New, and not taken on: too much of the same person waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work. `attempts` counts this one."""

    id: int
    kind: str
    payload: str
    attempts: int
    rank: Rank = Rank.LOCAL


class Jobs:
    """The queue. A job is taken by one worker at a time and leaves the queue in the transaction of its effect.

    When a job is due is told in milliseconds of the steady clock, as a lease is: what is put off for seconds is not put
    off for an hour when somebody sets the time of the day. What is due at once is due at 0, for every process.
    """

    def __init__(self, database: Database, keys: Keyring) -> None:
        self._database = database
        self._keys = keys

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

    def add(
        self,
        kind: str,
        payload: str,
        *,
        at: int,
        due: int = 0,
        rank: Rank = Rank.LOCAL,
        person: str = "",
        counted: bool = False,
    ) -> None:
        """Queue a job for somebody, behind as many of each other person's as wait of their own.

        What is `counted` is one of those of which a person may have only so many waiting. A delivery is sealed,
        whatever is in it: nearly each brings an address of Slack's that is a secret, and to look takes longer.
        """
        stored = seal_text(self._keys, payload) if kind == INBOUND else seal_secrets(self._keys, payload)
        self._database.execute(
            "INSERT INTO jobs (kind, payload, due_steady, created_at, rank, person, turn, counted) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(kind, stored, due, at, rank, person),
            *(self._next_turn(rank, person), counted),
        )

    def unplaced(self) -> list[Job]:
        """The deliveries that wait since before jobs had a person: their rank is none of today's."""
        rows = self._database.rows(
            "SELECT id, kind, payload, attempts, rank FROM jobs WHERE state = 'new' AND kind = ? AND person = '' "
            "ORDER BY id",
            INBOUND,
        )
        return [self._job(row) for row in rows]

    def place(self, job: Job, *, rank: Rank, person: str, counted: bool) -> None:
        """Give a waiting job what `add` gives to a new one."""
        self._database.execute(
            "UPDATE jobs SET rank = ?, person = ?, counted = ?, turn = ? WHERE id = ?",
            *(rank, person, counted, self._next_turn(rank, person), job.id),
        )

    def _next_turn(self, rank: Rank, person: str) -> int:
        """One after this person's last in the queue, or the turn that it is now for who has none there."""
        row = self._database.row(
            "SELECT max(CASE WHEN state = 'taken' THEN turn END) AS taken, min(CASE WHEN state = 'new' THEN turn END) "
            "AS first, max(CASE WHEN person = ? AND state <> 'aside' THEN turn END) AS own FROM jobs WHERE rank = ?",
            *(person, rank),
        )
        taken, first, own = (row["taken"], row["first"], row["own"]) if row else (None, None, None)
        now = taken if taken is not None else first - 1 if first is not None else 0
        return max(now, own or 0) + 1

    def waiting_of(self, person: str) -> int:
        """How many jobs of one person wait that are counted."""
        row = self._database.row(
            "SELECT count(*) AS n FROM jobs WHERE state = 'new' AND person = ? AND counted = 1", person
        )
        return row["n"] if row else 0

    def waiting(self, steady: int, *, quick: bool = False) -> bool:
        """Whether anything may be taken now, of what is `quick` if so asked; cheap enough to ask often."""
        running, planning, refused = Rank.RUNNING, Rank.PLANNING, Rank.REFUSED
        return self._database.row(_WAITING, steady, quick, running, planning, refused, refused) is not None

    def claim(self, steady: int, *, quick: bool = False) -> Job | None:
        """Take a due job of the first rank that has one, `quick` if so asked (calls no portal): people take turns.

        Whoever has the fewest jobs of that rank under way is first, then whose turn comes first, then the oldest. While
        what comes first has to run alone and something runs, or something runs that has to run alone, only what calls
        no portal and is not to blame for deaths is taken.
        """
        self._database.require_unit()
        head = self._first(steady, quick=quick)
        if head is not None and self._has_to_wait(head):
            head = self._first(steady, quick=True, cut_short_below=SUSPECT_AFTER)
        if head is None:
            return None
        rows = self._database.returning(
            "UPDATE jobs SET state = 'taken', attempts = attempts + 1 WHERE id = ? "
            "RETURNING id, kind, payload, attempts, rank",
            head["id"],
        )
        return self._job(rows[0]) if rows else None

    def _first(self, steady: int, *, quick: bool, cut_short_below: int = -1) -> Row | None:
        """What comes first of the jobs that may be taken; of those that were cut short less often, if so asked."""
        running, planning, refused = Rank.RUNNING, Rank.PLANNING, Rank.REFUSED
        below = cut_short_below
        return self._database.row(_FIRST, steady, quick, running, planning, refused, refused, below, below)

    def _job(self, row: Row) -> Job:
        return Job(**{**row, "payload": open_text(self._keys, row["payload"]), "rank": Rank(row["rank"])})

    def _has_to_wait(self, head: Row) -> bool:
        """Whether a job that may be to blame for deaths is kept apart from the others: what is quick goes on."""
        busy = self._database.rows("SELECT cut_short FROM jobs WHERE state = 'taken'")
        alone = head["cut_short"] >= SUSPECT_AFTER
        beside = head["rank"] in SLOW and any(row["cut_short"] >= SUSPECT_AFTER for row in busy)
        return (alone and bool(busy)) or beside

    def finish(self, job: Job) -> None:
        """Take the job out of the queue, in the transaction of what it did."""
        self._database.execute("DELETE FROM jobs WHERE id = ?", job.id)

    def postpone(self, job: Job, *, due: int) -> None:
        """Put the job back, for later; a wait is not an attempt."""
        self._database.execute(
            "UPDATE jobs SET state = 'new', due_steady = ?, attempts = attempts - 1 WHERE id = ?", due, job.id
        )

    def put_back(self, job: Job, *, rank: Rank, person: str) -> None:
        """Put the job back at another rank, for the person's next turn there; that is no attempt."""
        self._database.execute(
            "UPDATE jobs SET state = 'new', attempts = attempts - 1, rank = ?, turn = ? WHERE id = ?",
            *(rank, self._next_turn(rank, person), job.id),
        )

    def retry(self, job: Job, *, due: int) -> None:
        """Put the job back after an attempt that failed."""
        self._database.execute("UPDATE jobs SET state = 'new', due_steady = ? WHERE id = ?", due, job.id)

    def cut_short(self, job: Job, *, due: int, alone: bool) -> None:
        """Put back a job whose start the loss of the database cut short; `alone` when nothing else ran beside it."""
        self._database.execute(
            "UPDATE jobs SET state = 'new', due_steady = ?, cut_short = cut_short + 1, cut_alone = cut_alone + ? "
            "WHERE id = ?",
            *(due, alone, job.id),
        )

    def under_way(self) -> int:
        """How many jobs are taken."""
        row = self._database.row("SELECT count(*) AS n FROM jobs WHERE state = 'taken'")
        return row["n"] if row else 0

    def release_all(self) -> int:
        """Put back what a process that died had taken, all of it cut short. Only the one worker, when it starts."""
        self._database.execute(
            "UPDATE jobs SET cut_short = cut_short + 1, cut_alone = cut_alone + ? WHERE state = 'taken' AND kind = ?",
            *(self.under_way() == 1, INBOUND),
        )
        return self._database.execute("UPDATE jobs SET state = 'new' WHERE state = 'taken'")

    def hurry_all(self) -> None:
        """Make everything that waits due at once: the steady clock may have begun anew with the machine."""
        self._database.execute("UPDATE jobs SET due_steady = 0 WHERE state = 'new'")

    def set_aside(self) -> list[Job]:
        """Keep apart what was cut short too often while nothing else ran, and start it no more; returns those."""
        rows = self._database.returning(
            "UPDATE jobs SET state = 'aside' WHERE state = 'new' AND cut_alone >= ? "
            "RETURNING id, kind, payload, attempts, rank",
            MOST_CUT_ALONE,
        )
        return [self._job(row) for row in rows]

    def aside(self) -> int:
        """How many jobs are set aside."""
        row = self._database.row("SELECT count(*) AS n FROM jobs WHERE state = 'aside'")
        return row["n"] if row else 0

    def forget_aside(self, now: int) -> int:
        return self._database.execute("DELETE FROM jobs WHERE state = 'aside' AND created_at < ?", now - ASIDE_LAST_MS)

    def forget_receipts(self, now: int) -> int:
        """Remove receipts of long ago, the first that came in first; returns how many."""
        return self._database.execute(
            "DELETE FROM receipts WHERE rowid IN (SELECT rowid FROM receipts ORDER BY rowid LIMIT ?) AND at < ?",
            *(FORGOTTEN_AT_ONCE, now - RECEIPTS_LAST_MS),
        )
