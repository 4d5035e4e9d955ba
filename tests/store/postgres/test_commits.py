"""A COMMIT whose answer was lost, a connection that was cut, and a server that warns: the engine says what is true."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
DOUBTFUL = "The server warned at COMMIT: a standby may not have what was written."


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


class Writing:
    """Commits on a server that waits for a standby which is not there, until one of them is told as something."""

    def __init__(self, engine: PostgresEngine, server: psycopg.Connection) -> None:
        self._engine, self._server = engine, server
        self.told: list[str] = []
        """The sentence with which the process would have ended."""
        self.last = ""
        """The commit that is under way, or was the last one."""
        self.enough = False
        self.thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        """The first commits may come before the server has read its setting."""
        try:
            for number in range(10_000):
                self.last = f"{number:05}"
                add(self._engine, self.last)
                if self.enough:
                    return
        except GivenUp as error:
            self.told.append(str(error))

    def wait_for_commit(self, *, other_than: int = 0) -> int:
        """Wait until a COMMIT waits for the standby, on another connection than this; returns its process."""
        until(lambda: self._find_waiting() not in (0, other_than))
        return self._find_waiting()

    def _find_waiting(self) -> int:
        found = self._server.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'").fetchone()
        return int(found[0]) if found else 0

    def cancel_wait(self, pid: int) -> None:
        self._server.execute("SELECT pg_cancel_backend(%s)", (pid,))

    def cut_off(self, pid: int) -> None:
        """End the connection during the wait; returns when another COMMIT waits."""
        self._server.execute("SELECT pg_terminate_backend(%s)", (pid,))
        self.wait_for_commit(other_than=pid)

    def name_standby(self, name: str) -> None:
        """Have the server wait for this one; for none without a name."""
        self._server.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'".encode())
        self._server.execute("SELECT pg_reload_conf()")


@contextmanager
def open_writing(engine: PostgresEngine) -> Iterator[Writing]:
    with psycopg.connect(engine.address.url, autocommit=True) as server:
        made = Writing(engine, server)
        made.name_standby("nobody")
        made.thread.start()
        try:
            yield made
        finally:
            made.enough = True
            server.execute("ALTER SYSTEM RESET synchronous_standby_names")
            server.execute("SELECT pg_reload_conf()")
            made.thread.join()
    engine.close()


@pytest.fixture
def writing(address: Address) -> Iterator[Writing]:
    with open_writing(PostgresEngine(address, give_up=give_up)) as made:
        yield made


def test_a_warning_at_commit_is_no_success(writing: Writing) -> None:
    """The server stops waiting for a standby that is named and gone, and says success and a warning."""
    writing.cancel_wait(writing.wait_for_commit())
    writing.thread.join(20)
    assert writing.told == [DOUBTFUL]


def test_a_commit_that_was_cut_off_from_its_wait_counts_once_the_standby_has_it(writing: Writing) -> None:
    """The server alone has it, and would lose it with its disk. So a second commit waits in its place."""
    waiting = writing.wait_for_commit()
    last = writing.last
    writing.cut_off(waiting)
    assert writing.last == last, "it counted as done"
    writing.enough = True
    writing.name_standby("")
    writing.thread.join(20)
    assert (writing.thread.is_alive(), writing.last, writing.told) == (False, last, [])


def test_a_commit_that_was_cut_off_and_whose_second_wait_was_ended_is_no_success(writing: Writing) -> None:
    writing.cut_off(writing.wait_for_commit())
    writing.cancel_wait(writing.wait_for_commit())
    writing.thread.join(20)
    assert writing.told == [DOUBTFUL]


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


def until(found: Callable[[], bool]) -> None:
    """Look every hundredth of a second, for ten seconds at most."""
    for _ in range(1_000):
        if found():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not come about")
