"""Parts of SQL that follow a collection, so that its marks and its values are never of different numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sized


def placeholders(values: Sized) -> str:
    """A mark for each value, as `IN (…)` takes them. For none it is empty, which SQLite takes as well."""
    return ", ".join("?" * len(values))


def assignments(columns: Iterable[str]) -> str:
    """Each column takes a value of its own, and stays as it is where that is NULL."""
    return ", ".join(f"{column} = COALESCE(?, {column})" for column in columns)
