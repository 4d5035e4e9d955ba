"""Which steps of the schema a database has taken, and those that it still has to take."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message
from bot.store.engine.database import Database
from bot.store.engine.faults import FAULTS, trouble
from bot.store.engine.port import Engine
from bot.store.schema.migrations import migrations
from bot.store.schema.schema_steps import NAME

_APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY {row_id}"
"""The steps that were applied, in their order."""


def migrate(database: Database, *, finish: Callable[[], None] = lambda: None) -> None:
    """Bring the file to this version's schema. Safe when two processes start at once: one waits for the other.

    What needs the keys is for `finish`, in the same transaction. Raises ConfigurationError for a file that a newer
    b24bot has written.
    """
    # Imported before the transaction: another process that starts waits for that no longer than it has to.
    utils = database.utils if pending(database) else None
    try:
        with database.unit_of_work():
            refuse_newer(database, str(database.path))
            if utils is not None:
                migrations.apply(utils)
            finish()
    except FAULTS as error:
        sentence = Message("store.schema.failed", file=str(database.path), cause=str(error))
        raise trouble(error, sentence) from None


def applied(database: Engine) -> tuple[str, ...]:
    """The steps that the file has behind it, in their order; none for a file that is new."""
    if not database.has_table("_sqlite_migrations"):
        return ()
    return tuple(str(name) for (name,) in database.tuples(database.dialect.spell(_APPLIED), NAME))


def pending(database: Engine) -> tuple[str, ...]:
    """The steps of this version that the file has not taken yet."""
    behind = applied(database)
    return tuple(name for name in migrations.names if name not in behind)


def schema_step(database: Engine) -> str:
    """The name of the last step that was applied."""
    return max(applied(database), default="")


def refuse_newer(database: Engine, name: str) -> None:
    """Raises ConfigurationError for a database that a newer b24bot has written; `name` is what people call it."""
    strange = sorted(set(applied(database)) - set(migrations.names))
    if strange:
        newer = Message("store.schema.newer", file=name, steps=tuple(strange))
        raise ConfigurationError(newer, hint=Message("store.schema.install_newer"))
