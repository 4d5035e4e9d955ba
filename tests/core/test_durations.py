"""Durations: a number with its unit, and nothing else."""

from __future__ import annotations

import pytest

from bot.core.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [("250ms", 250), ("90s", 90_000), ("15m", 900_000), ("1h", 3_600_000), (" 2 D ", 172_800_000), ("60M", 3_600_000)],
)
def test_a_duration_is_a_number_with_its_unit(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["0s", "0", "60", "1.5h", "-1h", "h", "1 week", "1h30m", "٣h", "9999999s", "1h\n2h"])
def test_what_is_not_a_duration_is_none(text: str) -> None:
    assert parse_duration(text) == 0
