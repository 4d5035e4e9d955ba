"""How much a long test does: its short form with `scripts/test --all`, its long form with `scripts/test --long`."""

from __future__ import annotations

import os

LONG = os.environ.get("B24BOT_LONG_TESTS") == "1"


def sized(short: int, long: int) -> int:
    """The number that this run takes."""
    return long if LONG else short
