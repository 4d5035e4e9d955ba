"""The schema in PostgreSQL: drawn from the one of SQLite when it is made, and taken on by the same steps later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.guard_triggers import OWN, TRIGGERS
from bot.store.postgres.statements import definition
from bot.store.repositories.replication.live_replicas import assert_none_live
from bot.store.schema.migrations import migrations
from bot.store.schema.present import present_schema
from bot.store.schema.schema_steps import NAME
from bot.store.schema.schema_version import pending, refuse_newer

_BESIDE = (
    "CREATE TABLE commits (owner TEXT PRIMARY KEY, mark BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL)",
    "CREATE FUNCTION instr(whole TEXT, part TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS $$ "
    "SELECT strpos(whole, part) $$",
)
"""What this engine has beside the tables of the bot: the marks of commits, and a function of SQLite."""
_CREATE = 'CREATE SCHEMA IF NOT EXISTS "{schema}"'
_DROP = 'DROP SCHEMA IF EXISTS "{schema}" CASCADE'
_RENAME = 'ALTER SCHEMA "{schema}" RENAME TO "{name}"'
_NOTE = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)"
_DRAWN = "drawn"
"""In place of the time at which a step was applied: the schema was drawn with all that the step does."""


class Statements:
    """Runs the statements of a step of the schema, in the words of this engine."""

    def __init__(self, engine: PostgresEngine) -> None:
        self._engine = engine

    def execute(self, sql: str, parameters: list[int] | None = None, /) -> object:
        """Run one. A trigger of SQLite has its own words in `TRIGGERS`."""
        name = re.match(r"CREATE TRIGGER (\w+)", sql)
        statements = TRIGGERS[name[1]] if name else (definition(sql),)
        return [self._engine.execute(one, *(parameters or ())) for one in statements]


def migrate(engine: PostgresEngine, *, finish: Callable[[], None] = lambda: None) -> None:
    """Bring the schema to this version, all of it or none. Of two processes that start at once one waits.

    What needs the keys is for `finish`, in the same transaction. Raises ConfigurationError for a schema of a newer
    b24bot, and AlreadyRunning for an earlier one that replicas work with.
    """
    with engine.unlimited(), engine.unit_of_work():
        if not engine.has_table("audit"):
            engine.execute(_CREATE.format(schema=engine.address.schema))
            engine.execute("; ".join(_drawn()))
            for name in migrations.names:
                engine.execute(_NOTE, NAME, name, _DRAWN)
            finish()
            return
        refuse_newer(engine, engine.address.schema)
        wanted = pending(engine)
        if wanted:
            # One may have begun since the last look. While this holds the lock, none begins.
            assert_none_live(engine)
        for step in migrations:
            if step.__name__ in wanted:
                step(Statements(engine))
                engine.execute(_NOTE, NAME, step.__name__, "")
        finish()


def drop_schema(engine: PostgresEngine) -> None:
    """Remove the schema with all that is in it: what a restore before this one has left half done."""
    engine.run_alone(_DROP.format(schema=engine.address.schema))


def take_name(engine: PostgresEngine, ready: str, *, at: int) -> str | None:
    """Give a schema that is ready the name of the engine's, in one transaction; returns the former one's new name.

    None where there was none. Triggers and functions go with their schema, for they name no other. Raises
    AlreadyRunning while replicas work with the former one.
    """
    name, kept = engine.address.schema, f"{engine.address.schema[:40]}_replaced_{at}"
    with engine.unit_of_work():
        assert_none_live(engine)
        there = engine.has_table("audit")
        if there:
            engine.execute(_RENAME.format(schema=name, name=kept))
        engine.execute(_RENAME.format(schema=ready, name=name))
    return kept if there else None


@cache
def _drawn() -> tuple[str, ...]:
    """The statements that make the whole schema of this version."""
    return tuple(_draw())


def _draw() -> Iterator[str]:
    for one in present_schema():
        if one.type == "trigger":
            yield from TRIGGERS[one.name]
        else:
            yield definition(one.sql)
    yield from _BESIDE
    yield from OWN
