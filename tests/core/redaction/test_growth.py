"""Text from outside costs work that grows with its length, and not with the square of it: one process serves all."""

from __future__ import annotations

import re

from bot.core.redaction.redactor import redact
from tests.core.growth import MOST, growth, patterns, pieces
from tests.tables.quick import fewer
from tests.tables.rows import each_row


def pattern_growth(pattern: re.Pattern[str], piece: str) -> float:
    return growth(lambda text: list(pattern.finditer(text)), piece)


def test_a_text_four_times_as_long_takes_a_pattern_about_four_times_the_work() -> None:
    each = [(name, pattern, piece) for name, pattern in patterns().items() for piece in pieces(pattern)]
    some = each[:: fewer(1, 4)]
    assert [(name, piece) for name, pattern, piece in some if pattern_growth(pattern, piece) >= MOST] == []


@each_row(
    "piece",
    [
        *("token=", "password ", 'password="', "code=", "key=", "://a", "‹5 characters›token=a ", "digest " + "0" * 32),
        *("token", "a_", "a.", "x-", "[]", "eyJ", "/rest/1/", "-----BEGIN PRIVATE KEY-----"),
    ],
)
def test_a_text_four_times_as_long_is_redacted_with_about_four_times_the_work(piece: str) -> None:
    assert growth(redact, piece) < MOST


def test_patterns_are_found_wherever_a_module_holds_them_and_a_square_is_seen() -> None:
    assert len(patterns()) > 100
    slow = re.compile("(?:token|key)=(?=[^ ]*x )")
    assert max(pattern_growth(slow, piece) for piece in pieces(slow)) > MOST
