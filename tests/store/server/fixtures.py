"""A PostgreSQL server for the tests of this worker, and an address of an empty schema on it.

`scripts/test --all` runs a tenth of the tests that have a PostgreSQL row, and `scripts/test` a part of these
(`tests/tables/quick.py`). With `B24BOT_TEST_POSTGRES=required`, as `.ci/run` sets it, all of them run, and a machine
without a server fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from zlib import crc32

import pytest

from tests.store.server.postgres_server import REQUIRED, Server, open_server

TENTH = 10


def on_postgres(metafunc: pytest.Metafunc, *, whole: bool = True) -> list[str]:
    """The name of the engine when this test has a PostgreSQL row in this run, and else nothing.

    Of a module that is not run as a `whole`, a tenth has one in every run.
    """
    name = f"{metafunc.module.__name__}.{metafunc.function.__name__}"
    chosen = (whole and os.environ.get(REQUIRED) == "required") or crc32(name.encode()) % TENTH == 0
    return ["postgres"] if chosen else []


def require_server() -> Server:
    """Start a server. Without one the test is skipped, or fails where this run requires one."""
    server = open_server()
    if server is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail("PostgreSQL: no server was found, and this run requires one")
        pytest.skip("PostgreSQL: no server was found")
    return server


def require_own_server() -> Server:
    """The same for a test that stops the server and copies its folder: one that was given by its address is no such."""
    server = require_server()
    if server.folder is None:
        pytest.skip("PostgreSQL: no server whose folder can be copied")
    return server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server for all tests of this worker. When they are over, each schema was really used."""
    server = require_server()
    yield server
    opened, written = server.opened, server.written
    server.stop()
    assert opened == written, f"{opened} schemas were made on the server, and {written} have a commit of a test"


@pytest.fixture
def database_url(postgres_server: Server) -> Iterator[str]:
    """What `B24BOT_DATABASE_URL` is set to for a bot whose rows are in a schema of its own; dropped after the test."""
    schema = postgres_server.new_schema()
    yield f"{postgres_server.url}&schema={schema}"
    postgres_server.drop_schema(schema)


@pytest.fixture(params=["sqlite", "postgres"])
def engine_url(request: pytest.FixtureRequest) -> str:
    """Empty, and the address of an empty schema: whoever takes it runs on a file and on a server."""
    url: str = request.getfixturevalue("database_url") if request.param == "postgres" else ""
    return url
