"""Several processes on one schema: units of work are serial, and whoever waits too long is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from statistics import quantiles

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.bot_errors import StoreUnavailable
from bot.plugin import Message
from bot.plugin.loopback import GIVE_UP_SECONDS
from bot.store.store import Store
from tests.long.form import sized
from tests.store.conftest import MakeEngine, MakeStore
from tests.store.counter import ADD, READ, count_together

PROCESSES = 4
ROUNDS = 40
RECORDS = sized(40, 400)
"""Of each process."""


def test_what_one_process_has_read_stays_true_until_it_has_written(make_postgres_engine: MakeEngine) -> None:
    """Each engine has connections of its own, as a process has. Each writes what it read and one more."""
    engines = [make_postgres_engine() for _ in range(PROCESSES)]
    count_together(engines, ROUNDS)


def test_four_processes_write_one_chain_of_audit_records(
    make_postgres_store: MakeStore, record_property: Callable[[str, object], None]
) -> None:
    """No try fails, and no number is missing or given twice."""
    stores = [make_postgres_store(busy_seconds=GIVE_UP_SECONDS) for _ in range(PROCESSES)]
    spans: list[float] = []

    def record(store: Store) -> None:
        for number in range(RECORDS):
            began = time.monotonic()
            with store.unit_of_work() as tx:
                tx.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject=f"{number}"))
            spans.append(time.monotonic() - began)

    threads = [threading.Thread(target=record, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.seq for one in stores[0].audit.walk()] == list(range(1, PROCESSES * RECORDS + 1))
    assert stores[0].audit.broken_at() is None
    record_property("units of work of four processes: 95th percentile, ms", round(quantiles(spans, n=20)[18] * 1000))
    record_property("units of work of four processes: longest, ms", round(max(spans) * 1000))


def test_whoever_waits_too_long_for_the_others_is_told_that_nothing_was_done(make_postgres_engine: MakeEngine) -> None:
    holder, waiter = make_postgres_engine(), make_postgres_engine(busy_seconds=0.1)
    with holder.unit_of_work(), pytest.raises(StoreUnavailable) as told, waiter.unit_of_work():
        pytest.fail("two units of work were open at once")
    assert told.value.hint == Message("store.database.try_again")
    with waiter.unit_of_work():
        waiter.execute(ADD)
    assert holder.tuples(READ) == [("0",)]


def test_a_read_waits_for_nobody_and_sees_what_was_committed(make_postgres_engine: MakeEngine) -> None:
    writer, reader = make_postgres_engine(), make_postgres_engine()
    with writer.unit_of_work():
        writer.execute(ADD)
        assert reader.tuples(READ) == []
        assert writer.tuples(READ) == [("0",)]
    assert reader.tuples(READ) == [("0",)]


def test_the_version_changes_with_the_commit_of_another_process(make_postgres_engine: MakeEngine) -> None:
    writer, reader = make_postgres_engine(), make_postgres_engine()
    before = reader.version()
    with writer.unit_of_work():
        writer.execute(ADD)
    assert reader.version() != before
