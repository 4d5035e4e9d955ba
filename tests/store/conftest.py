"""A PostgreSQL server for the tests of the store, and a store in a schema of its own on it.

`scripts/test` runs a tenth of the tests that have a PostgreSQL row; with `B24BOT_TEST_POSTGRES=required`, as
`.ci/run` sets it, all of them run, and a machine without a server fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from bot.clock import ShiftedClock
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import Store
from tests.store.server.postgres_server import REQUIRED, Server, open_server

TENTH = 10
MakeEngine = Callable[..., PostgresEngine]
MakeStore = Callable[..., Store]


def on_postgres(metafunc: pytest.Metafunc) -> list[str]:
    """The name of the engine when this test has a PostgreSQL row in this run, and else nothing."""
    name = f"{metafunc.module.__name__}.{metafunc.function.__name__}"
    chosen = os.environ.get(REQUIRED) == "required" or crc32(name.encode()) % TENTH == 0
    return ["postgres"] if chosen else []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server for all tests of this worker. When they are over, each schema was really used."""
    server = open_server()
    if server is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail("PostgreSQL: no server was found, and this run requires one")
        pytest.skip("PostgreSQL: no server was found")
    yield server
    opened, written = server.opened, server.written
    server.stop()
    assert opened == written, f"{opened} schemas were made on the server, and {written} have a commit of a test"


@pytest.fixture
def make_postgres_engine(postgres_server: Server) -> Iterator[MakeEngine]:
    """Engines on one empty schema; all are closed, and the schema is dropped, when the test is over."""
    address = Address(url=postgres_server.url, schema=postgres_server.new_schema())
    with ExitStack() as ends:
        ends.callback(postgres_server.drop_schema, address.schema)

        def make(**wish: Any) -> PostgresEngine:
            engine = PostgresEngine(address, **wish)
            ends.callback(engine.close)
            migrate(engine)
            return engine

        yield make


@pytest.fixture
def make_postgres_store(make_postgres_engine: MakeEngine, tmp_path: Path) -> MakeStore:
    """Stores over such engines, with one key file: each as another process has it."""
    key_file, home = tmp_path / "keys" / "key", tmp_path / "home"
    create_key_file(key_file)

    def make(**wish: Any) -> Store:
        return Store(make_postgres_engine(**wish), load_key_file(key_file, home=home), ShiftedClock(), home=home)

    return make
