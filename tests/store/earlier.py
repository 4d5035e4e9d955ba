"""A database as an earlier release left it: what stands in it, in the schema from before a step."""

from __future__ import annotations

from pathlib import Path

from bot.store.engine.database import Database, sqlite3
from bot.store.schema.migrations import migrations

KEPT_BY_ITSELF = ("_sqlite_migrations", "tallies")
"""Tables that the schema and its triggers fill."""
SIDES = ("main", "new")
RENAMED = {"due_at": "due_steady", "urgent": "urgency"}
"""Columns by the name that they had, and the one they have."""


def take_back_to(path: Path, step: str) -> None:
    """Put the rows of a closed database into the schema from before this step, as far as that has their columns."""
    now = path.with_suffix(".new")
    path.rename(now)
    database = Database(path)
    with database.unit_of_work():
        migrations.apply(database.utils, stop_before=step)
    tables = [row["name"] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    database.close()
    with sqlite3.connect(path) as old:
        old.execute("ATTACH ? AS new", [str(now)])
        for table in (name for name in tables if name not in KEPT_BY_ITSELF):
            kept, known = (
                [row[1] for row in old.execute(f"PRAGMA {of}.table_info({table})")] for of in ("main", "new")
            )
            moved = {name: RENAMED.get(name, name) for name in kept if RENAMED.get(name, name) in known}
            old.execute(
                f"INSERT INTO main.{table} ({', '.join(moved)}) SELECT {', '.join(moved.values())} FROM new.{table}"
            )
    old.close()
    now.unlink()
