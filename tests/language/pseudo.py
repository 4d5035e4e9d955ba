"""The pseudo-language in tests: what of a text stands outside of every message."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKUP = re.compile(r"<[^<>]*>|`[^`]*`|CR-\d+")
"""Mentions, dates, lines to type and numbers of change requests: they are the same in every language."""


def find_unmarked(text: str) -> list[str]:
    """The words of a text that are in no message."""
    outside, depth = "", 0
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        outside += char if depth == 0 and char != "⟧" else " "
    return _WORD.findall(_MARKUP.sub(" ", outside))
