"""A word that is written into a line by `quote` is read as the same word, and stands in marks only where it has to."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.bot_errors import WordsError
from bot.core.parsing.characters import CLOSING, drop_invisible
from bot.core.parsing.tokenizer import join_words, split_words
from bot.plugin import quote
from bot.plugin.quoting import DASHES, QUOTES, correct_option, is_blank
from tests.tables.rows import each_row

BLANKS = [char for char in map(chr, range(0x3001)) if is_blank(char)]
WRITTEN = {
    "myconnector": "myconnector",
    "старый": "старый",
    "Größe": "Größe",
    "番号": "番号",
    "это—он": "это—он",
    "–5": "–5",
    "it's": "it's",
    "l’été": "l’été",
    "a»b": "a»b",
    "https://x.example/?a=1&b=%20": "https://x.example/?a=1&b=%20",
    "--name=": "--name=",
    "$HOME;rm|*": "$HOME;rm|*",
    "": '""',
    "старый номер": '"старый номер"',
    "a\u3000b": '"a\u3000b"',
    "«старый»": '"«старый»"',
    "’tis": '"’tis"',
    'say "hi"': "'say \"hi\"'",
    "C:\\new": "'C:\\new'",
    'it\'s "so"': '"it\'s \\"so\\""',
    "a`": '"a`"',
    "<https://x.example>": '"<https://x.example>"',
    "—name": '"—name"',
    "--Name=x": '"--Name=x"',
    "--reason=старый номер": '--reason="старый номер"',
    "--reason=старый": "--reason=старый",
    "--reason=«x»": '--reason="«x»"',
}


@each_row(("word", "written"), WRITTEN.items())
def test_a_word_stands_in_quotation_marks_only_where_it_would_be_read_otherwise(word: str, written: str) -> None:
    assert quote(word) == written


wild = st.text(
    st.sampled_from([*'ab =\\<>"`|-Nж', *QUOTES, *CLOSING, *DASHES, *BLANKS, "\u200d", "\U0001f600"]), max_size=9
)
words = (
    st.text()
    | wild
    | st.builds("".join, st.tuples(st.sampled_from(["--name=", "—name=", "--Name=", "<https://"]), wild))
).map(drop_invisible)


@given(words)
def test_any_word_is_read_as_itself_wherever_it_stands_in_a_line(word: str) -> None:
    for line in (f"x {quote(word)}", f"x {quote(word)} y", f"x a {quote(word)} {quote(word)}"):
        read = split_words(line)
        assert read[1:] in ([word], [word, "y"], ["a", word, word])
        assert len(read) == len(split_words(line.replace(quote(word), "z")))


@given(words)
@example("’")
@example("it's")
def test_what_stands_in_quotation_marks_would_be_read_otherwise_somewhere_without(word: str) -> None:
    """A mark that begins a word may be closed by one that a later word brings."""
    if quote(word) != word:
        lines = [f"x {word} y", *(f"x {word} y{closer}" for closer in CLOSING)]
        assert not all(_reads_as(line, word) for line in lines)
    else:
        assert _reads_as(f"x {word} y", word)


def _reads_as(line: str, word: str) -> bool:
    try:
        return split_words(line)[1:2] == [word]
    except WordsError:
        return False


@given(st.lists(words, max_size=5))
def test_a_line_of_any_words_is_read_as_these_words(several: list[str]) -> None:
    assert split_words(join_words(["x", *several])) == ["x", *several]


@each_row("char", sorted({*QUOTES, *CLOSING, *DASHES, *BLANKS}))
def test_every_character_of_the_tables_survives_at_every_place_of_a_word(char: str) -> None:
    for word in (char, f"{char}a", f"a{char}", f"a{char}b", f"a {char} b", f"{char}a b{char}", f"--x={char}", char * 2):
        assert split_words(f"x {quote(word)} y") == ["x", word, "y"]
        assert split_words(f"x --reason {quote(word)}") == ["x", "--reason", word]
        assert split_words(f"x {quote(f'--reason={word}')}") == ["x", f"--reason={word}"]
        assert correct_option(quote(word)) == quote(word)
