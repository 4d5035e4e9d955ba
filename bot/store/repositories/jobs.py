"""What has come in and what is to be done: receipts against duplicates, and a durable queue of jobs."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256

from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row
from bot.store.repositories.backlog import FORGOTTEN_AT_ONCE
from bot.store.repositories.job_order import LEADS, TURN, JobOrder, Position
from bot.store.repositories.job_order import Rank as Rank
from bot.store.sealing.keyring import Keyring
from bot.store.sealing.sealed_text import open_text, seal_secrets, seal_text

INBOUND = "inbound"
"""The kind of the jobs that come of a delivery; only these are ever set aside."""
EXECUTE = "execute"
"""The kind of the jobs that run an approved change request; the payload is its number."""
MOST_CUT_ALONE = 4
"""Starts of one job that were cut short while nothing else ran: it is to blame, and is not started again."""
ASIDE_LAST_MS = 30 * 24 * 3_600_000
RECEIPTS_LAST_MS = 7 * 24 * 3_600_000
ANYWHERE = Position()
"""For a job of nobody, which calls no place."""
_ADD = " ".join(
    (
        "INSERT INTO jobs (rank, place, person, counted, kind, payload, due_steady, created_at, turn, leads)",
        *(
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,",
            TURN,
            ", CASE WHEN ?7 > CAST(0 AS BIGINT) THEN 1 ELSE",
            LEADS,
            "END)",
        ),
    )
)
_PLACE = " ".join(
    (
        "UPDATE jobs SET rank = ?1, place = ?2, person = ?3, counted = ?4, turn =",
        *(TURN, ", leads =", LEADS, "WHERE id = ?5"),
    )
)
_RECEIVE = "INSERT INTO receipts (key, body, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
"""The receipt of a delivery, once for each key."""
_RECEIVED = "SELECT body FROM receipts WHERE key = ?"
"""What was received with a key."""
_UNPLACED = (
    "SELECT id, kind, payload, attempts, rank FROM jobs WHERE state = 'new' AND kind = ? AND person = '' ORDER BY id"
)
"""Deliveries that have no person yet."""
_WAITING_OF = "SELECT count(*) AS n FROM jobs WHERE state = 'new' AND counted = 1 AND person = ?"
"""How many counted jobs of a person wait."""
_TAKE = (
    "UPDATE jobs SET state = 'taken', attempts = attempts + 1 WHERE id = ? RETURNING id, kind, payload, attempts, rank"
)
"""Take a job."""
_FINISH = "DELETE FROM jobs WHERE id = ?"
"""A job is done."""
_POSTPONE = "UPDATE jobs SET state = 'new', due_steady = ?, attempts = attempts - 1 WHERE id = ?"
"""A job waits for later, which was no attempt."""
_HURRY = "UPDATE jobs SET due_steady = 0 WHERE state = 'new' AND due_steady > 0 AND kind = ? AND payload = ?"
"""A job that was put off is due now."""
_PUT_BACK = "UPDATE jobs SET state = 'new', attempts = attempts - 1 WHERE id = ?"
"""A job waits again, which was no attempt."""
_RETRY = "UPDATE jobs SET state = 'new', due_steady = ? WHERE id = ?"
"""A job waits for its next attempt."""
_CUT_SHORT = (
    "UPDATE jobs SET state = 'new', due_steady = ?, cut_short = cut_short + 1, cut_alone = cut_alone + ? WHERE id = ?"
)
"""The start of a job was cut short."""
_UNDER_WAY = "SELECT count(*) AS n FROM jobs WHERE state = 'taken'"
"""How many jobs are taken."""
_CUT_SHORT_ALL = (
    "UPDATE jobs SET cut_short = cut_short + 1, cut_alone = cut_alone + ? WHERE state = 'taken' AND kind = ?"
)
"""The starts of all deliveries that are taken were cut short."""
_RELEASE_ALL = "UPDATE jobs SET state = 'new' WHERE state = 'taken'"
"""All that was taken waits again."""
_HURRY_ALL = "UPDATE jobs SET due_steady = 0 WHERE state = 'new'"
"""All that waits is due now."""
_SET_ASIDE = (
    "UPDATE jobs SET state = 'aside' WHERE state = 'new' AND cut_alone >= ? RETURNING id, kind, payload, attempts, rank"
)
"""Keep apart what was cut short too often."""
_ASIDE = "SELECT count(*) AS n FROM jobs WHERE state = 'aside'"
"""How many jobs are kept apart."""
_FORGET_ASIDE = "DELETE FROM jobs WHERE state = 'aside' AND created_at < ?"
"""Remove what was kept apart long ago."""
_FORGET_RECEIPTS = (
    "DELETE FROM receipts WHERE {row_id} IN (SELECT {row_id} FROM receipts ORDER BY {row_id} LIMIT +?) AND at < ?"
)
"""Remove the first of the receipts, as far as they are from long ago."""


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


class JobReader:
    """The queue. A job is taken by one worker at a time and leaves the queue in the transaction of its effect.

    When a job is due is told in milliseconds of the steady clock, as a lease is: what is put off for seconds is not put
    off for an hour when somebody sets the time of the day. What is due at once is due at 0, for every process.
    """

    def __init__(self, database: Engine, keys: Keyring) -> None:
        self._database = database
        self._keys = keys
        spell = database.dialect.spell
        self._add, self._place, self._forget_receipts = spell(_ADD), spell(_PLACE), spell(_FORGET_RECEIPTS)
        self._order = JobOrder(database)

    def unplaced(self) -> list[Job]:
        """The deliveries that wait since before jobs had a person: their rank is none of today's."""
        rows = self._database.rows(_UNPLACED, INBOUND)
        return [self._job(row) for row in rows]

    def waiting_of(self, person: str) -> int:
        """How many jobs of one person wait that are counted."""
        row = self._database.row(_WAITING_OF, person)
        return row["n"] if row else 0

    def waiting(self, steady: int, *, quick: bool = False) -> bool:
        """Whether anything may be taken now, of what is `quick` if so asked; cheap enough to ask often."""
        return self._order.has_next(steady, quick=quick)

    def _job(self, row: Row) -> Job:
        return Job(**{**row, "payload": open_text(self._keys, row["payload"]), "rank": Rank(row["rank"])})

    def under_way(self) -> int:
        """How many jobs are taken."""
        row = self._database.row(_UNDER_WAY)
        return row["n"] if row else 0

    def aside(self) -> int:
        """How many jobs are set aside."""
        row = self._database.row(_ASIDE)
        return row["n"] if row else 0


class Jobs(JobReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def receive(self, key: str, body: str, *, at: int) -> Receipt:
        """Remember a delivery by its key."""
        digest = sha256(body.encode()).hexdigest()
        taken = self._database.execute(_RECEIVE, key, digest, at)
        if taken:
            return Receipt.NEW
        row = self._database.row(_RECEIVED, key)
        return Receipt.REPEATED if row and row["body"] == digest else Receipt.MISMATCHED

    def add(self, kind: str, payload: str, *, at: int, position: Position = ANYWHERE, due: int = 0) -> None:
        """Queue a job behind as many of each other person's as wait of its own person's at its rank and its place.

        A delivery is sealed, whatever is in it: nearly each brings an address of Slack's that is a secret, and to look
        takes longer.
        """
        stored = seal_text(self._keys, payload) if kind == INBOUND else seal_secrets(self._keys, payload)
        self._database.execute(
            self._add,
            *(position.rank, position.queue, position.person, int(position.counted)),
            *(kind, stored, due, at),
        )
        self._database.announce()

    def place(self, job: Job, position: Position) -> None:
        """Give a waiting job what `add` gives to a new one."""
        self._database.execute(
            self._place, *(position.rank, position.queue, position.person, int(position.counted)), job.id
        )

    def claim(self, steady: int, *, quick: bool = False) -> Job | None:
        """Take the due job that comes first, `quick` if so asked (calls no place)."""
        self._database.require_unit()
        self._order.admit(steady)
        head = self._order.next(quick=quick)
        if head is None:
            return None
        rows = self._database.returning(_TAKE, head.id)
        self._order.advance(head)
        return self._job(rows[0])

    def finish(self, job: Job) -> None:
        """Take the job out of the queue, in the transaction of what it did."""
        self._database.execute(_FINISH, job.id)

    def postpone(self, job: Job, *, due: int) -> None:
        """Put the job back, for later; a wait is not an attempt."""
        self._database.execute(_POSTPONE, due, job.id)

    def hurry(self, kind: str, payload: str) -> None:
        """Make a job due now that waits for a moment of the steady clock."""
        self._database.execute(_HURRY, kind, payload)

    def put_back(self, job: Job, position: Position) -> None:
        """Put the job back at another place, for its person's next turn there; that is no attempt."""
        self.place(job, position)
        self._database.execute(_PUT_BACK, job.id)

    def retry(self, job: Job, *, due: int) -> None:
        """Put the job back after an attempt that failed."""
        self._database.execute(_RETRY, due, job.id)

    def cut_short(self, job: Job, *, due: int, alone: bool) -> None:
        """Put back a job whose start the loss of the database cut short; `alone` when nothing else ran beside it."""
        self._database.execute(_CUT_SHORT, due, int(alone), job.id)

    def release_all(self) -> int:
        """Put back what a process that died had taken, all of it cut short. Only the one worker, when it starts."""
        self._database.execute(_CUT_SHORT_ALL, int(self.under_way() == 1), INBOUND)
        return self._database.execute(_RELEASE_ALL)

    def hurry_all(self) -> None:
        """Make everything that waits due at once: the steady clock may have begun anew with the machine."""
        self._database.execute(_HURRY_ALL)

    def set_aside(self) -> list[Job]:
        """Keep apart what was cut short too often while nothing else ran, and start it no more; returns those."""
        rows = self._database.returning(_SET_ASIDE, MOST_CUT_ALONE)
        return [self._job(row) for row in rows]

    def forget_aside(self, now: int) -> int:
        return self._database.execute(_FORGET_ASIDE, now - ASIDE_LAST_MS)

    def forget_receipts(self, now: int) -> int:
        """Remove receipts of long ago, the first that came in first; returns how many."""
        return self._database.execute(self._forget_receipts, FORGOTTEN_AT_ONCE, now - RECEIPTS_LAST_MS)
