"""A standby stands at the address for a moment, as during a failover: the bot waits for it, and goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.plugin import Message
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from tests.store.postgres.test_commits import GivenUp, add, give_up, names_in
from tests.store.server.fixtures import require_own_server
from tests.store.server.postgres_server import Server

STANDBY = Message("store.postgres.standby")


@pytest.fixture
def server() -> Iterator[Server]:
    made = require_own_server()
    yield made
    made.stop()


@pytest.fixture
def engine(server: Server) -> Iterator[PostgresEngine]:
    with closing(PostgresEngine(Address(url=server.url), ask_seconds=2, give_up=give_up)) as made:
        migrate(made)
        add(made, "first")
        yield made


def promote(server: Server) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SELECT pg_promote()")


def test_a_standby_at_a_reconnect_is_a_server_that_does_not_answer_yet(server: Server, engine: PostgresEngine) -> None:
    server.become_standby()
    for ask in (
        lambda: names_in(engine),
        lambda: add(engine, "one"),
        lambda: engine.run_beside("UPDATE facts SET value = ''"),
    ):
        with pytest.raises(StoreUnavailable) as told:
            ask()
        assert told.value.sentence == STANDBY
    promote(server)
    add(engine, "two")
    assert names_in(engine) == ["first", "two"]


def test_a_bot_that_starts_then_is_told_the_same(server: Server, engine: PostgresEngine) -> None:
    """It ends as for a server that is down: its supervisor starts it again."""
    server.become_standby()
    with pytest.raises(StoreUnavailable) as told:
        PostgresEngine(engine.address)
    assert told.value.sentence == STANDBY


def test_a_commit_in_doubt_is_asked_of_the_server_that_takes_writes(server: Server, engine: PostgresEngine) -> None:
    def commit() -> None:
        with engine.unit_of_work():
            engine.execute("INSERT INTO facts (name, value) VALUES ('one', '')")
            server.become_standby()

    with pytest.raises(GivenUp, match="No server answers for 2 s"):
        commit()
