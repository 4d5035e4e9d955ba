"""The schema in this engine: the steps of the bot, applied by means of its own and kept under the same names."""

from __future__ import annotations

from bot.store.engine.port import Engine
from bot.store.schema.migrations import migrations
from bot.store.schema.schema_steps import NAME


class _Statements:
    """Runs what a step says, whose values stand in a list."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def execute(self, sql: str, parameters: list[int] | None = None, /) -> object:
        return self._engine.execute(sql, *(parameters or ()))


def apply_schema(engine: Engine) -> None:
    """Apply all steps, in one unit of work."""
    with engine.unit_of_work():
        engine.execute("CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT)")
        for step in migrations:
            step(_Statements(engine))
            engine.execute("INSERT INTO _sqlite_migrations VALUES (?, ?)", NAME, step.__name__)
