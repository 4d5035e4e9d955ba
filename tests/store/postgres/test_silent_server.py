"""A server that does not answer: each round trip ends, and what became of a COMMIT is found out or ends the process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.plugin import Message
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from tests.store.postgres.test_commits import GivenUp, Writing, add, give_up, names_in, open_writing
from tests.store.postgres.test_commits import address as address
from tests.store.server.postgres_server import Server

SILENT = Message("store.postgres.silent", seconds="1")


@pytest.fixture
def engine(address: Address) -> Iterator[PostgresEngine]:
    made = PostgresEngine(address, ask_seconds=2, silent_seconds=1, give_up=give_up)
    add(made, "first")
    yield made
    made.close()


@pytest.fixture
def writing(address: Address) -> Iterator[Writing]:
    with open_writing(PostgresEngine(address, ask_seconds=4, silent_seconds=1, give_up=give_up)) as made:
        yield made


def test_a_stopped_server_is_left_by_each_who_asks_and_answers_again_later(
    engine: PostgresEngine, postgres_server: Server
) -> None:
    with postgres_server.paused():
        for ask in (
            lambda: names_in(engine),
            lambda: add(engine, "one"),
            lambda: engine.run_beside("UPDATE facts SET value = ''"),
        ):
            with pytest.raises(StoreUnavailable):
                ask()
    assert names_in(engine) == ["first"]
    add(engine, "two")
    assert names_in(engine) == ["first", "two"]


def test_who_is_left_is_named_as_silent(engine: PostgresEngine, postgres_server: Server) -> None:
    engine.run_beside("UPDATE facts SET value = ''")
    with postgres_server.paused(), pytest.raises(StoreUnavailable) as told:
        engine.run_beside("UPDATE facts SET value = ''")
    assert told.value.sentence == Message("store.database.unwritable", cause=SILENT)


def test_a_server_that_stops_at_a_commit_ends_the_process(engine: PostgresEngine, postgres_server: Server) -> None:
    def commit() -> None:
        with engine.unit_of_work():
            engine.execute("INSERT INTO facts (name, value) VALUES ('one', '')")
            postgres_server.pause()

    try:
        with pytest.raises(GivenUp, match="No server answers for 2 s"):
            commit()
    finally:
        postgres_server.go_on()
    assert names_in(engine) == ["first"]


@pytest.mark.parametrize("again", [False, True])
def test_a_commit_that_waits_for_an_absent_standby_ends_the_process_unless_one_comes(
    writing: Writing, again: bool
) -> None:
    """It waits as long as a server may be silent, and its successor as long as the server is asked."""
    waiting = writing.wait_for_commit()
    if not again:
        writing.thread.join(20)
        assert writing.told == ["No server answers for 4 s whether the last COMMIT happened."]
        return
    last = writing.last
    writing.wait_for_commit(other_than=waiting)
    assert writing.last == last, "it counted as done"
    writing.enough = True
    writing.name_standby("")
    writing.thread.join(20)
    assert (writing.thread.is_alive(), writing.last, writing.told) == (False, last, [])


def test_what_changes_the_schema_may_take_longer(engine: PostgresEngine) -> None:
    engine.run_alone("SELECT pg_sleep(1.5)")
    with engine.unlimited(), engine.unit_of_work():
        engine.execute("SELECT pg_sleep(1.5)")
    with pytest.raises(StoreUnavailable):
        engine.tuples("SELECT pg_sleep(5)")
