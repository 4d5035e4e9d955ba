"""Rows of a schema as an SQLite file, and back: what is kept and moved can be read without a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.store.engine.database import Database
from bot.store.engine.port import Engine
from bot.store.engine.sql import placeholders
from bot.store.postgres.connection import Connection
from bot.store.postgres.server_faults import FAULTS, psycopg, unreadable
from bot.store.postgres.statements import ROW_ID
from bot.store.schema.migrations import migrations
from bot.store.schema.schema_steps import NAME

PAGE = 2_000
"""How many rows are taken over at a time."""
TALLIES, STEPS = "tallies", "_sqlite_migrations"
IDLE_SECONDS = 60
"""How long the server may wait for the process that copies. The transaction of one that hangs keeps old rows alive."""
_SNAPSHOT = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT set_config('search_path', '\"{schema}\"', true), "
    "set_config('idle_in_transaction_session_timeout', '{idle}s', true)"
)
_STEPS = "SELECT name FROM _sqlite_migrations WHERE migration_set = $1"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rowid"
_COLUMNS = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
JOURNAL = ("delete", "OFF")
"""The file counts once it is whole: until then nothing of it has to outlive a loss of power."""


def copy_out(connection: Connection, schema: str, target: Path, *, idle_seconds: int = IDLE_SECONDS) -> None:
    """Copy all rows of a schema, as they are at one moment, into an empty SQLite file. Raises StoreUnavailable."""
    with closing(Database(target, journal=JOURNAL)) as file:
        try:
            opened = connection.opened
            opened.execute(_SNAPSHOT.format(schema=schema, idle=idle_seconds).encode())
            try:
                _draw(file, {name for (name,) in opened.execute(_STEPS, (NAME,))})
                with file.unit_of_work():
                    for table in list_tables(file):
                        _fill(file, table, opened)
            finally:
                opened.execute("ROLLBACK")
        except FAULTS as error:
            raise unreadable(error) from None


def list_tables(file: Database) -> list[str]:
    """Return the names of the tables in the order in which they were made, the numbers that triggers keep last."""
    names = [row["name"] for row in file.rows(_TABLES) if row["name"] != STEPS]
    return sorted(names, key=lambda name: name == TALLIES)


def list_columns(file: Database, table: str) -> list[str]:
    return [row["name"] for row in file.rows(_COLUMNS, table)]


def insert_into(engine: Engine, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Add rows to a table. Raises RuntimeError outside a unit of work."""
    named = ", ".join(columns)
    for row in rows:
        engine.execute(" ".join(("INSERT INTO", table, "(", named, ") VALUES (", placeholders(row), ")")), *row)


def _draw(file: Database, steps: set[str]) -> None:
    """Bring the file to the schema that the rows have, which may be that of an earlier version."""
    later = next((name for name in migrations.names if name not in steps), None)
    with file.unit_of_work():
        migrations.apply(file.utils, stop_before=later)


def _fill(file: Database, table: str, opened: psycopg.Connection[Any]) -> None:
    columns = list_columns(file, table)
    if table == TALLIES:
        # The triggers of the file have counted what was copied. What the server has counted is what is copied.
        file.execute("DELETE FROM tallies")
    for rows in _pages(opened, table, columns):
        insert_into(file, table, columns, rows)


def _pages(opened: psycopg.Connection[Any], table: str, columns: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """All rows of a table in their order. The snapshot is that of the transaction that is open."""
    sql = " ".join(("SELECT", ", ".join((ROW_ID, *columns)), "FROM", table, "WHERE row_id > $1 ORDER BY row_id LIMIT"))
    last = -1
    while rows := opened.execute(f"{sql} {PAGE}".encode(), (last,)).fetchall():
        yield [row[1:] for row in rows]
        last = rows[-1][0]
