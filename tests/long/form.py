"""How much a test does that has two forms: the short one always, the long one with `scripts/test --long`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import product

LONG = os.environ.get("B24BOT_LONG_TESTS") == "1"


def sized(short: int, long: int) -> int:
    """The number that this run takes."""
    return long if LONG else short


def paired(first: Sequence[str], second: Sequence[str], every: int) -> list[tuple[str, str]]:
    """Each name with each; in the short form one pair of `every`, with each name of both in some of them.

    Raises ValueError where there are too few names for that.
    """
    if every > min(len(first), len(second)):
        raise ValueError(f"one pair of {every} leaves names out")
    pairs = product(enumerate(first), enumerate(second))
    return [(one, other) for (row, one), (column, other) in pairs if LONG or (row + column) % every == 0]
