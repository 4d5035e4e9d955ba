"""The whole bot behind a real pgbouncer in transaction mode, which gives each transaction any of a few connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.plugin.loopback import wait_until
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from bot.testing.conversation import APPROVALS
from tests.store.counter import count_together
from tests.store.server.pooler import Pooler, require_pooler
from tests.store.server.postgres_server import Server
from tests.stories.processes import kill, outside
from tests.stories.scene import UNREGISTER

CONNECTIONS = 4
"""Fewer than the clients here have together: two processes have eight."""
PROCESSES, ROUNDS = 3, 30
ADD = "INSERT INTO facts (name, value) VALUES (?, '0')"
SERVED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'b24bot'"
END_UNITS = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE state = 'idle in transaction'"


@pytest.fixture
def pooler(postgres_server: Server) -> Iterator[Pooler]:
    made = require_pooler(postgres_server, connections=CONNECTIONS)
    yield made
    made.stop()


@pytest.fixture
def pooled(pooler: Pooler, postgres_server: Server) -> Iterator[Address]:
    """An empty schema, by the address of the pooler."""
    schema = postgres_server.new_schema()
    yield Address(url=pooler.url, schema=schema)
    postgres_server.drop_schema(schema)


@pytest.fixture
def engines(pooled: Address) -> Iterator[list[PostgresEngine]]:
    with ExitStack() as ends:
        made = [ends.enter_context(closing(PostgresEngine(pooled))) for _ in range(PROCESSES)]
        migrate(made[0])
        yield made


def test_units_of_work_are_serial_over_shared_connections(engines: list[PostgresEngine]) -> None:
    count_together(engines, ROUNDS)
    assert engines[0].find_lost_commit() is None


def test_a_unit_of_work_that_lost_its_connection_leaves_nothing_and_the_next_one_commits(
    engines: list[PostgresEngine], postgres_server: Server
) -> None:
    engine = engines[0]

    def lose() -> None:
        with engine.unit_of_work():
            engine.execute(ADD, "lost")
            with psycopg.connect(postgres_server.url, autocommit=True) as server:
                assert server.execute(END_UNITS.encode()).fetchall() == [(True,)]

    with pytest.raises(StoreUnavailable):
        lose()
    with engine.unit_of_work():
        engine.execute(ADD, "kept")
    assert engines[1].tuples("SELECT name FROM facts WHERE name IN ('lost', 'kept')") == [("kept",)]
    assert engine.find_lost_commit() is None


def test_replicas_behind_it_find_their_work_by_looking_and_take_over(
    tmp_path: Path, pooled: Address, postgres_server: Server
) -> None:
    """The intake of one process takes what the worker of another one does. No notification says so."""
    with outside(tmp_path, f"{pooled.url}&schema={pooled.schema}") as bot:
        first = bot.serve()
        bot.serve(more={"B24BOT_HOME": str(bot.folder / "elsewhere")})
        workspace = bot.workspace
        assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
        card = workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="the card")
        kill(first)
        assert workspace.people["Anton"].click(card, "Approve").ok
        assert wait_until(lambda: bot.requests()[0]["status"] == "done"), bot.logs()
        calls = [call for call in bot.portal.portal.world.journal.calls if call.method == UNREGISTER]
        assert len(calls) == 1
        with psycopg.connect(postgres_server.url, autocommit=True) as server:
            assert server.execute(SERVED.encode()).fetchall()[0][0] <= CONNECTIONS
