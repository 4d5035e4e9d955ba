"""The pseudo-language in tests: what of a text stands outside of every message."""

from __future__ import annotations

import re

from bot.core.principals import Role

_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKUP = re.compile(rf"<[^<>]*>|`[^`]*`|CR-\d+|\b(?:{'|'.join(Role)})\b")
"""Mentions, dates, lines to type, numbers of change requests and names of roles: the same in every language."""


def find_unmarked(text: str) -> list[str]:
    """The words of a text that are in no message."""
    outside, depth = "", 0
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        outside += char if depth == 0 and char != "⟧" else " "
    return _WORD.findall(_MARKUP.sub(" ", outside))
