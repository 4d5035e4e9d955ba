"""The part that `scripts/test` runs of tests with very many rows or examples; `scripts/test --all` runs all of them.

A test that has one rule for many rows may have `@pytest.mark.sampled(every)`: the specification runs one row of
`every`. Where the rows cross tables, take a number that divides the length of none: each name still has its turn.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

import pytest

QUICK = os.environ.get("B24BOT_QUICK_TESTS") == "1"


def fewer(number: int, quick: int) -> int:
    """How many examples this run takes."""
    return quick if QUICK else number


def split_rows(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests that this run takes, and the rows that it leaves to `scripts/test --all`."""
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    seen: Counter[str] = Counter()
    for item in items:
        sampled = item.get_closest_marker("sampled") if QUICK else None
        if sampled is None:
            taken.append(item)
            continue
        function = item.nodeid.partition("[")[0]
        (taken if seen[function] % sampled.args[0] == 0 else left).append(item)
        seen[function] += 1
    return taken, left
