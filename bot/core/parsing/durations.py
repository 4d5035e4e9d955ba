"""Durations as people write them: 90s, 15m, 1h, 2d."""

from __future__ import annotations

import re

_DURATION = re.compile(r"\A([0-9]{1,6})\s*(ms|s|m|h|d)\Z")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_duration(text: str) -> int:
    """Read a duration, in milliseconds; 0 for what is none."""
    found = _DURATION.match(text.strip().lower())
    return int(found[1]) * _UNITS[found[2]] if found else 0
