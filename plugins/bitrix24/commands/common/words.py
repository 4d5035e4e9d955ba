"""Other words for nouns, verbs and options that several commands share, and the words that filter a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from bot.plugin import Arg, Words

PORTAL: Words = {"ru": ("портал", "порталы", "порталов")}
LIST: Words = {"en": ("ls",), "ru": ("список",)}
SHOW: Words = {"en": ("get", "view"), "ru": ("показать",)}
ALL: Words = {"ru": ("все",)}
NAME: Words = {"ru": ("название", "имя")}
Filter = Annotated[str, Arg(help="only rows with these words in their id or name", label="WORD")]
_SHELL_WORDS = frozenset({"|", "grep", "-i"})
"""What people type in front of a filter who are used to a shell."""


def matches_filter(words: Iterable[str], *texts: str) -> bool:
    """Whether each word of a filter is in one of the texts, in whatever case."""
    wanted = [word.casefold() for word in words if word not in _SHELL_WORDS]
    return all(any(word in text.casefold() for text in texts) for word in wanted)
