"""Parts of SQL that follow a collection, so that its marks and its values are never of different numbers.

A value behind LIMIT is written `LIMIT +?`. SQLite plans by the value of a bare `LIMIT ?`, so it would compile the
statement anew each time a value is bound, which takes longer than most of our questions do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized


def placeholders(values: Sized) -> str:
    """Make a mark for each value, as `IN (…)` takes them. Raises ValueError for none: few engines know `IN ()`."""
    if not values:
        raise ValueError("no values to look among")
    return ", ".join("?" * len(values))


def assignments(columns: Iterable[str]) -> str:
    """Each column takes a value of its own, and stays as it is where that is NULL."""
    return ", ".join(f"{column} = COALESCE(?, {column})" for column in columns)


def newest_of(branch: str, kinds: Sequence[object], key: str) -> str:
    """A query for the highest keys that the branch finds for any of these kinds, whose values it takes one by one.

    The last value is how many keys. The branch has to read them in the order of an index: the branches are merged, so
    none is read further than the keys that are wanted.
    """
    return " ".join((" UNION ALL ".join([branch] * len(kinds)), "ORDER BY", key, "DESC LIMIT +?"))
