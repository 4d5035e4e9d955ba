"""Anything that can be typed is read or refused in the bot's own words, and what was read reads the same again."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import pytest

from bot.core.parsing.invocation import LONGEST_LINE, Invocation, Understood, read_line, understand
from bot.plugin import PluginError
from tests.core.shop import COMMANDS
from tests.language.english import en
from tests.long.form import sized

LINES = sized(25_000, 5_000_000)
"""Of each of two kinds."""
SHARDS = 4
COMPILER = str(Path(re.__file__).parent)
PIECES = (
    *("connector", "remove", "register", "message send", "send", "shop", "help", "portal", "status", "conector", "lst"),
    *(
        "--line",
        "--reason",
        "--dry-run",
        "--place",
        "--quiet",
        "--line=3",
        "--icon-colour",
        "--",
        "-",
        "—line",
        "=",
        "3",
    ),
    *('"', "'", "\\", "`", "“", "”", "‘", "„", " ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u2007"),
    *("<http://x|x>", "<https://y>", "<", ">", "|", "http://y", "<@U1|anna>", "\ue000", "\ue001", "\x00", "\ud800"),
    *("«", "»", "「", "」", "‹", "’", "„", "″", "–", "−", "‑", "\u202f", "\u3000", "\u200d", "=“", "'s", "\u2800"),
    *("\u200b", "\u202e", "\u2066", "\ufeff", "а", "é", "🙂", "٣", "𝟛", "ﬀ", "%s", "{}", "';--", "\x1b[31m"),
)
WORD_CHARACTERS = "abcXYZ019_-=.,;:!?$&*()[]{}#~^+/\\'\" %@é🙂а"
"""What a word may hold and keep: nothing that is cleaned away, though all that has to be quoted."""
BEGINNINGS = (
    "",
    "connector remove ",
    "connector register ",
    "message send ",
    "help ",
    "connector register a --line 3 ",
)


def typed(chance: Random) -> str:
    """A line as nobody would type it, often with a command at its beginning."""
    pieces = chance.choices(PIECES, k=chance.randrange(10))
    if chance.random() < 0.2:
        pieces.append(chr(chance.randrange(0x11_0000)))
    if chance.random() < 0.001:
        pieces *= chance.randrange(1, 500)
    return chance.choice(BEGINNINGS) + chance.choice(("", " ")).join(pieces)


def read(text: str) -> Understood | PluginError:
    """What is read in a line, or what it is refused with; anything else that is raised is a fault."""
    try:
        return understand(COMMANDS, text)
    except PluginError as error:
        return error


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_is_typed_is_read_the_same_again_or_refused_in_words(shard: int) -> None:
    chance = Random(f"typed {shard}")
    met: Counter[str] = Counter()
    for _ in range(LINES // SHARDS):
        line = typed(chance)
        found = read(line)
        met[type(found).__name__] += 1
        if isinstance(found, PluginError):
            assert found.sentence, line
            assert en(found.sentence).isprintable() or not line.isprintable(), (line, found.sentence)
            continue
        again = read(found.invocation.line)
        assert isinstance(again, Understood), (line, found.invocation.line, again)
        assert (again.invocation.path, again.invocation.words) == (found.invocation.path, found.invocation.words), line
        assert again.arguments == found.arguments, line
        assert not read_line(found.invocation.line), line
    assert met.total() == LINES // SHARDS
    assert min(met[kind] for kind in ("Understood", "WordsError", "BadArgument")) > met.total() // 100, met


def word(chance: Random) -> str:
    characters = "".join(chance.choices(WORD_CHARACTERS, k=chance.randrange(9)))
    return f"x{characters}" if characters.startswith("-") else characters


@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_is_rendered_reads_as_what_it_was(shard: int) -> None:
    chance = Random(f"rendered {shard}")
    for _ in range(LINES // SHARDS):
        meant = Invocation(path="message send", words=tuple(word(chance) for _ in range(chance.randrange(1, 5))))
        found = read(meant.line)
        assert isinstance(found, Understood), (meant, found)
        assert found.invocation == meant


def work_of(text: str) -> int:
    """The lines of Python that reading takes, in the parser and in what it calls.

    To compile a pattern is not counted: the first line that needs the pattern does it for all that follow.
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename.startswith(COMPILER):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", [*PIECES, "a ", "' ", '"" ', "\\ ", "--x=1 ", "--place x ", "<http://x> ", "'\"'\"'"])
def test_a_line_twice_as_long_takes_about_twice_the_work(piece: str) -> None:
    """Counted in lines of code, not in time. A square would take four times the work."""
    for beginning in BEGINNINGS:
        times = 2 * (450 // len(piece))
        short, long = beginning + piece * times, beginning + piece * 2 * times
        assert work_of(long) <= 2.6 * work_of(short) + 200, (beginning, piece)


@pytest.mark.parametrize("length", [LONGEST_LINE, LONGEST_LINE + 1, 10 * LONGEST_LINE])
def test_the_longest_line_is_read_and_a_longer_one_is_not_looked_at(length: int) -> None:
    line = "message send " + "a" * (length - len("message send "))
    found = read(line)
    assert isinstance(found, Understood) is (length == LONGEST_LINE)
    assert length == LONGEST_LINE or work_of(line) < 50
