"""Which job comes next, and that finding it looks at a few rows however many wait."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bot.store.engine.port import Row
from bot.store.repositories.job_order import IN_ALL, ROOM, SUSPECT_AFTER, Position, Rank
from bot.store.repositories.jobs import Job
from bot.store.store import Store, Transaction
from tests.store.steps import EACH, steps_of

ACME, BETA = "m-acme", "m-beta"
MANY = 3_000
FEW_STEPS = 2_000
"""Steps of SQLite's machine. Going through so many rows once takes several times as many as there are rows."""
COPY = (
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?1) INSERT INTO jobs "
    "(kind, payload, due_steady, created_at, rank, place, person, turn, leads, counted) "
    "SELECT 'inbound', '{}', 0, 0, ?2, ?3, 'p' || (n % ?4), n / ?4 + 2, n <= ?4, 0 FROM counted"
)


def add(store: Store, person: str, rank: Rank = Rank.PLANNING, place: str = ACME, *, due: int = 0) -> None:
    position = Position(rank=rank, place=place, person=person)
    with store.unit_of_work() as tx:
        tx.jobs.add("inbound", person, at=0, position=position, due=due)


def claim(store: Store, now: int = 0, *, quick: bool = False) -> Job | None:
    with store.unit_of_work() as tx:
        return tx.jobs.claim(now, quick=quick)


def claimed(store: Store, now: int = 0) -> str:
    job = claim(store, now)
    return job.payload if job is not None else ""


def finish(store: Store, job: Job) -> None:
    with store.unit_of_work() as tx:
        tx.jobs.finish(job)


def backlog(store: Store, rank: Rank, place: str, people: int) -> None:
    with store.unit_of_work() as here:
        here.engine.execute(COPY, MANY, rank, place, people)


def flood_of_one(store: Store) -> None:
    backlog(store, Rank.HELPING, "", 1)


def flood_of_all(store: Store) -> None:
    backlog(store, Rank.HELPING, "", MANY)


def everybody_is_served(store: Store) -> None:
    backlog(store, Rank.HELPING, "", 3)
    for _ in range(5):
        assert claim(store)


def busy_flood_in_front(store: Store) -> None:
    """Somebody with thousands of jobs is being served, and the turn of whoever else waits is behind all of them."""
    backlog(store, Rank.PLANNING, ACME, 1)
    assert claim(store)
    with store.unit_of_work() as here:
        sql = "INSERT INTO jobs (kind, payload, due_steady, created_at, rank, place, person, turn) VALUES "
        here.engine.execute(f"{sql} ('inbound', 'other', 0, 0, ?, ?, 'other', ?)", Rank.PLANNING, ACME, 2 * MANY)


def full_portal(store: Store) -> None:
    """Nothing more may be taken of what most wait for."""
    backlog(store, Rank.PLANNING, ACME, MANY)
    for _ in range(ROOM[Rank.PLANNING]):
        assert claim(store)
    add(store, "other", place=BETA)


def refused_flood(store: Store) -> None:
    backlog(store, Rank.REFUSED, "", MANY)
    assert claim(store)
    add(store, "other", Rank.REFUSED)
    add(store, "other")


BACKLOGS: dict[str, Callable[[Store], None]] = {
    "one person's": flood_of_one,
    "many people's": flood_of_all,
    "of people who are all being served": everybody_is_served,
    "one who is being served": busy_flood_in_front,
    "a portal without room": full_portal,
    "refused": refused_flood,
}


@pytest.mark.parametrize("kind", BACKLOGS)
def test_to_take_the_next_job_with_thousands_waiting_looks_at_a_few_rows(store: Store, kind: str) -> None:
    BACKLOGS[kind](store)

    def take_and_add(_: Transaction) -> None:
        assert store.jobs.waiting(0)
        assert claim(store)
        add(store, "p0", Rank.HELPING, "")
        add(store, "p0")

    assert steps_of(store, take_and_add) < FEW_STEPS / EACH


def test_no_question_about_the_queue_goes_through_the_table_or_sorts(store: Store) -> None:
    statements: list[str] = []
    full_portal(store)
    connection = store.database.utils.conn
    connection.set_trace_callback(statements.append)
    add(store, "late", due=7)
    store.jobs.waiting(9)
    assert claim(store, 9)
    connection.set_trace_callback(None)
    asked = [sql for sql in statements if sql.startswith(("SELECT", "UPDATE"))]
    assert len(asked) > 6
    for sql in asked:
        plan = [row["detail"] for row in store.database.rows(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [line for line in plan if line.startswith("SCAN jobs") and "USING" not in line], (sql, plan)
        assert not [line for line in plan if "TEMP B-TREE" in line], (sql, plan)


def test_a_portal_has_room_for_some_jobs_and_another_one_goes_on(store: Store) -> None:
    for _ in range(ROOM[Rank.PLANNING] + 1):
        add(store, "olga")
    taken = [claim(store) for _ in range(ROOM[Rank.PLANNING])]
    assert all(taken)
    assert not store.jobs.waiting(0)
    assert claim(store) is None
    add(store, "vera", place=BETA)
    assert claimed(store) == "vera"
    assert taken[0]
    finish(store, taken[0])
    assert claimed(store) == "olga"


def test_room_is_kept_for_what_was_approved(store: Store) -> None:
    for _ in range(10):
        add(store, "olga")
        add(store, "ida", Rank.RUNNING)
    taken = [claimed(store) for _ in range(ROOM[Rank.RUNNING])]
    assert taken == ["ida"] * ROOM[Rank.RUNNING], "what was approved comes first"
    assert not store.jobs.waiting(0)


def test_reads_leave_their_room_to_what_was_approved(store: Store) -> None:
    for _ in range(10):
        add(store, "olga")
    assert [claimed(store) for _ in range(5)] == ["olga"] * 4 + [""]
    for _ in range(10):
        add(store, "ida", Rank.RUNNING)
    assert [claimed(store) for _ in range(3)] == ["ida", "ida", ""]


def test_reads_of_many_portals_leave_room_for_the_rest(store: Store) -> None:
    most = IN_ALL[Rank.PLANNING]
    for number in range(most + 1):
        add(store, "olga", place=f"m{number}")
    assert [claimed(store) for _ in range(most + 1)] == ["olga"] * most + [""]
    add(store, "ida", Rank.RUNNING, "m99")
    assert claimed(store) == "ida"


def test_portals_are_served_evenly(store: Store) -> None:
    for _ in range(3):
        add(store, "olga")
    for _ in range(3):
        add(store, "vera", place=BETA)
    assert [claimed(store) for _ in range(4)] == ["olga", "vera", "olga", "vera"]


def test_what_was_put_off_comes_back_before_what_its_person_asked_for_later(store: Store) -> None:
    for _ in range(3):
        add(store, "olga")
    job = claim(store)
    assert job
    with store.unit_of_work() as tx:
        tx.jobs.postpone(job, due=50)
    second = claim(store)
    assert second
    finish(store, second)
    back = claim(store, 50)
    assert back
    assert back.id == job.id


def test_a_job_that_was_to_wait_from_the_start_is_taken_when_it_is_due(store: Store) -> None:
    add(store, "olga")
    add(store, "olga", due=50)
    first = claim(store)
    assert first
    finish(store, first)
    assert claim(store, 49) is None
    assert store.jobs.waiting(50)
    assert claimed(store, 50) == "olga"


def test_one_question_tells_that_a_job_waits_which_calls_no_place_whatever_runs(store: Store) -> None:
    everybody_is_served(store)
    statements: list[str] = []
    connection = store.database.utils.conn
    connection.set_trace_callback(statements.append)
    assert store.jobs.waiting(0)
    assert store.jobs.waiting(0, quick=True)
    connection.set_trace_callback(None)
    assert len(statements) == 2


def test_a_job_that_has_to_run_alone_does_not_wait_for_a_runner_while_another_runs(store: Store) -> None:
    add(store, "olga", Rank.HELPING, "")
    with store.unit_of_work() as tx:
        tx.engine.execute("UPDATE jobs SET cut_short = ?", SUSPECT_AFTER)
    assert store.jobs.waiting(0)
    add(store, "ida", Rank.STOPPING, "")
    assert claimed(store) == "ida"
    assert not store.jobs.waiting(0)
    assert claim(store) is None


def test_behind_what_may_be_to_blame_its_person_waits_no_longer_than_others(store: Store) -> None:
    """It waits until nothing else runs; the quick commands of the same person do not."""
    add(store, "olga", Rank.HELPING, "")
    add(store, "olga", Rank.HELPING, "")
    suspect = claim(store)
    assert suspect
    with store.unit_of_work() as tx:
        for _ in range(SUSPECT_AFTER):
            tx.jobs.cut_short(suspect, due=0, alone=False)
    add(store, "vera")
    add(store, "vera", Rank.LOCAL, "")
    again = claim(store)
    assert again
    assert again.id == suspect.id
    finish(store, again)
    assert claimed(store) == "olga"


@dataclass(slots=True)
class Reference:
    """Chooses as the queue promises to, by going through all that waits."""

    store: Store
    taken: list[Job] = field(default_factory=list)

    def expected(self, now: int, *, quick: bool) -> set[int]:
        """The ids of which one comes next: several where portals are served alike."""
        rows = self.store.database.rows("SELECT * FROM jobs")
        busy = [row for row in rows if row["state"] == "taken"]
        waiting = [row for row in rows if row["state"] == "new" and row["due_steady"] <= now]
        free = [row for row in waiting if not (quick and row["rank"] in ROOM) and self._room(row, busy)]
        rank = min((row["rank"] for row in free), default=None)
        best: dict[str, tuple[int, int, int]] = {}
        for row in (row for row in free if row["rank"] == rank):
            served = sum((each["rank"], each["place"], each["person"]) == self._line(row) for each in busy)
            best[row["place"]] = min(best.get(row["place"], (99, 0, 0)), (served, row["turn"], row["id"]))
        return {id for _, _, id in best.values()}

    def _line(self, row: Row) -> tuple[int, str, str]:
        return row["rank"], row["place"], row["person"]

    def _room(self, row: Row, busy: list[Row]) -> bool:
        rank = Rank(row["rank"])
        if rank is Rank.REFUSED:
            return all(each["rank"] != rank for each in busy)
        if rank in IN_ALL and sum(each["rank"] == rank for each in busy) >= IN_ALL[rank]:
            return False
        at = sum(each["rank"] in ROOM and each["place"] == row["place"] for each in busy)
        return rank not in ROOM or at < ROOM[rank]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_added_taken_put_off_and_ended_the_order_is_as_promised(store: Store, seed: int) -> None:
    chance, reference, now = random.Random(seed), Reference(store), 0
    for _ in range(150):
        act = chance.choice(("add", "add", "claim", "claim", "finish", "postpone", "put back", "time", "restart"))
        with store.unit_of_work() as tx:
            _do(tx, act, chance, reference, now)
        if act == "claim":
            quick = chance.random() < 0.3
            expected = reference.expected(now, quick=quick)
            assert store.jobs.waiting(now, quick=quick) or not expected
            job = claim(store, now, quick=quick)
            assert job.id in expected if job else not expected
            reference.taken += [job] if job else []
        now += 10 * (act == "time")


def _position(chance: random.Random) -> Position:
    rank = chance.choice(tuple(Rank))
    place = chance.choice((ACME, BETA)) if rank in ROOM else ""
    return Position(rank=rank, place=place, person=chance.choice("abcd"))


def _do(tx: Transaction, act: str, chance: random.Random, reference: Reference, now: int) -> None:
    if act == "add":
        tx.jobs.add("execute", "1", at=0, position=_position(chance), due=chance.choice((0, 0, 0, now + 15)))
    elif act == "restart" and chance.random() < 0.2:
        tx.engine.execute("UPDATE jobs SET cut_short = 0")
        tx.jobs.release_all()
        tx.jobs.hurry_all()
        reference.taken.clear()
    elif reference.taken and act in ("finish", "postpone", "put back"):
        job = reference.taken.pop(chance.randrange(len(reference.taken)))
        if act == "finish":
            tx.jobs.finish(job)
        elif act == "postpone":
            tx.jobs.postpone(job, due=now + chance.choice((0, 5, 25)))
        else:
            tx.jobs.put_back(job, _position(chance))
