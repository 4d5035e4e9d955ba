"""The schema in PostgreSQL: drawn from the one of SQLite when it is made, and taken on by the same steps later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.guard_triggers import OWN, TRIGGERS
from bot.store.postgres.statements import definition
from bot.store.schema.migrations import migrations, pending, refuse_newer
from bot.store.schema.present import present_schema
from bot.store.schema.schema_steps import NAME

_BESIDE = (
    "CREATE TABLE commits (owner TEXT PRIMARY KEY, mark BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL)",
    "CREATE FUNCTION instr(whole TEXT, part TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS $$ "
    "SELECT strpos(whole, part) $$",
)
"""What this engine has beside the tables of the bot: the marks of commits, and a function of SQLite."""
_CREATE = "CREATE SCHEMA IF NOT EXISTS {schema}"
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


def migrate(engine: PostgresEngine) -> None:
    """Bring the schema to this version, all of it or none. Of two processes that start at once one waits.

    Raises ConfigurationError for a schema of a newer b24bot.
    """
    with engine.unit_of_work():
        engine.execute(_CREATE.format(schema=engine.address.schema))
        if not engine.has_table("audit"):
            engine.execute("; ".join(_drawn()))
            for name in migrations.names:
                engine.execute(_NOTE, NAME, name, _DRAWN)
            return
        refuse_newer(engine, engine.address.schema)
        wanted = pending(engine)
        for step in migrations:
            if step.__name__ in wanted:
                step(Statements(engine))
                engine.execute(_NOTE, NAME, step.__name__, "")


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
