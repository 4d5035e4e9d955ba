"""The queue of jobs and the receipts in front of it."""

from __future__ import annotations

import threading

from bot.store.repositories.job_order import Position, Rank
from bot.store.repositories.jobs import RECEIPTS_LAST_MS, Job, Receipt
from bot.store.store import Store


def claim(store: Store, now: int) -> Job | None:
    with store.unit_of_work() as tx:
        return tx.jobs.claim(now)


def add(store: Store, payload: str, *, at: int = 0, due: int = 0) -> None:
    with store.unit_of_work() as tx:
        tx.jobs.add("inbound", payload, at=at, due=due)


def taken(store: Store, now: int) -> Job:
    job = claim(store, now)
    assert job is not None
    return job


def test_a_delivery_is_new_once(store: Store) -> None:
    with store.unit_of_work() as tx:
        assert tx.jobs.receive("key", "body", at=1) is Receipt.NEW
        assert tx.jobs.receive("key", "body", at=2) is Receipt.REPEATED
        assert tx.jobs.receive("key", "other", at=3) is Receipt.MISMATCHED
        assert tx.jobs.receive("other", "body", at=4) is Receipt.NEW


def test_a_receipt_holds_no_word_of_what_was_typed(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.jobs.receive("key", "my secret words", at=1)
    assert b"my secret words" not in store.database.path.read_bytes()


def test_a_receipt_is_kept_for_a_week(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.jobs.receive("key", "body", at=0)
        assert tx.jobs.forget_receipts(RECEIPTS_LAST_MS) == 0
        assert tx.jobs.receive("key", "body", at=0) is Receipt.REPEATED
        assert tx.jobs.forget_receipts(RECEIPTS_LAST_MS + 1) == 1
        assert tx.jobs.receive("key", "body", at=0) is Receipt.NEW


def test_the_oldest_due_job_is_taken_and_nobody_else_gets_it(store: Store) -> None:
    add(store, "first")
    add(store, "later", due=100)
    add(store, "second")
    assert taken(store, 0) == Job(id=1, kind="inbound", payload="first", attempts=1)
    assert taken(store, 0).payload == "second"
    assert claim(store, 99) is None
    assert not store.jobs.waiting(99)
    assert store.jobs.waiting(100)
    assert taken(store, 100).payload == "later"
    assert not store.jobs.waiting(10_000)


def test_what_has_to_be_done_at_once_is_taken_before_what_waits_its_turn(store: Store) -> None:
    for number, rank in enumerate((Rank.PLANNING, Rank.STOPPING, Rank.PLANNING, Rank.STOPPING)):
        with store.unit_of_work() as tx:
            tx.jobs.add("inbound", str(number), at=0, position=Position(rank=rank))
    add(store, "later", due=100)
    assert [taken(store, now).payload for now in (0, 0, 100, 100, 100)] == ["1", "3", "later", "0", "2"]


def test_among_threads_every_job_is_taken_once(store: Store) -> None:
    with store.unit_of_work() as tx:
        for n in range(80):
            tx.jobs.add("inbound", str(n), at=0)
    seen: list[str] = []

    def work() -> None:
        while (job := claim(store, 0)) is not None:
            seen.append(job.payload)
            with store.unit_of_work() as tx:
                tx.jobs.finish(job)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(seen, key=int) == [str(n) for n in range(80)]
    assert claim(store, 10_000) is None


def test_a_wait_is_no_attempt_and_a_retry_is_one(store: Store) -> None:
    add(store, "x")
    job = taken(store, 0)
    with store.unit_of_work() as tx:
        tx.jobs.postpone(job, due=50)
    assert claim(store, 49) is None
    job = taken(store, 50)
    assert job.attempts == 1
    with store.unit_of_work() as tx:
        tx.jobs.retry(job, due=60)
    assert claim(store, 59) is None
    assert taken(store, 60).attempts == 2


def test_what_a_dead_process_had_taken_is_put_back_and_counts_as_an_attempt(store: Store) -> None:
    add(store, "x")
    add(store, "y")
    taken(store, 0)
    with store.unit_of_work() as tx:
        assert tx.jobs.release_all() == 1
        assert tx.jobs.release_all() == 0
    again = taken(store, 0)
    assert (again.payload, again.attempts) == ("x", 2)


def test_a_finished_job_is_gone(store: Store) -> None:
    add(store, "x")
    job = taken(store, 0)
    with store.unit_of_work() as tx:
        tx.jobs.finish(job)
        assert tx.jobs.release_all() == 0
    assert claim(store, 10_000) is None
