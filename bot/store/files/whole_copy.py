"""A whole copy of a database: what both are compared by, and a file that has its name once they were compared."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from bot.core.audit.chain import START
from bot.plugin import Message, PluginError
from bot.plugin.frozen import dataclass
from bot.store.engine.database import Database, sync
from bot.store.engine.port import Engine
from bot.store.files.backup import keep_owner

_LAST = "SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1"
_COUNT = "SELECT count(*) FROM"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rowid"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCounts:
    """The place of the last audit record, and how many rows each table has."""

    seq: int
    head: str
    rows: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def count_rows(engine: Engine, tables: Iterable[str]) -> RowCounts:
    """Count them as they are now, inside the caller's unit of work where there is one."""
    last = engine.row(_LAST)
    return RowCounts(
        seq=last["seq"] if last else START.seq,
        head=bytes(last["mac"]).hex() if last else "",
        rows={table: engine.tuples(" ".join((_COUNT, table)))[0][0] for table in tables},
    )


def assert_equal(source: RowCounts, target: RowCounts) -> None:
    """Raise PluginError where the copy has another log, or other numbers of rows."""
    if (source.seq, source.head) != (target.seq, target.head):
        raise PluginError(Message("store.copy.other_log", record=str(source.seq), found=str(target.seq)))
    other = tuple(sorted(name for name, count in source.rows.items() if target.rows.get(name) != count))
    if other:
        raise PluginError(Message("store.copy.other_rows", tables=other))


def receive_file(path: Path, rows: Engine) -> RowCounts:
    """Write the file. Raises PluginError where it differs from the rows in the end, and OSError; it is not there then.

    What a copy before this one has left half done goes.
    """
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        rows.copy_to(part, after_step=sync)
        sync(part)
        with closing(Database(part, read_only=True)) as file:
            tables = [row["name"] for row in file.rows(_TABLES)]
            expected, found = count_rows(rows, tables), count_rows(file, tables)
        assert_equal(expected, found)
        keep_owner(part, path.parent)
        os.replace(part, path)
        sync(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return found
