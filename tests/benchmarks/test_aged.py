"""The generator of aged databases: what it makes is what the bot would have written, and is made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.aged import DatabaseSize, copied, made, make
from bot.clock import SystemClock
from bot.core.change.change_request import OPEN
from bot.store.sealing.keyring import load_key_file
from bot.store.store import Store, open_store

WANTED = DatabaseSize(records=250, jobs=7, outbox=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aged") / "one"
    make(folder, WANTED)
    return folder


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    store = open_store(folder / "home", load_key_file(folder / "keys" / "key"), SystemClock(), thorough=True)
    yield store
    store.close()


def test_the_chain_holds_over_all_records(store: Store) -> None:
    assert store.audit.count() == WANTED.records
    assert store.audit.broken_at() is None


def test_records_are_told_in_the_order_of_time(store: Store) -> None:
    times = [record.at for record in store.audit.walk()]
    assert times == sorted(times)
    assert times[-1] <= store.clock.now_ms()


def test_there_are_as_many_rows_as_were_wished_for(store: Store) -> None:
    assert sum(store.changes.counts().values()) == WANTED.changes == 250 // 19
    assert not store.changes.with_status(OPEN)
    assert store.outbox.counts() == {"new": WANTED.outbox}
    with store.unit_of_work() as tx:
        taken = [tx.jobs.claim(store.clock.now_ms()) for _ in range(WANTED.jobs + 1)]
    assert [job is not None for job in taken] == [True] * WANTED.jobs + [False]


def test_a_waiting_line_is_of_a_record_that_is_there(store: Store) -> None:
    with store.unit_of_work() as tx:
        envelopes = [tx.outbox.claim(store.clock.now_ms()) for _ in range(WANTED.outbox)]
    numbers = [getattr(envelope.notice, "seq", 0) for envelope in envelopes if envelope]
    assert numbers == [246, 247, 248, 249, 250]


def test_more_requests_than_the_records_tell_of(tmp_path: Path) -> None:
    make(tmp_path / "one", DatabaseSize(records=20, requests=100))
    store = open_store(tmp_path / "one" / "home", load_key_file(tmp_path / "one" / "keys" / "key"), SystemClock())
    assert sum(store.changes.counts().values()) == 100
    store.close()


def test_a_home_is_made_once_and_copied_to_be_changed(tmp_path: Path) -> None:
    said: list[str] = []
    first = made(tmp_path / "cache", DatabaseSize(records=20), said.append)
    again = made(tmp_path / "cache", DatabaseSize(records=20), said.append)
    other = copied(tmp_path / "cache", DatabaseSize(records=20), tmp_path / "mine")
    assert first == again != other
    assert len(said) == 1
    assert (other / "keys" / "key").read_bytes() == (first / "keys" / "key").read_bytes()
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [first.name]
