"""Engines and stores in a schema of their own on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.clock import ShiftedClock
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import Store
from tests.store.server.postgres_server import Server

MakeEngine = Callable[..., PostgresEngine]
MakeStore = Callable[..., Store]


@pytest.fixture
def make_postgres_engine(postgres_server: Server) -> Iterator[MakeEngine]:
    """Engines on one empty schema; all are closed, and the schema is dropped, when the test is over."""
    address = Address(url=postgres_server.url, schema=postgres_server.new_schema())
    with ExitStack() as ends:
        ends.callback(postgres_server.drop_schema, address.schema)

        def make(**options: Any) -> PostgresEngine:
            engine = PostgresEngine(address, **options)
            ends.callback(engine.close)
            migrate(engine)
            return engine

        yield make


@pytest.fixture
def make_postgres_store(make_postgres_engine: MakeEngine, tmp_path: Path) -> MakeStore:
    """Stores over such engines, with one key file: each as another process has it."""
    key_file, home = tmp_path / "keys" / "key", tmp_path / "home"
    create_key_file(key_file)

    def make(**options: Any) -> Store:
        return Store(make_postgres_engine(**options), load_key_file(key_file, home=home), ShiftedClock(), home=home)

    return make
