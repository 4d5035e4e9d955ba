"""A test over the rows of a table goes through all of them and names each that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables.rows import each_row


@pytest.fixture
def seen() -> list[str]:
    return []


def test_each_row_that_fails_is_named_and_the_others_are_tried_too() -> None:
    tried = []

    @each_row(("number", "most"), [(1, 2), (5, 2), (2, 2), (4, 3)])
    def rule(number: int, most: int) -> None:
        tried.append(number)
        assert number <= most

    with pytest.raises(ExceptionGroup) as failed:
        rule()
    assert tried == [1, 5, 2, 4]
    rows = [error.__notes__ for error in failed.value.exceptions]
    assert rows == [["row: {'number': 5, 'most': 2}"], ["row: {'number': 4, 'most': 3}"]]


def test_what_a_test_fails_itself_counts_as_well() -> None:
    @each_row("word", ["good", "bad"])
    def rule(word: str) -> None:
        if word == "bad":
            pytest.fail("it is bad")

    with pytest.raises(BaseExceptionGroup):
        rule()


@each_row("first", "ab")
@each_row("second", "xy")
def test_two_tables_are_crossed_and_a_fixture_is_shared(
    first: str, second: str, seen: list[str], tmp_path: Path
) -> None:
    seen.append(first + second)
    assert tmp_path.is_dir()
    assert seen == ["ax", "ay", "bx", "by"][: len(seen)]
