"""Moments and lines as people read them."""

from __future__ import annotations

import pytest

from bot.core.text import capitalize_phrase, format_time, join_lines, one_line
from bot.plugin.quoting import is_blank


def test_a_moment_is_told_in_utc() -> None:
    assert format_time(1_772_373_900_000) == "2026-03-01 14:05 UTC"
    assert format_time(0) == "1970-01-01 00:00 UTC"


def test_line_breaks_and_runs_of_blanks_become_one_blank() -> None:
    assert one_line(" a\r\n b\u2028\tc ") == "a b c"


def test_a_blank_of_any_kind_is_one_and_no_other_character_is() -> None:
    for char in map(chr, range(0x10000)):
        assert one_line(f"a{char}b") == ("a b" if is_blank(char) or char.isspace() else f"a{char}b")


def test_what_somebody_typed_keeps_its_spaces_and_loses_its_line_breaks() -> None:
    assert join_lines(" it's  old\r\n\n  and \u2028broken ") == "it's  old and broken"


@pytest.mark.parametrize(
    ("phrase", "shown"), [("its name", "Its name"), ("client_id of it", "client_id of it"), ("имя", "Имя"), ("", "")]
)
def test_a_phrase_begins_a_sentence_and_a_name_stays(phrase: str, shown: str) -> None:
    assert capitalize_phrase(phrase) == shown
