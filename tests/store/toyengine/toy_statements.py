"""Statements of the bot as this engine takes them: each value has a name of its own."""

from __future__ import annotations

import re
from functools import cache

_MARK = re.compile(r"'[^']*'|\?(\d*)")
"""A text, in which nothing is a mark, or a mark."""


@cache
def named(sql: str) -> str:
    """Name the values of a statement `:v1`, `:v2` and so on."""
    count = 0

    def name(found: re.Match[str]) -> str:
        nonlocal count
        if not found[0].startswith("?"):
            return found[0]
        count += 1
        return f":v{found[1] or count}"

    return _MARK.sub(name, sql)


def by_name(values: tuple[object, ...]) -> dict[str, object]:
    return {f"v{number}": value for number, value in enumerate(values, start=1)}
