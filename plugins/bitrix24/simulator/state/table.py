"""Rows under keys, with one revision counter for all tables: it tells whether a call changed anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Revision:
    """Counts changes of all tables that share it."""

    def __init__(self) -> None:
        self.number = 0


class Table(Generic[K, V]):
    """Frozen rows under keys, in the order of their first appearance."""

    def __init__(self, revision: Revision) -> None:
        self._revision = revision
        self._rows: dict[K, V] = {}

    def put(self, key: K, row: V) -> V:
        """Store the row; an equal row already there is no change."""
        if key not in self._rows or self._rows[key] != row:
            self._rows[key] = row
            self._revision.number += 1
        return row

    def drop(self, key: K) -> V | None:
        row = self._rows.pop(key, None)
        if row is not None:
            self._revision.number += 1
        return row

    def __getitem__(self, key: K) -> V:
        return self._rows[key]

    def get(self, key: K) -> V | None:
        return self._rows.get(key)

    def where(self, wanted: Callable[[V], bool]) -> list[V]:
        return [row for row in self._rows.values() if wanted(row)]

    def drop_where(self, wanted: Callable[[V], bool]) -> list[V]:
        """Drop every row that is wanted; returns them."""
        keys = [key for key, row in self._rows.items() if wanted(row)]
        return [row for key in keys if (row := self.drop(key)) is not None]

    def rows(self) -> list[V]:
        return list(self._rows.values())

    def items(self) -> list[tuple[K, V]]:
        return list(self._rows.items())

    def clear(self) -> None:
        for key in list(self._rows):
            self.drop(key)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[K]:
        return iter(list(self._rows))

    def __len__(self) -> int:
        return len(self._rows)
