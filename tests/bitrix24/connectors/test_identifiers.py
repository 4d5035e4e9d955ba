"""A connector id is lower-cased, of letters, digits and _, and what is wrong with any other is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plugin import BadArgument
from plugins.bitrix24.connectors import identifiers
from tests.language.english import en
from tests.tables.rows import each_row


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("myconnector", "myconnector"), ("MyConn_2", "myconn_2"), ("_", "_"), ("0", "0"), ("A" * 64, "a" * 64)],
)
def test_a_good_id_is_kept_in_small_letters(typed: str, kept: str) -> None:
    assert identifiers.parse(typed) == kept


@each_row(
    ("typed", "why", "meant"),
    [
        ("", "is missing", ""),
        ("my.connector", "it has a dot at position 3", ""),
        ("my connector", "it has a space at position 3", ""),
        (" myconnector", "it has a space at position 1", ""),
        ("my-connector", "it has a hyphen at position 3", ""),
        ("my\u00a0connector", "it has a no-break space at position 3", ""),
        ("my\u200bconnector", "it has an invisible zero-width space at position 3", ""),
        ("my\u202econnector", "an invisible character at position 3 is not allowed (RIGHT-TO-LEFT OVERRIDE)", ""),
        ("my\x07", "an invisible character at position 3 is not allowed (U+0007)", ""),
        (
            "myсonnector",
            "“с” at position 3 looks like the Latin “c” but is another character, CYRILLIC SMALL LETTER ES",
            "myconnector",
        ),
        (
            "МYCONN",
            "“М” at position 1 looks like the Latin “m” but is another character, CYRILLIC CAPITAL LETTER EM",
            "myconn",
        ),
        (
            "myοnnector",
            "“ο” at position 3 looks like the Latin “o” but is another character, GREEK SMALL LETTER OMICRON",
            "myonnector",
        ),
        ("ｍyconn", "looks like the Latin “m” but is another character, FULLWIDTH LATIN SMALL LETTER M", "myconn"),
        ("my\u212aonn", "looks like the Latin “k” but is another character, KELVIN SIGN", "mykonn"),
        ("conn\u0661", "at position 5 is not allowed (ARABIC-INDIC DIGIT ONE)", ""),
        ("коннектор", "“к” at position 1 looks like the Latin “k”", ""),
        ("myжonn", "“ж” at position 3 is not allowed (CYRILLIC SMALL LETTER ZHE)", ""),
        ("my\U0001f600", "at position 3 is not allowed (GRINNING FACE)", ""),
        ("$result[a]", "“$” at position 1 is not allowed (DOLLAR SIGN)", ""),
        ("a" * 65, "it has 65 characters", ""),
        ("a" * 4000, "it has 4,000 characters", ""),
        ("й" * 4000, "“й” at position 1 is not allowed", ""),
    ],
)
def test_a_wrong_id_is_refused_with_what_is_wrong_and_where(typed: str, why: str, meant: str) -> None:
    with pytest.raises(BadArgument) as caught:
        identifiers.parse(typed)
    assert why in en(caught.value.sentence)
    assert len(en(caught.value.sentence)) < 300
    assert en(identifiers.RULE) in en(caught.value.hint)
    assert (f"Did you mean “{meant}”?" in en(caught.value.hint)) is bool(meant)


@given(st.text(max_size=80))
def test_whatever_is_accepted_keeps_the_rule(word: str) -> None:
    try:
        kept = identifiers.parse(word)
    except BadArgument:
        return
    assert 0 < len(kept) <= identifiers.LONGEST
    assert set(kept) <= identifiers.ALLOWED
    assert kept == word.lower()


def test_every_look_alike_leads_to_an_allowed_letter_and_is_none_itself() -> None:
    for char, latin in identifiers.LOOKS_LIKE.items():
        assert latin in identifiers.ALLOWED
        assert not char.isascii()


def test_a_near_miss_is_suggested_and_nothing_far_fetched() -> None:
    known = ["livechat", "myconnector", "myconnector2"]
    assert identifiers.suggest("myconector", known) == "myconnector"
    assert identifiers.suggest("zzz", known) == ""
    assert identifiers.suggest("zzz", []) == ""
