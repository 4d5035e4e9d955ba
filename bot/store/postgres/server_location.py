"""Where the rows of a bot are when a URL names a server: whether there are any, and how they are opened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from bot.plugin import Message
from bot.store.engine.database import FILE_NAME, Database
from bot.store.engine.failpoints import Failpoint
from bot.store.engine.port import Engine, OpenedRows
from bot.store.files.backup_reader import CopiedChain, Tell
from bot.store.files.whole_copy import RowCounts
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.file_load import load_rows
from bot.store.postgres.schema import drop_schema, migrate, take_name
from bot.store.postgres.server_report import describe_server
from bot.store.repositories.plugin_records import FactReader
from bot.store.repositories.replication.live_replicas import assert_none_live

LONGEST_NAME = 63
"""How many letters of a name the server keeps."""
RESTORED = "_restored"


def name_staging(schema: str) -> str:
    """Return the name of the schema that a restore fills: of no other bot, also where it is cut."""
    if len(schema) + len(RESTORED) <= LONGEST_NAME:
        return schema + RESTORED
    return f"{schema[:40]}_{sha256(schema.encode()).hexdigest()[:8]}{RESTORED}"


class ServerLocation:
    """A schema on a server. The folder of this host has the locks and the backups."""

    def __init__(self, home: Path, url: str) -> None:
        self._home = home
        self._address = Address.parse(url)

    @property
    def name(self) -> str:
        return self._address.name

    @property
    def place(self) -> str:
        return self._address.name

    @property
    def exists(self) -> bool:
        """Whether the bot has tables there. Raises StoreUnavailable, or ConfigurationError for a wrong server."""
        with closing(PostgresEngine(self._address)) as engine:
            return engine.has_table("audit")

    @property
    def empty(self) -> bool:
        return not self.exists

    def find_other(self) -> Path | None:
        """Return the database file of this host, which nobody would read any more; None when there is none."""
        file = self._home / FILE_NAME
        return file if file.exists() and file.stat().st_size else None

    def open(
        self, *, read_only: bool = False, synchronous: str | None = None, failpoint: Failpoint | None = None
    ) -> OpenedRows:
        """Open the rows, of whatever schema they have. What is only read changes nothing there, either."""
        engine = PostgresEngine(self._address, failpoint=failpoint)
        return OpenedRows(engine=engine, migrate=lambda finish: migrate(engine, finish=finish))

    def describe(self, engine: Engine) -> Message:
        return describe_server(engine)

    @contextmanager
    def look(self) -> Iterator[Engine]:
        with closing(PostgresEngine(self._address)) as engine:
            yield engine

    def assert_unused(self) -> None:
        with closing(PostgresEngine(self._address)) as engine:
            assert_none_live(engine)

    def replace(self, staging: Path, *, at: int) -> str | None:
        """Load the file into a schema of its own, which takes the name of the former one in one transaction."""
        beside = Address(url=self._address.url, schema=name_staging(self._address.schema))
        with (
            closing(Database(staging / FILE_NAME, read_only=True)) as file,
            closing(PostgresEngine(beside)) as ready,
            closing(PostgresEngine(self._address)) as engine,
        ):
            drop_schema(ready)
            load_rows(ready, file)
            kept = take_name(engine, beside.schema, at=at)
        shutil.rmtree(staging, ignore_errors=True)
        return kept

    def receive(self, rows: Engine) -> RowCounts:
        """Take over all rows of another database, in one transaction."""
        with closing(PostgresEngine(self._address)) as engine:
            return load_rows(engine, rows)

    @contextmanager
    def chain(self, tell: Tell) -> Iterator[CopiedChain]:
        """Read the audit log on the server; nothing changes there."""
        with closing(PostgresEngine(self._address)) as engine:
            yield CopiedChain(engine.tuples, engine.has_table, tell)

    def note(self, name: str) -> str:
        with closing(PostgresEngine(self._address)) as engine:
            return FactReader(engine).get(name) or ""

    def head(self, seq: int) -> str:
        with closing(PostgresEngine(self._address)) as engine:
            found = engine.row("SELECT mac FROM audit WHERE seq = ?", seq)
        return found["mac"].hex() if found else ""
