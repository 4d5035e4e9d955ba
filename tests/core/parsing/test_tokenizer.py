"""What stands around typed words is read as meant, whatever the keyboard; what stands inside them stays as typed."""

from __future__ import annotations

import json
import shlex
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.bot_errors import WordsError
from bot.core.parsing import tokenizer
from bot.core.parsing.characters import closing_marks, drop_invisible
from bot.core.parsing.tokenizer import join_words, split_words
from bot.plugin.quoting import DASHES, QUOTES, correct_option, is_blank
from tests.language.english import en
from tests.tables.rows import each_row

LINES = [json.loads(line) for line in Path(__file__).with_name("phone_lines.jsonl").read_text("utf-8").splitlines()]
"""What people type on the phones of the world, and the words that they mean."""


@each_row("row", LINES)
def test_a_line_from_a_phone_keyboard_is_read_as_it_was_meant(row: dict[str, Any]) -> None:
    assert split_words(row["typed"]) == row["meant"]


def test_the_lines_are_a_hundred_in_five_languages_and_more() -> None:
    languages = {word for row in LINES for word in row["keyboard"].replace(",", " ").split()}
    assert len(LINES) >= 100
    assert {"en", "de", "fr", "ru", "uk"} <= languages


BLANKS = [char for char in map(chr, range(0x3001)) if unicodedata.category(char) == "Zs"]
INVISIBLE = ["\u200b", "\ufeff", "\u2060", "\u00ad", "\u202e", "\u2066", "\x00", "\x7f", "\ue000"]
PAIRS = [(opener, closer) for opener in QUOTES for closer in QUOTES[opener]]


@each_row("blank", [*BLANKS, "\t", "\n", "\u2028", "\u2800", "\u3164"])
def test_every_blank_separates_words_and_is_kept_inside_a_quotation(blank: str) -> None:
    assert split_words(f"{blank}a{blank}{blank}--b{blank}c{blank}") == ["a", "--b", "c"]
    assert split_words(f'"a{blank}b" x') == [f"a{blank}b", "x"]


@pytest.mark.parametrize("char", INVISIBLE, ids=ascii)
def test_what_nobody_sees_is_nothing_wherever_it_stands(char: str) -> None:
    assert split_words(f"{char}a{char}b {char}--c{char}=d{char} “{char}e f{char}”{char}") == ["ab", "--c=d", "e f"]


@each_row("dash", sorted(DASHES))
def test_every_dash_is_a_hyphen_before_and_in_an_options_name_and_itself_in_a_value(dash: str) -> None:
    assert split_words(f"x {dash}{dash}dry{dash}run") == ["x", "--dry-run"]
    assert split_words(f"x --reason=a{dash}b {dash}{dash}name=c{dash}d") == [
        "x",
        f"--reason=a{dash}b",
        f"--name=c{dash}d",
    ]
    for value in (f"a {dash} b", f"{dash}{dash}reason", f"{dash}Да", f"9{dash}17"):
        assert split_words(f'x --reason "{value}"') == ["x", "--reason", value]
    for value in (dash, f"{dash}Да", f"{dash}5", f"a{dash}b", f"a{dash}"):
        assert split_words(f"x --text {value} y") == ["x", "--text", value, "y"]


@each_row(("opener", "closer"), PAIRS)
def test_every_pair_of_quotation_marks_stands_around_a_value_an_options_value_and_a_line(
    opener: str, closer: str
) -> None:
    def quoted(text: str) -> str:
        return f"{opener}{text}{closer}"

    assert split_words(f"x {quoted('a b')} y {quoted('c')}") == ["x", "a b", "y", "c"]
    assert split_words(f"x --name={quoted('a b')} --name {quoted('c d')}") == ["x", "--name=a b", "--name", "c d"]
    assert split_words(quoted("x --name y")) == ["x", "--name", "y"]
    assert split_words(f"x {quoted('')} y") == (["x", "", "y"] if closer != "`" else ["x", "y"])
    if opener not in "\"'":
        assert split_words(f"x a{opener}b y") == ["x", f"a{opener}b", "y"]


@pytest.mark.parametrize(("outside", "end"), [('"', '"'), ("«", "»"), ("„", "“"), ("「", "」")])
def test_other_marks_inside_a_quotation_stay(outside: str, end: str) -> None:
    for opener, closer in PAIRS:
        value = f"a {opener}b{closer} c{opener}d"
        if not {opener, closer} & (closing_marks(outside) if outside == "„" else {outside, end}):
            assert split_words(f"x {outside}{value}{end} y") == ["x", value, "y"]
        assert split_words(f"x {shlex.quote(value)} y") == ["x", value, "y"]


@each_row("opener", [opener for opener in QUOTES if opener not in "’´`"])
def test_a_quotation_that_is_not_closed_is_an_error_that_names_the_mark(opener: str) -> None:
    with pytest.raises(WordsError) as refused:
        split_words(f"x {opener}a b")
    assert f"quotation mark ({opener}) is opened and not closed" in en(refused.value.sentence)


alphabet = st.text(
    st.sampled_from([*"ab -=,.`´", *QUOTES, *DASHES, *BLANKS, "ж", "é", "\U0001f600", "\\", "s"]), max_size=9
)
lines = st.lists(alphabet | st.sampled_from(["--name", "—name=", "“a b”", "«c»", "'d e'"]), max_size=6).map(" ".join)


def read(line: str) -> list[str] | None:
    try:
        return split_words(line)
    except WordsError:
        return None


@given(st.lists(alphabet, max_size=4))
def test_what_the_shell_quotes_is_read_exactly(words: list[str]) -> None:
    """Plans keep their line in that form. The word in front keeps it from being one quotation as a whole."""
    meant = [correct_option(word) if shlex.quote(word) == word else word for word in words]
    assert split_words(shlex.join(["x", *words])) == ["x", *meant]


@given(lines)
@example("‹ —name= ´")
def test_a_line_that_was_read_reads_the_same_when_it_is_shown_or_stored(line: str) -> None:
    words = read(line)
    if words is not None:
        assert split_words(f"x {shlex.join(words)}") == ["x", *words]
        assert split_words(f"x {join_words(words)}") == ["x", *words]


@given(lines)
def test_no_character_of_a_value_is_made_up_or_exchanged(line: str) -> None:
    """But for the dashes and capitals of an option's name, what is read stands in the line, in its order."""
    words = read(line)
    rest = iter(line)
    values = "".join(word.partition("=")[2] if word.startswith("--") else word for word in words or ())
    assert all(char in rest for char in values)


@given(st.lists(st.text("aZ9é=-–_.:/#%+!?;,&@", min_size=1), min_size=1).map(" ".join))
@example("connector list --PORTAL=prod")
def test_a_line_of_plain_words_is_read_as_when_a_quotation_stands_behind_it(line: str) -> None:
    """Most lines are plain and read in one step; a quotation has the same words read piece by piece."""
    assert tokenizer.tokenize(line).words == tokenizer.tokenize(f"{line} ''").words[:-1]


def test_blanks_are_those_of_every_script() -> None:
    assert all(map(is_blank, BLANKS))
    assert len(BLANKS) >= 17
    assert not any(map(is_blank, "a-«.ж_\u200d"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("«“'connector list'”»", ["connector list"]),
        ('connector show a="c d"', ["connector", "show", "a=c d"]),
        ('connector list --name "a\\"b «c"', ["connector", "list", "--name", 'a"b «c']),
        ("\"“'«connector list»'”\"", ["«connector list»"]),
    ],
)
def test_two_quotations_around_a_whole_line_are_taken_off_and_an_escaped_mark_closes_nothing(
    line: str, words: list[str]
) -> None:
    assert split_words(line) == words


def test_the_letters_of_a_flag_stay_together_and_stray_ones_are_dropped() -> None:
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e007f"
    assert drop_invisible(f"{flag} a\U000e0067b") == f"{flag} ab"
