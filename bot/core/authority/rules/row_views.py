"""The rows of a policy table as people read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.core.authority.rules.rule_table import DAYS, OfficeHours, RuleRow
from bot.plugin import Text


def write_hours(hours: OfficeHours) -> str:
    """Write office hours as a table has them."""
    first, last = DAYS[hours.days[0]], DAYS[hours.days[-1]]
    days = first if first == last else f"{first}-{last}"
    return f"{days} {_write_time(hours.opens)}-{_write_time(hours.closes)}"


def _write_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


_WRITERS: Mapping[str, Callable[[Any], Text]] = {
    "refuse": lambda value: str(value).lower(),
    "break_glass": lambda value: str(value).lower(),
    "quorum": str,
    "hours": lambda value: ", ".join(map(write_hours, value)),
}
_NOT_SHOWN = ("name", "line")


def list_fields(row: RuleRow) -> Iterator[tuple[str, Text]]:
    """Each key that a row has, with its value."""
    empty = RuleRow(name=row.name)
    for key in row.__dataclass_fields__:
        value = getattr(row, key)
        if key not in _NOT_SHOWN and value != getattr(empty, key):
            text = value if isinstance(value, str) else ""
            yield key, _WRITERS[key](value) if key in _WRITERS else text or ", ".join(map(str, value))


def describe_row(row: RuleRow) -> str:
    """One row on one line, by its keys."""
    return "; ".join(f"{key}: {value}" for key, value in list_fields(row))
