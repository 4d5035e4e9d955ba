"""The part that `scripts/test` runs of tests with very many rows or examples; `scripts/test --all` runs all of them.

A test that has one rule for many rows may have `@pytest.mark.sampled(every)`: the specification runs one row of
`every`. Where the rows cross tables, take a number that divides the length of none: each name still has its turn.

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
ON_A_SERVER = 8


def fewer(number: int, quick: int) -> int:
    """How many examples this run takes."""
    return quick if QUICK else number


def split_rows(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests that this run takes, and the rows that it leaves to `scripts/test --all`."""
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    seen: Counter[str] = Counter()
    for item in items:
        rows, every = _group_rows(item) if QUICK else ("", 1)
        (taken if seen[rows] % every == 0 else left).append(item)
        seen[rows] += 1
    return taken, left


def _group_rows(item: pytest.Item) -> tuple[str, int]:
    """Which tests are sampled together with this one, and of how many of them one is run."""
    if marked := item.get_closest_marker("sampled"):
        return item.nodeid.partition("[")[0], marked.args[0]
    if isinstance(item, pytest.Function) and _is_on_server(item):
        return f"on a server: {item.path.relative_to(TESTS).parts[0]}", ON_A_SERVER
    return "", 1


def _is_on_server(item: pytest.Function) -> bool:
    rows = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "postgres_server" in item.fixturenames or "postgres" in rows
