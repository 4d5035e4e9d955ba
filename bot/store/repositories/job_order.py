"""Which job comes next: by rank, at each place people in turn, and no more at a place than it has room for.

Each question is answered from a few rows of an index, however many jobs wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum

from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row


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
    """Commands that read a place."""
    REFUSED = 6
    """What the allow-list does not let its person do, and everything of people who are not on it."""


ROOM: Mapping[Rank, int] = {Rank.RUNNING: 6, Rank.PLANNING: 4}
"""The ranks of what calls a place: one is taken while fewer than so many jobs are under way at the same place.

So a place that is slow, or makes everybody wait, holds up nothing but its own jobs, and some of its room is kept for
what was approved. What has another rank never takes long.
"""
IN_ALL: Mapping[Rank, int] = {Rank.RUNNING: 12, Rank.PLANNING: 12}
"""How many of these may be under way at a time, all places together."""
SUSPECT_AFTER = 2
"""Starts that were cut short, whatever else ran. From then on the job runs alone, so that it shows what is to blame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a job waits. `place` is the identity of the place that it calls, as far as it calls one that is known.

    What is `counted` is one of those of which a person may have only so many waiting.
    """

    rank: Rank = Rank.LOCAL
    place: str = ""
    person: str = ""
    counted: bool = False

    @property
    def queue(self) -> str:
        """The place whose jobs it waits among; empty for a rank that calls none."""
        return self.place if self.rank in ROOM else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first job of a person at a rank and a place."""

    id: int
    rank: Rank
    place: str
    person: str
    turn: int
    cut_short: int

    @property
    def is_suspect(self) -> bool:
        return self.cut_short >= SUSPECT_AFTER


DUE = "state = 'new' AND due_steady = 0"
"""What may be taken now, as the indexes say it."""
PUT_OFF = "state = 'new' AND due_steady > 0"
"""What waits for a moment of the steady clock."""
_HEADS = " ".join((DUE, "AND leads = 1"))
_IN_QUEUE = "rank = ?1 AND place = ?2"
_OF_PERSON = " ".join((_IN_QUEUE, "AND person = ?3"))
_NOT_SUSPECT = " ".join((DUE, "AND cut_short <", str(SUSPECT_AFTER)))
_BUSY = "FROM jobs AS busy WHERE busy.state = 'taken' AND busy.rank = ?1 AND busy.place = ?2"
_SELECT = "SELECT id, rank, place, person, turn, cut_short FROM jobs WHERE"
_TAKEN = " ".join((_SELECT, "state = 'taken' AND rank >= 0"))
"""With the rank, so that SQLite takes the index."""
_QUEUE = ("SELECT rank, place FROM jobs WHERE", _HEADS)
_NEXT_PLACE = " ".join((*_QUEUE, "AND rank = ? AND place > ? ORDER BY place LIMIT 1"))
_NEXT_RANK = " ".join((*_QUEUE, "AND rank > ? ORDER BY rank, place LIMIT 1"))
_FIRST_IN_QUEUE = (_SELECT, _HEADS, "AND", _IN_QUEUE, "AND cut_short < ?3")
_FIRST = " ".join((*_FIRST_IN_QUEUE, "AND person NOT IN (SELECT busy.person", _BUSY, ") ORDER BY turn, id LIMIT 1"))
_FIRST_OF_BUSY = " ".join(
    (
        *_FIRST_IN_QUEUE,
        "AND turn >= 0 ORDER BY (SELECT count(*)",
        _BUSY,
        "AND busy.person = jobs.person), turn, id LIMIT 1",
    )
)
"""Asked only where everybody who waits there is being served, so it looks at no more heads than jobs are under way.

With the turn, so that SQLite takes the index of the heads.
"""
_NOW = " ".join(
    (
        *("coalesce((SELECT max(turn) FROM jobs WHERE state = 'taken' AND", _IN_QUEUE, "),"),
        *("(SELECT min(turn) FROM jobs WHERE", _HEADS, "AND", _IN_QUEUE, ") - 1, 0)"),
    )
)
TURN = " ".join(
    (
        *("{greatest}(", _NOW, ","),
        *("coalesce((SELECT max(turn) FROM jobs WHERE state = 'taken' AND", _OF_PERSON, "), 0),"),
        *("coalesce((SELECT max(turn) FROM jobs WHERE", DUE, "AND", _OF_PERSON, "), 0)) + 1"),
    )
)
"""The turn of a job that begins to wait, with its rank as ?1, its queue as ?2 and its person as ?3.

It is one after this person's last in that queue, or the turn that it is now for who has none there.
"""
LEADS = " ".join(("CASE WHEN EXISTS (SELECT 1 FROM jobs WHERE", _OF_PERSON, "AND", _NOT_SUSPECT, ") THEN 0 ELSE 1 END"))
"""1 for a job that leads its person's jobs there, 0 for another."""
_ADVANCE = " ".join(
    (
        *("UPDATE jobs SET leads = 1 WHERE leads = 0 AND id = (SELECT id FROM jobs WHERE", _OF_PERSON, "AND"),
        *(_NOT_SUSPECT, "ORDER BY turn, id LIMIT 1)"),
    )
)
_ADMIT = " ".join(("UPDATE jobs SET due_steady = 0 WHERE", PUT_OFF, "AND due_steady <= ?"))
_EXISTS = "EXISTS (SELECT 1 FROM jobs WHERE {}) AS {}"
_LOOK = "SELECT {}, {}, {}, {}"
_IS_DUE = _EXISTS.format(f"{PUT_OFF} AND due_steady <= ?", "due")
_IS_BUSY = _EXISTS.format("state = 'taken' AND rank >= 0", "busy")
_IS_FREE = _EXISTS.format(f"{_HEADS} AND rank < {Rank.RUNNING:d} AND cut_short < {SUSPECT_AFTER}", "free")
"""Whether a job leads that neither a full place nor a job that has to run alone keeps from being taken."""


def _look(heads: str) -> str:
    return _LOOK.format(_IS_DUE, _IS_FREE, _EXISTS.format(heads, "heads"), _IS_BUSY)


_QUICK_RANKS = ", ".join(str(int(rank)) for rank in Rank if rank not in ROOM)
_LOOKS: Mapping[bool, str] = {False: _look(_HEADS), True: _look(f"{_HEADS} AND rank IN ({_QUICK_RANKS})")}
"""Whether something that was put off is due, whether a job leads that is free, whether one leads at all, of all or of
the quick ones, and whether one is under way."""
ANY = 2**31
"""More starts that were cut short than there are of any job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """What is under way: as many jobs as there are runners, at most."""

    jobs: Sequence[Head]

    def of(self, rank: Rank) -> int:
        return sum(job.rank is rank for job in self.jobs)

    def at(self, place: str) -> int:
        """How many jobs call this place."""
        return sum(job.place == place and job.rank in ROOM for job in self.jobs)

    def has_room(self, rank: Rank, place: str) -> bool:
        """Whether one of this rank may be taken. Of what is refused one is under way at a time: others need room."""
        if rank is Rank.REFUSED:
            return not self.of(rank)
        return rank not in ROOM or (self.at(place) < ROOM[rank] and self.of(rank) < IN_ALL[rank])

    @property
    def has_suspect(self) -> bool:
        return any(job.is_suspect for job in self.jobs)


class JobOrder:
    """Chooses among the jobs of the queue, and says where a new one stands.

    The jobs of one rank at one place are a queue of their own in which people take turns: whoever has the fewest of
    them under way is first, then whose turn comes first, then the oldest. Only the first job of each person can come
    first, and `leads` marks it; what was taken before and came back leads, too.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database

    def has_next(self, steady: int, *, quick: bool) -> bool:
        """Whether something may be taken, or was put off until now; mostly one question tells."""
        seen = self._database.rows(_LOOKS[quick], steady)[0]
        if seen["due"] or seen["free"] or not seen["heads"]:
            return bool(seen["due"] or seen["free"])
        # Only what is under way keeps a job from being taken: its place may be full, or one of them has to run alone.
        return not seen["busy"] or self.next(quick=quick) is not None

    def admit(self, steady: int) -> None:
        """Let what was put off until now wait with the others."""
        self._database.execute(_ADMIT, steady)

    def advance(self, head: Head) -> None:
        """Let the next job of a person lead, when this one does not wait any more."""
        self._database.execute(_ADVANCE, head.rank, head.place, head.person)

    def next(self, *, quick: bool) -> Head | None:
        """What comes first of the jobs that may be taken; of those that call no place, if so asked.

        While what comes first has to run alone and something runs, or something runs that has to run alone, that is
        only what calls no place and is not to blame for deaths.
        """
        busy = Busy(jobs=[_head(row) for row in self._database.rows(_TAKEN)])
        head = self._first(busy, quick=quick, cut_short_below=ANY)
        if head is None:
            return None
        alone, beside = head.is_suspect and bool(busy.jobs), head.rank in ROOM and busy.has_suspect
        return self._first(busy, quick=True, cut_short_below=SUSPECT_AFTER) if alone or beside else head

    def _first(self, busy: Busy, *, quick: bool, cut_short_below: int) -> Head | None:
        found: list[tuple[int, Head]] = []
        for rank, place in self._queues():
            if found and found[0][1].rank is not rank:
                break
            if (quick and rank in ROOM) or not busy.has_room(rank, place):
                continue
            head = self._first_of(rank, place, cut_short_below)
            if head is not None:
                found.append((busy.at(place), head))
                if rank not in ROOM:
                    break
        # Places do not compete with each other: the one with the fewest jobs under way is first, then the oldest job.
        return min(found, key=lambda one: (one[0], one[1].id))[1] if found else None

    def _queues(self) -> Iterator[tuple[Rank, str]]:
        """The ranks and places at which something waits, in their order."""
        row = self._database.row(_NEXT_RANK, -1)
        while row is not None:
            rank, place = Rank(row["rank"]), row["place"]
            yield rank, place
            further = self._database.row(_NEXT_PLACE, rank, place) if rank in ROOM else None
            row = further or self._database.row(_NEXT_RANK, rank)

    def _first_of(self, rank: Rank, place: str, cut_short_below: int) -> Head | None:
        row = self._database.row(_FIRST, rank, place, cut_short_below)
        row = row or self._database.row(_FIRST_OF_BUSY, rank, place, cut_short_below)
        return _head(row) if row is not None else None


def _head(row: Row) -> Head:
    return Head(**{**row, "rank": Rank(row["rank"])})
