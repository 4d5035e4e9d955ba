"""The present schema as SQLite keeps it: the one description of the tables, for an engine that draws them from it."""

from __future__ import annotations

from bot.plugin.frozen import dataclass
from bot.store.schema.migrations import migrations

_DEFINED = "SELECT type, name, tbl_name AS owner, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A table, an index or a trigger. `owner` is the table that it belongs to, and `sql` makes it."""

    type: str
    name: str
    owner: str
    sql: str


def present_schema() -> tuple[Definition, ...]:
    """Apply all steps to an empty database in memory, and return what is there: tables before what belongs to them."""
    from sqlite_utils import Database as Utils

    utils = Utils(memory=True)
    try:
        migrations.apply(utils)
        found = tuple(Definition(**row) for row in utils.query(_DEFINED))
    finally:
        utils.close()
    return tuple(sorted(found, key=lambda one: ("table", "index", "trigger").index(one.type)))
