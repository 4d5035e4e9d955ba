"""A bot of use cases over a real store for every test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.store.server.fixtures import on_postgres
from tests.store.server.postgres_server import Server
from tests.usecases.core_bot import CoreBot

ON_A_SERVER = frozenset({"test_review_races"})
"""Modules whose tests have a row on a PostgreSQL server as well."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that has a PostgreSQL row in this run is run on a file and on a server."""
    chosen = metafunc.module.__name__.rpartition(".")[2] in ON_A_SERVER
    if chosen and "make_core_bot" in metafunc.fixturenames and on_postgres(metafunc):
        metafunc.parametrize("make_core_bot", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def make_core_bot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., CoreBot]]:
    """Bots with other terms, channels, roles or toys; each has its own store."""
    on_server = getattr(request, "param", "sqlite") == "postgres"
    server: Server | None = request.getfixturevalue("postgres_server") if on_server else None
    with ExitStack() as ends:
        made = count()

        def make(**wish: Any) -> CoreBot:
            if server is not None and "store" not in wish:
                schema = server.new_schema()
                wish["url"] = f"{server.url}&schema={schema}"
                ends.callback(server.drop_schema, schema)
            core_bot = CoreBot(tmp_path / str(next(made)), **wish)
            ends.callback(core_bot.close)
            return core_bot

        yield make


@pytest.fixture
def core_bot(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    return make_core_bot()
