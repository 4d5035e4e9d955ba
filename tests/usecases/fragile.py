"""A database whose commits fail when they are told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bot.core.bot_errors import StoreUnavailable
from bot.store.engine.database import Database

T = TypeVar("T")


class FragileDatabase(Database):
    """Counts the commits; one for which `fails` says yes is undone and raises what a full disk raises."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, synchronous="OFF")
        self.commits = 0
        self.fails: Callable[[int], bool] = lambda number: False

    @contextmanager
    def unit_with(self, given: T) -> Iterator[T]:
        with self._lock:
            outermost = not self.in_transaction
            with super().unit_with(given):
                yield given
                if outermost:
                    self.commits += 1
                    if self.fails(self.commits):
                        raise StoreUnavailable("The database cannot be written now (planted).")
