"""Names that people choose themselves: cleaned where they come in, and told apart where they are shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.person_names import NAME_MOST, clean_name, make_person_writer

OLGA, ANTON, OTHER = "T0001:U0001", "T0001:U0002", "T0002:U0001"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Olga Petrova", "Olga Petrova"),
        ("Ольга 🌸", "Ольга 🌸"),
        ("  Olga\r\nPetrova\t", "Olga Petrova"),
        ("Olga\u2028approved", "Olga approved"),
        ("\x1b[2JOlga\x07", "[2JOlga"),
        ("\u202eagLO\u202c\u200f", "agLO"),
        ("\ue000T0001:U0002\ue003", "T0001:U0002"),
        ("Olga\ud83d\x00", "Olga"),
        ("\u200b\u2060 ", ""),
        ("x" * 500, "x" * NAME_MOST),
    ],
)
def test_a_name_is_one_line_of_characters_that_are_seen(told: str, kept: str) -> None:
    assert clean_name(told) == kept


@given(st.text(alphabet=st.characters()))
def test_no_name_holds_a_control_character_or_a_mark_and_none_is_too_long(told: str) -> None:
    kept = clean_name(told)
    assert len(kept) <= NAME_MOST
    assert kept == kept.strip()
    assert [char for char in kept if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}] == []
    assert kept.encode().decode() == kept


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({OLGA: "Olga"}, "Olga"),
        ({OLGA: "Olga", ANTON: "Anton"}, "Olga"),
        ({}, OLGA),
        ({ANTON: "Anton"}, OLGA),
        ({OLGA: "Olga", ANTON: "Olga"}, f"Olga ({OLGA})"),
        ({OLGA: "Olga", OTHER: "ＯＬＧＡ"}, f"Olga ({OLGA})"),
        ({OLGA: ANTON}, f"{ANTON} ({OLGA})"),
        ({OLGA: "local:root"}, f"local:root ({OLGA})"),
        ({OLGA: "B24bot"}, f"B24bot ({OLGA})"),
        ({OLGA: "@anton"}, f"@anton ({OLGA})"),
    ],
)
def test_the_id_stands_beside_a_name_that_does_not_tell_who_it_is(names: dict[str, str], shown: str) -> None:
    assert make_person_writer(names)(OLGA) == shown


def test_an_account_of_the_host_and_one_without_a_team_are_shown_as_they_are() -> None:
    write = make_person_writer({OLGA: "Olga"})
    assert [write("local:root"), write("U0001")] == ["local:root", "@U0001"]
