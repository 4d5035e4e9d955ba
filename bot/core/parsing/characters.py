"""The quotation marks and invisible characters that phones, keyboards and pasting put into a line."""

from __future__ import annotations

import unicodedata
from functools import cache

from bot.core import mentions
from bot.plugin.quoting import QUOTES, is_blank

SINGLE = frozenset("'‘’‚‛‹›❛❜＇′´`")
CLOSING = frozenset("".join(QUOTES.values()))
QUOTE_MARKS = CLOSING | frozenset(QUOTES)
GUILLEMETS = frozenset("«»‹›")
"""Blanks inside them belong to the marks and not to what is quoted: « so »."""

_JOINERS = frozenset("\u200c\u200d\u200e\u200f")
"""They are part of words in some scripts and of emoji, and nothing but a trap beside a Latin letter."""
_TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))
"""They spell out the flag that they follow; elsewhere they would hide words."""


def closing_marks(opener: str) -> frozenset[str]:
    """Every mark of the same weight, single or double: keyboards mix them."""
    return CLOSING & SINGLE if opener in SINGLE else CLOSING - SINGLE


@cache
def _is_dropped(char: str) -> bool:
    """Control characters, changes of direction, zero-width ones, halves of characters: nobody typed them to be read."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs") and not is_blank(char)


def drop_invisible(text: str) -> str:
    """The text without what nobody sees, and without the bot's own marks.

    Joiners stay inside words and emoji that need them. Dropping again drops nothing more.
    """
    text = mentions.remove_marks(text)
    if text.isprintable():
        # Nothing in it is of the categories that are dropped.
        return text
    kept: list[str] = []
    for char in text:
        if not _is_dropped(char) or (kept and _is_joined(kept[-1], char)):
            kept.append(char)
    return "".join(kept)


def _is_joined(before: str, char: str) -> bool:
    if char in _TAGS:
        return before in _TAGS or _is_sign(before)
    joined = before in _JOINERS or before in _TAGS or unicodedata.category(before)[0] in "LM" or _is_sign(before)
    return char in _JOINERS and joined and not before.isascii() and not is_blank(before)


def _is_sign(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk") and char not in QUOTE_MARKS and not is_blank(char)
