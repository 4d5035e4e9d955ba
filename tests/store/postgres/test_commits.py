"""A COMMIT whose answer was lost, a connection that was cut, and a server that warns: the engine says what is true."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn

import psycopg
import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from tests.store.server.postgres_proxy import Cut, Proxy
from tests.store.server.postgres_server import Server, is_running

ADD = "INSERT INTO facts (name, value) VALUES (?, '')"


class GivenUp(Exception):
    """In place of the end of the process."""


def give_up(reason: str) -> NoReturn:
    raise GivenUp(reason)


def add(engine: PostgresEngine, name: str) -> None:
    with engine.unit_of_work():
        engine.execute(ADD, name)


def names_in(engine: PostgresEngine) -> list[str]:
    return [name for (name,) in engine.tuples("SELECT name FROM facts ORDER BY name")]


@pytest.fixture
def address(postgres_server: Server) -> Iterator[Address]:
    """An empty schema on the server, without the proxy."""
    made = Address(url=postgres_server.url, schema=postgres_server.new_schema())
    engine = PostgresEngine(made)
    migrate(engine)
    engine.close()
    yield made
    postgres_server.drop_schema(made.schema)


@pytest.fixture
def proxy(address: Address) -> Iterator[Proxy]:
    with Proxy(address.url) as made:
        yield made


@pytest.fixture
def engine(address: Address, proxy: Proxy) -> Iterator[PostgresEngine]:
    """An engine behind the proxy."""
    made = PostgresEngine(Address(url=proxy.url, schema=address.schema), ask_seconds=2, give_up=give_up)
    yield made
    made.close()


def test_a_commit_whose_answer_was_lost_happened(engine: PostgresEngine, proxy: Proxy) -> None:
    proxy.cut = "after"
    add(engine, "one")
    assert proxy.cuts == 1
    assert names_in(engine) == ["one"]


def test_a_commit_that_never_arrived_did_not_happen(engine: PostgresEngine, proxy: Proxy) -> None:
    add(engine, "first")
    proxy.cut = "before"
    with pytest.raises(StoreUnavailable):
        add(engine, "one")
    assert proxy.cuts == 1
    assert names_in(engine) == ["first"]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_after_a_cut_the_next_unit_of_work_is_as_any_other(engine: PostgresEngine, proxy: Proxy, cut: Cut) -> None:
    """Whatever became of the first, the same again ends with both."""
    proxy.cut = cut
    try:
        add(engine, "one")
    except StoreUnavailable:
        add(engine, "one")
    add(engine, "two")
    assert names_in(engine) == ["one", "two"]


def test_a_unit_of_work_that_changed_nothing_asks_nobody(engine: PostgresEngine, proxy: Proxy) -> None:
    proxy.cut = "before"
    with engine.unit_of_work():
        assert engine.rows("SELECT * FROM facts") == []
    assert proxy.cuts == 1


def test_a_commit_about_which_no_server_can_be_asked_ends_the_process(engine: PostgresEngine, proxy: Proxy) -> None:
    proxy.cut = "after"
    proxy.refuse()
    with pytest.raises(GivenUp, match="No server answers for 2 s"):
        add(engine, "one")


def test_a_warning_at_commit_is_no_success(address: Address) -> None:
    """The server stops waiting for a standby that is named and gone, and says success and a warning."""
    engine = PostgresEngine(address, give_up=give_up)
    with psycopg.connect(address.url, autocommit=True) as other:
        other.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        other.execute("SELECT pg_reload_conf()")
        told: list[str] = []

        def write() -> None:
            """The first commits may come before the server has read its setting."""
            try:
                for number in range(10_000):
                    add(engine, f"{number}")
            except GivenUp as error:
                told.append(str(error))

        thread = threading.Thread(target=write)
        thread.start()
        try:
            _cancel_the_wait(other)
            thread.join(20)
        finally:
            other.execute("ALTER SYSTEM RESET synchronous_standby_names")
            other.execute("SELECT pg_reload_conf()")
    assert told == ["The server warned at COMMIT: a standby may not have what was written."]
    engine.close()


def test_a_server_that_ends_behind_a_commit_is_no_warning_at_it(
    engine: PostgresEngine, proxy: Proxy, address: Address
) -> None:
    """One of its processes is killed, and it tells all clients that it ends their connections for that."""
    with psycopg.connect(address.url, autocommit=True) as other:

        def end() -> None:
            """Have the words of the end follow the answer to COMMIT in one piece."""
            there = f"SELECT 1 FROM {address.schema}.facts WHERE name = 'one'"
            until(lambda: bool(other.execute(there.encode()).fetchall()))
            writers = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%COMMIT' AND pid <> pg_backend_pid()"
            pids = [pid for (pid,) in other.execute(writers).fetchall()]
            os.kill(other.info.backend_pid, signal.SIGKILL)
            until(lambda: not any(is_running(pid) for pid in pids))
            proxy.answers.set()

        ending = threading.Thread(target=end)
        with engine.unit_of_work():
            engine.execute(ADD, "one")
            proxy.answers.clear()
            ending.start()
        ending.join()
    until(lambda: _answers(engine))
    assert names_in(engine) == ["one"]


def _answers(engine: PostgresEngine) -> bool:
    try:
        return bool(names_in(engine))
    except StoreUnavailable:
        return False


def _cancel_the_wait(connection: psycopg.Connection) -> None:
    """End the wait of a COMMIT for a standby, as an operator or a failing server would."""
    waits = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    until(lambda: bool(connection.execute(waits).fetchall()))


def until(found: Callable[[], bool]) -> None:
    """Look every hundredth of a second, for ten seconds at most."""
    for _ in range(1_000):
        if found():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not come about")
