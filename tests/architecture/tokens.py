"""The names and the comments of a module, found by one pattern: the library's tokenizer takes several times as long."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PREFIX = r"(?:\b[rRbBfFuU]{1,2})?"
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    rf"|{_PREFIX}(?P<quotes>\"{{3}}|'{{3}})(?:\\.|(?!(?P=quotes)).)*(?P=quotes)"
    rf"|{_PREFIX}(?:\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<name>[^\W\d]\w*)|\d\w*",
    re.DOTALL,
)


def read_tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the names and comments of a module in their order, each as the group `name` or `comment` of a match."""
    return (found for found in _TOKEN.finditer(text) if found.lastgroup in ("name", "comment"))


def line_at(text: str, position: int) -> int:
    """Return the number of the line in which a position of the text is."""
    return text.count("\n", 0, position) + 1
