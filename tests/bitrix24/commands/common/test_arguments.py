"""What people type of customers, chats and files: kept exactly, or refused with what is wrong and where."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import BadArgument
from plugins.bitrix24.commands.common import arguments
from plugins.bitrix24.commands.common.arguments import (
    file_of,
    parse_email,
    parse_files,
    parse_last_name,
    parse_number,
    parse_phone,
    parse_text,
    parse_url,
)
from tests.language.english import en
from tests.tables.rows import each_row

an_id = arguments.an_id("chat").parse

GOOD: list[tuple[Callable[[str], object], str]] = [
    (an_id, "79005554433"),
    (an_id, "User-7|Å.B c"),
    (an_id, "00"),
    (an_id, "x" * 255),
    (parse_text, "Hello\nthere\t!"),
    (parse_text, "00"),
    (parse_last_name, "O'Neill-Ångström"),
    (parse_last_name, "Иванова Петрова"),
    (parse_last_name, "देव"),
    (parse_last_name, "x" * 25),
    (parse_email, "eve@shop.example"),
    (parse_phone, "+7 (900) 555-44-33"),
    (parse_phone, "12345"),
    (parse_url, "https://shop.example:8443/chats/1?a=b#c"),
    (parse_url, "HTTP://shop.example"),
]


@each_row(("parse", "word"), GOOD)
def test_what_is_right_is_kept_letter_by_letter(parse: Callable[[str], object], word: str) -> None:
    assert parse(word) == word


BAD: list[tuple[Callable[[str], object], str, str]] = [
    (an_id, "", "The value is empty"),
    (an_id, "   ", "The value is empty"),
    (an_id, " 7", "begins or ends with a space"),
    (an_id, "7\u200b", "an invisible character (ZERO WIDTH SPACE)"),
    (an_id, "7\n8", "an invisible character (U+000A)"),
    (an_id, "0", "The portal treats this value as empty"),
    (an_id, "x" * 256, "has 256 characters; the maximum is 255"),
    (parse_text, " \n", "treats this value as empty"),
    (parse_text, "0", "treats this value as empty"),
    (parse_last_name, "x" * 26, "has 26 characters; the maximum is 25"),
    (parse_last_name, "Smith3", "“3” at position 6 is not allowed"),
    (parse_last_name, "Smith.", "“.” at position 6 is not allowed"),
    (parse_last_name, "a\u202eb", "The invisible character at position 2 is not allowed"),
    (parse_last_name, "", "The value is empty"),
    (parse_email, "eve", "Write the value like eve@shop.example"),
    (parse_email, "eve@shop", "Write the value like"),
    (parse_email, "e ve@shop.example", "Write the value like"),
    (parse_email, "a@b@shop.example", "Write the value like"),
    (parse_phone, "1234", "5 to 15 digits"),
    (parse_phone, "1" * 16, "5 to 15 digits"),
    (parse_phone, "12345x", "5 to 15 digits"),
    (parse_phone, "١٢٣٤٥٦", "5 to 15 digits"),
    (parse_url, "shop.example/x", "not a complete http or https address"),
    (parse_url, "ftp://shop.example/x", "not a complete http or https address"),
    (parse_url, "javascript:alert(1)", "not a complete http or https address"),
    (parse_url, "https://", "not a complete http or https address"),
    (parse_url, "https://[::1", "not a complete http or https address"),
    (parse_url, "https://shop.example/a b", "contains a space"),
    (parse_url, "https://shop.example/" + "x" * 2_000, "the maximum is 2,000"),
    (parse_files, " ", "The value is empty"),
    (parse_files, "https://a.example/1 ftp://a.example/2", "not a complete http or https address"),
    (parse_files, " ".join(["https://a.example/1"] * 11), "11 files were given; a message takes at most 10"),
    (parse_number, "0", "not a whole number above 0"),
    (parse_number, "-1", "not a whole number above 0"),
    (parse_number, "١", "not a whole number above 0"),
    (parse_number, "9" * 5_000, "not a whole number above 0"),
    (parse_number, "1.5", "not a whole number above 0"),
]


@each_row(("parse", "word", "why"), BAD)
def test_what_is_wrong_is_refused_with_what_is_wrong_and_quoted_short(
    parse: Callable[[str], object], word: str, why: str
) -> None:
    with pytest.raises(BadArgument) as caught:
        parse(word)
    assert why in en(caught.value.sentence)
    assert en(caught.value.sentence).isprintable()
    assert len(en(caught.value.sentence)) < 200


def test_a_password_in_an_address_is_refused_without_being_repeated() -> None:
    with pytest.raises(BadArgument) as caught:
        parse_url("https://eve:canary@shop.example/")
    assert "canary" not in en(caught.value.sentence) + en(caught.value.hint)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/b/photo%201.jpg?x=1#y", "photo 1.jpg"),
        ("https://a.example/b/", "file"),
        ("https://a.example", "file"),
        ("https://a.example/%00%0a", "file"),
        ("https://a.example/" + "x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_file_is_named_after_the_end_of_its_address(url: str, name: str) -> None:
    assert file_of(url) == {"url": url, "name": name}


def test_files_are_several_addresses_with_blanks_between_them() -> None:
    assert parse_files("https://a.example/1  https://a.example/2") == ("https://a.example/1", "https://a.example/2")
