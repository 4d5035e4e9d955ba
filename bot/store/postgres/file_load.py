"""Rows of another database put into an empty schema of a server: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from bot.store.engine.port import Engine
from bot.store.files.whole_copy import RowCounts, assert_equal, count_rows
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.file_copy import PAGE, STEPS, TALLIES
from bot.store.postgres.schema import migrate
from bot.store.schema.present import present_schema

_COLUMNS = (
    "SELECT column_name, is_identity FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND table_name = ? AND column_name <> 'row_id' ORDER BY ordinal_position"
)
_GO_ON = "SELECT setval(pg_get_serial_sequence(?, ?), ?)"
"""Numbers go on behind the greatest that was copied, as they do in a file."""


@cache
def bot_tables() -> tuple[str, ...]:
    """The tables of the bot in the order in which they were made, the numbers that triggers keep last."""
    names = [one.name for one in present_schema() if one.type == "table"]
    own = [name for name in names if name != STEPS and not name.startswith("sqlite_")]
    return tuple(sorted(own, key=lambda name: name == TALLIES))


def load_rows(engine: PostgresEngine, source: Engine) -> RowCounts:
    """Make the schema of this version with the rows of another database, which has the same schema.

    Raises PluginError where the two differ in the end, and StoreUnavailable; nothing is there then.
    """
    with engine.unlimited(), engine.unit_of_work():
        migrate(engine)
        for table in bot_tables():
            _load(engine, source, table)
        expected, found = count_rows(source, bot_tables()), count_rows(engine, bot_tables())
        assert_equal(expected, found)
    return found


def _load(engine: PostgresEngine, source: Engine, table: str) -> None:
    columns = {name: identity == "YES" for name, identity in engine.tuples(_COLUMNS, table)}
    # Triggers have counted what was copied, and opening the schema may have noted a fact.
    engine.execute(" ".join(("DELETE FROM", table)))
    for rows in _pages(source, table, list(columns)):
        engine.add_rows(table, list(columns), rows)
    for name, numbered in columns.items():
        last = engine.tuples(" ".join(("SELECT max(", name, ") FROM", table)))[0][0] if numbered else None
        if last is not None:
            engine.tuples(_GO_ON, table, name, last)


def _pages(source: Engine, table: str, columns: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """All rows of a table in their order."""
    wanted = ", ".join(("{row_id}", *columns))
    words = ("SELECT", wanted, "FROM", table, "WHERE {row_id} > ? ORDER BY {row_id} LIMIT +?")
    sql = source.dialect.spell(" ".join(words))
    last = -1
    while rows := source.tuples(sql, last, PAGE):
        yield [row[1:] for row in rows]
        last = rows[-1][0]
