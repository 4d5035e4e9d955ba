"""How many rows of a table have each word in a column: kept by triggers, so that nobody counts them."""

from __future__ import annotations

from bot.store.engine.port import Engine

TABLE = """CREATE TABLE tallies (
    counted TEXT NOT NULL, word TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (counted, word)) STRICT"""
_ADD = (
    "INSERT INTO tallies VALUES ('{table}', {word}, {number}) "
    "ON CONFLICT (counted, word) DO UPDATE SET number = number + excluded.number"
)
_READ = "SELECT word, number FROM tallies WHERE counted = ? AND number > 0"
"""The words that some rows have."""


def tally_statements(table: str, column: str) -> tuple[str, ...]:
    """The statements that begin to count the rows of a table by the words in a column. The names are our own."""
    one_more = _ADD.format(table=table, word=f"NEW.{column}", number=1)
    one_less = _ADD.format(table=table, word=f"OLD.{column}", number=-1)
    name = f"{table}_tally"
    return (
        f"INSERT INTO tallies SELECT '{table}', {column}, count(*) FROM {table} GROUP BY {column}",  # noqa: S608
        f"CREATE TRIGGER {name}_added AFTER INSERT ON {table} BEGIN {one_more}; END",
        f"CREATE TRIGGER {name}_removed AFTER DELETE ON {table} BEGIN {one_less}; END",
        f"CREATE TRIGGER {name}_moved AFTER UPDATE OF {column} ON {table} WHEN OLD.{column} <> NEW.{column} "
        f"BEGIN {one_less}; {one_more}; END",
    )


def read_tally(database: Engine, table: str) -> dict[str, int]:
    """How many rows of the table have each word that some have."""
    rows = database.rows(_READ, table)
    return {row["word"]: row["number"] for row in rows}
