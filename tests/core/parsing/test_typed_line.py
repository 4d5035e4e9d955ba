"""A text at the end of a line is taken as typed. Where quotation marks were forgotten, the line meant is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.bot_errors import WordsError
from bot.core.parsing.characters import CLOSING, drop_invisible
from bot.core.parsing.invocation import read_line, recognize, understand
from bot.core.parsing.recorded_line import make_recorded_line
from bot.plugin import PluginError, Reply, quote
from bot.plugin.quoting import QUOTES, is_blank
from tests.core.shop import COMMANDS
from tests.language.english import en
from tests.tables.rows import each_row

TEXTS = {
    # what stands behind `message say shop`: the text that arrives
    "the bridge is down": "the bridge is down",
    '"the bridge is down"': "the bridge is down",
    "«the bridge is down»": "the bridge is down",
    'the bridge to "WhatsApp EU" is down': 'the bridge to "WhatsApp EU" is down',
    "мост «WhatsApp»  не работает": "мост «WhatsApp»  не работает",
    "„Brücke“ und „Tunnel“": "„Brücke“ und „Tunnel“",
    '"old" and "new"': '"old" and "new"',
    "a\u202f% and\u3000b": "a\u202f% and\u3000b",
    "see C:\\new\\table": "see C:\\new\\table",
    "it's 5\" wide": "it's 5\" wide",
    "it ends with \\": "it ends with \\",
    "it is “left open": "it is “left open",
    "run `ls` there": "run `ls` there",
    "9–17 h — closed": "9–17 h — closed",
    "see <https://x.example/a> now": "see https://x.example/a now",
    "ask <@U1234|anna>, or <@U5678>": "ask @anna, or @U5678",
    "down -- see below": "down -- see below",
    "-- see below": "-- see below",
    '"--loud is too loud"': "--loud is too loud",
    # Options are taken out of it wherever they stand.
    'the "old" one --reason "a b"': 'the "old" one',
    'the "old" one —reason=«a b» --dry-run': 'the "old" one',
    '--by Olga the "old"  one': 'the "old"  one',
    'the "old" --loud  "new" one': 'the "old" "new" one',
    "the old one --place eu is down": "the old one is down",
}


def said(line: str) -> str:
    understood = understand(COMMANDS, line)
    answer = understood.command.answer(None, understood.arguments)
    assert isinstance(answer, Reply)
    return en(answer.title)


@each_row(("typed", "text"), TEXTS.items())
def test_a_text_at_the_end_of_a_line_is_taken_as_typed(typed: str, text: str) -> None:
    understood = understand(COMMANDS, f"message say shop {typed}")
    assert understood.arguments["text"] == [text]
    assert said(f"message say shop {typed}") == text
    # And so it is read again when the request that was approved is planned anew.
    assert understand(COMMANDS, understood.invocation.line).arguments == understood.arguments


plain = st.text(
    st.sampled_from([*"ab .,!", *QUOTES, *CLOSING, "\u3000", "\u202f", "ж", "\\", "–", "\U0001f600"]),
    max_size=20,
)


@given(plain)
@example('"a')
@example("’a’ b")
@example("\\`")
def test_nothing_that_was_meant_is_changed_in_a_text(text: str) -> None:
    """But for one pair of quotation marks around all of it, and blanks before and behind."""
    typed = re.sub("–(?=[a-zA-Z])", "", drop_invisible(text))  # Such a word names an option.
    blanks = "".join(filter(is_blank, typed))
    kept = typed.strip(blanks)
    try:
        words = understand(COMMANDS, f"message say shop {typed}").arguments["text"]
    except PluginError:
        pytest.fail("a text was refused")
    (read,) = words or [""]
    # A tick that stands alone at an end is left over from a paste.
    assert read in (kept, kept.strip(blanks + "`")) or (kept[:1] in QUOTES and read in kept)
    assert understand(COMMANDS, f"message say shop {quote(typed)}").arguments["text"] == [typed]


def test_a_quotation_that_is_left_open_before_the_text_is_an_error_still() -> None:
    for line in ('message say "shop the bridge', 'message say shop down --reason "old', 'mesage say shop "so'):
        with pytest.raises(WordsError, match=r"typed\.double_quotation_open"):
            understand(COMMANDS, line)


def test_the_record_and_the_answer_show_a_text_as_typed() -> None:
    line = "message say shop the “old”  bridge --reason «x y»"
    assert make_recorded_line(line, commands=COMMANDS) == 'message say shop "the “old” bridge" --reason "x y"'
    assert read_line(line, COMMANDS) == 'message say shop "the “old”  bridge" --reason "x y"'
    assert read_line("message say shop the old bridge", COMMANDS) == ""
    assert read_line("mesage say «it»", COMMANDS) == "mesage say it"
    assert read_line("message say shop it's", COMMANDS) == ""
    assert read_line("message  say shop it's", COMMANDS) == "message say shop it's"


MEANT = {
    # typed: what was meant
    "connector remove shop --reason old number": 'connector remove shop --reason "old number"',
    "connector remove --reason старый номер shop": 'connector remove --reason "старый номер" shop',
    "connector remove shop --reason=old number": 'connector remove shop --reason="old number"',
    "connector remove shop —reason the “old” number --dry-run": (
        'connector remove shop --reason "the “old” number" --dry-run'
    ),
    "connector register shop --line 3 --icon-colour dark blue green": (
        'connector register shop --line 3 --icon-colour "dark blue green"'
    ),
    "connector register shop Shop --line 3 --icon-colour dark blue --reason new one --quiet": (
        'connector register shop Shop --line 3 --icon-colour "dark blue" --reason "new one" --quiet'
    ),
    "message say shop the  bridge --by Olga Petrova": 'message say shop "the  bridge" --by "Olga Petrova"',
    "message say shop the bridge --reason=old number": 'message say shop "the bridge" --reason="old number"',
}


@pytest.mark.parametrize(("typed", "meant"), MEANT.items())
def test_words_that_an_options_value_leaves_over_are_answered_with_the_line_that_was_meant(
    typed: str, meant: str
) -> None:
    with pytest.raises(WordsError) as refused:
        understand(COMMANDS, typed)
    assert "between quotation marks" in en(refused.value.hint)
    assert refused.value.suggestion == meant
    understand(COMMANDS, meant)


@pytest.mark.parametrize(
    "typed",
    [
        "connector remove shop chat",
        "connector remove shop chat --reason old",
        "connector remove shop --place eu west",
        "connector remove shop --force --reason old number",
        "connector register shop Shop --line 3 4",
        "connector remove shop --dry-run now",
    ],
)
def test_no_line_is_offered_that_would_be_refused_too(typed: str) -> None:
    with pytest.raises(PluginError) as refused:
        understand(COMMANDS, typed)
    assert getattr(refused.value, "suggestion", "") == ""


def test_a_long_line_of_left_over_words_is_answered_in_a_moment() -> None:
    for line in ("connector remove --reason a " + "b " * 1_900, "connector remove " + "--reason a b " * 300):
        with pytest.raises(PluginError):
            understand(COMMANDS, line)


def test_of_an_option_that_stands_in_a_line_many_times_a_guess_is_made_once() -> None:
    read: list[list[str]] = []

    def refuse(words: list[str]) -> None:
        read.append(words)
        raise PluginError("no such line")

    line = recognize(COMMANDS, "connector remove " + "--reason a b " * 20)
    assert line.meant(refuse) == ""
    assert len(read) == 1


def test_which_text_a_word_behind_a_value_belongs_to_is_asked() -> None:
    with pytest.raises(WordsError, match=r"typed\.words_unclear .words: number now, option: --reason"):
        understand(COMMANDS, "message say shop the bridge --reason old number now")
