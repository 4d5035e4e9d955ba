"""The engine: its rows are in memory, and are gone when it is closed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from bot.core.bot_errors import StoreUnavailable
from bot.store.engine.announcement import OfOneHost
from bot.store.engine.kept_commits import KeptCommits
from bot.store.engine.port import Dialect, Row
from bot.store.engine.unshared import Unshared
from tests.store.toyengine.toy_statements import by_name, named

T = TypeVar("T")


class ToyEngine(KeptCommits, OfOneHost, Unshared):
    """One database in memory. It is nobody's file, and no other process sees it."""

    def __init__(self) -> None:
        self.name = "a toy"
        self.dialect = Dialect(row_id="_rowid_", greatest="greatest", now="0")
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.create_function("greatest", -1, max, deterministic=True)

    def copy_from(self, other: ToyEngine) -> None:
        """Take over all rows of another one."""
        other._connection.backup(self._connection)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def unit_of_work(self) -> AbstractContextManager[None]:
        return self.unit_with(None)

    @contextmanager
    def unit_with(self, given: T) -> Iterator[T]:
        with self._lock:
            if self.in_transaction:
                yield given
                return
            self._run("BEGIN", ())
            try:
                yield given
            except BaseException:
                self._run("ROLLBACK", ())
                raise
            self._run("COMMIT", ())

    def require_unit(self) -> None:
        if not self.in_transaction:
            raise RuntimeError("a change outside a unit of work")

    def _run(self, sql: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(named(sql), by_name(values))
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The rows cannot be used now ({error}).") from None

    def execute(self, sql: str, *values: object) -> int:
        with self._lock:
            self.require_unit()
            return self._run(sql, values).rowcount

    def returning(self, sql: str, *values: object) -> list[Row]:
        with self._lock:
            self.require_unit()
            return self.rows(sql, *values)

    def insert(self, sql: str, *values: object) -> int:
        return int(next(iter(self.returning(sql, *values)[0].values())))

    def rows(self, sql: str, *values: object) -> list[Row]:
        with self._lock:
            cursor = self._run(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, sql: str, *values: object) -> Row | None:
        return next(iter(self.rows(sql, *values)), None)

    def tuples(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._run(sql, values).fetchall()

    def where(
        self, table: str, condition: str, values: Iterable[str | int | None], *, order_by: str, limit: int
    ) -> list[Row]:
        sql = " ".join(("SELECT * FROM", table, "WHERE", condition, "ORDER BY", order_by, "LIMIT +?"))
        return self.rows(sql, *values, limit)

    def has_table(self, name: str) -> bool:
        return bool(self.tuples("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", name))

    def version(self) -> tuple[int, int] | None:
        return None if self.in_transaction else (0, self._connection.total_changes)

    def displaced(self) -> None:
        return None

    def lost(self) -> None:
        return None

    def size(self) -> int:
        return 0

    def write_anew(self) -> None:
        """Nothing of what was changed is kept."""

    def copy_to(self, target: Path, *, after_step: Callable[[Path], None]) -> None:
        """A toy is not kept. Raises StoreUnavailable."""
        raise StoreUnavailable(f"A toy is not copied to {target}, and so {after_step} hears of nothing.")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
