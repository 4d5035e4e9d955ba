"""The rows of the bot as another process reads them, in a file or on a server."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from bot.store.engine.database import Database, sqlite3
from bot.store.location import locate
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.store import FILE_NAME

ALLOWED = {"B24BOT_ALLOW_ASYNC_DATABASE": "on"}
"""The server of the tests does not write to its disk, and the bot makes no changes on such a one unless it may."""
_TABLES = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_ALL = "SELECT coalesce(string_agg(t::text, ','), '') FROM {} AS t"


class StoredRows(Protocol):
    """Reads rows, whoever writes meanwhile or was killed while it wrote."""

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query with ? marks."""
        ...

    def dump(self) -> bytes:
        """Everything that the folder of the bot does not show."""
        ...

    def close(self) -> None: ...


class FileRows:
    """A file. One connection, opened with the first question and kept: to open one costs more than to ask.

    A journal that was left by a process that died is rolled back before the next answer.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._connection: Any | None = None

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._connection is None:
                address = f"file:{self._home / FILE_NAME}?mode=rw"
                self._connection = sqlite3.connect(address, uri=True, timeout=5, check_same_thread=False)
            return list(self._connection.execute(sql, values))

    def dump(self) -> bytes:
        return b""

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


class ServerRows:
    """A schema on a server, which may not be there yet."""

    def __init__(self, url: str) -> None:
        self._engine = PostgresEngine(Address.parse(url))

    def read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._engine.tuples(sql, *values)

    def dump(self) -> bytes:
        tables = [name for (name,) in self._engine.tuples(_TABLES)]
        return "\n".join(self._engine.tuples(_ALL.format(name))[0][0] for name in tables).encode()

    def close(self) -> None:
        self._engine.close()


def open_rows(home: Path, url: str) -> StoredRows:
    """The rows on the server that the URL names; without one, those of the file in `home`."""
    return ServerRows(url) if url else FileRows(home)


def move_rows(home: Path, url: str) -> None:
    """Put the rows of the file in `home` into an empty schema of a server, and remove the file."""
    with closing(Database(home / FILE_NAME, read_only=True)) as file:
        locate(home, url).receive(file)
    (home / FILE_NAME).unlink()
