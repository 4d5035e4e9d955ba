"""Durations as people write them: 90s, 15m, 1h, 2d, and in Russian 90с, 15м, 1ч, 2д."""

from __future__ import annotations

import re

from bot.plugin import BadArgument, Duration, Message

_DURATION = re.compile(r"\A([0-9]{1,6})\s*(ms|s|m|h|d|с|м|ч|д)\Z")
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_UNITS = {
    "ms": 1,
    "s": _SECOND,
    "m": _MINUTE,
    "h": _HOUR,
    "d": _DAY,
    "с": _SECOND,
    "м": _MINUTE,
    "ч": _HOUR,
    "д": _DAY,
}
SHORTEST_GRANT, LONGEST_GRANT = 10 * _MINUTE, 30 * _DAY


def parse_duration(text: str) -> int:
    """Read a duration, in milliseconds; 0 for what is none."""
    found = _DURATION.match(text.strip().lower())
    return int(found[1]) * _UNITS[found[2]] if found else 0


def parse_grant_length(text: str) -> int:
    """Read how long a role is to last, in milliseconds. Raises BadArgument for what is none, too short or too long."""
    length = parse_duration(text)
    if SHORTEST_GRANT <= length <= LONGEST_GRANT:
        return length
    wrong = (
        Message("typed.duration.unreadable", text=text) if not length else Message("typed.duration.range", text=text)
    )
    least, most = Duration(duration=SHORTEST_GRANT), Duration(duration=LONGEST_GRANT)
    raise BadArgument(wrong, hint=Message("typed.duration.hint", least=least, most=most))
