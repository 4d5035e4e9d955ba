"""Announcements: whoever listens hears of the work of other processes, once it is committed, and of nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.plugin.loopback import wait_until
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from tests.store.conftest import MakeEngine
from tests.store.server.postgres_proxy import Proxy

ADD = "INSERT INTO facts (name, value) VALUES (?, '')"
ENDED = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


class Heard:
    """Counts what was heard. The first is that of the connection itself."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.count += 1


def queue(engine: PostgresEngine, name: str, *, announced: bool = True) -> None:
    with engine.unit_of_work():
        if announced:
            engine.announce()
        engine.execute(ADD, name)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def listening(make_postgres_engine: MakeEngine, heard: Heard) -> Iterator[PostgresEngine]:
    engine = make_postgres_engine()
    stop = engine.listen(heard)
    assert wait_until(lambda: heard.count == 1)
    yield engine
    stop()


def test_what_another_process_announces_is_heard_and_what_it_does_not_is_not(
    listening: PostgresEngine, make_postgres_engine: MakeEngine, heard: Heard
) -> None:
    other = make_postgres_engine()
    queue(other, "quiet", announced=False)
    queue(listening, "own")
    queue(other, "told")
    assert wait_until(lambda: heard.count == 2)
    queue(other, "again")
    assert wait_until(lambda: heard.count == 3), "only what was announced by another"


def test_what_is_undone_was_never_announced(
    listening: PostgresEngine, make_postgres_engine: MakeEngine, heard: Heard
) -> None:
    other = make_postgres_engine()
    with pytest.raises(StoreUnavailable):
        queue(other, "told\0")
    queue(other, "told")
    assert wait_until(lambda: heard.count == 2)


def test_after_a_lost_connection_it_listens_again(
    listening: PostgresEngine, make_postgres_engine: MakeEngine, heard: Heard
) -> None:
    with psycopg.connect(listening.address.url, autocommit=True) as server:
        assert server.execute(ENDED).fetchall()
    assert wait_until(lambda: heard.count == 2), "the new connection"
    queue(make_postgres_engine(), "told")
    assert wait_until(lambda: heard.count == 3)


def test_behind_a_pooler_nothing_is_heard(make_postgres_engine: MakeEngine, heard: Heard) -> None:
    other = make_postgres_engine()
    with Proxy(other.address.url) as proxy:
        proxy.deaf = True
        with closing(PostgresEngine(Address(url=proxy.url, schema=other.address.schema))) as behind:
            stop = behind.listen(heard)
            assert wait_until(lambda: heard.count == 1)
            queue(other, "told")
            assert behind.tuples("SELECT name FROM facts WHERE name = 'told'") == [("told",)]
            stop()
    assert heard.count == 1
