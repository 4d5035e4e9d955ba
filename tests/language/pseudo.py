"""The pseudo-language in tests: what of a text stands outside of every message."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from bot.core.redaction.secret_patterns import MARK

_WORD = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")
_MARKUP = re.compile(rf"<[^<>]*>|`[^`]*`|{MARK}")
"""Mentions, dates, lines to type and what stands for words that are not shown: they are the same in every language."""
_EDGES = "[](){}«»“”\"'‘’…,;:.!?·*_~>•&"


def find_unmarked(text: str, known: Iterable[str] = ()) -> list[str]:
    """The words of a text that are in no message, apart from `known` names and words of others.

    What has a digit, an underscore, a colon or a point inside is an id.
    """
    outside, depth = "", 0
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        outside += char if depth == 0 and char != "⟧" else " "
    plain = html.unescape(_MARKUP.sub("0", outside))
    for name in sorted(map(html.unescape, known), key=len, reverse=True):
        if name in plain:
            plain = re.sub(rf"(?<![\w:=-]){re.escape(name)}(?![\w-]|:\w)", " ", plain)
    whole = (token.strip(_EDGES) for token in plain.split())
    words = (word.strip(_EDGES) for token in whole if ":" not in token for word in token.split("/"))
    return [word for word in words if _WORD.fullmatch(word)]
