"""The part that `scripts/test` runs of the tests with rows or examples; `scripts/test --all` runs all of them.

Of a table the specification runs `ROWS` rows, spread over the table. A test that has one rule for many rows may say
with `@pytest.mark.sampled(every)` that one row of `every` is run. Where the rows cross tables, take a number that
divides the length of none: each name still has its turn.

A test on a PostgreSQL server costs the server as much as the test: of each folder of `tests`, the specification runs
one of `ON_A_SERVER` of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

QUICK = os.environ.get("B24BOT_QUICK_TESTS") == "1"
TESTS = Path(__file__).parents[1]
ROWS = 2
ON_A_SERVER = 8


def fewer(number: int, quick: int) -> int:
    """How many examples this run takes."""
    return quick if QUICK else number


def split_rows(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests that this run takes, and the rows that it leaves to `scripts/test --all`."""
    if not QUICK:
        return list(items), []
    tables = [_table_of(item) for item in items]
    sizes, seen = Counter(tables), Counter[str]()
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item, table in zip(items, tables, strict=True):
        step = _step(item) or max(1.0, sizes[table] / ROWS)
        (taken if begins_step(seen[table], step) else left).append(item)
        seen[table] += 1
    return taken, left


def begins_step(number: int, step: float) -> bool:
    """Whether a row, counted from 0, is the first one of the next `step` rows."""
    return number // step > (number - 1) // step


def _table_of(item: pytest.Item) -> str:
    """A name that the tests share of which a part is run."""
    if _is_on_server(item):
        return f"on a server: {item.path.relative_to(TESTS).parts[0]}"
    return item.nodeid.partition("[")[0]


def _step(item: pytest.Item) -> float:
    """Of how many tests one is run, where that does not follow from the length of the table; else 0."""
    if _is_on_server(item):
        return ON_A_SERVER
    marked = item.get_closest_marker("sampled")
    return float(marked.args[0]) if marked else 0.0


def _is_on_server(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or item.get_closest_marker("sampled"):
        return False
    rows = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "postgres_server" in item.fixturenames or "postgres" in rows
