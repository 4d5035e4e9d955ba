"""The checker of words that were given up: in names, docstrings, comments, and the English sentences of the catalogues.

A word is found in each spelling: `front door` in `FrontDoor`, `_front_door`, `FRONT_DOORS` and “the front door”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tests.architecture.words import vocabulary

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CODE = re.compile(r"`[^`]*`|“[^”]*”|\"[^\"]*\"|'[^']*'(?!\w)", re.DOTALL)
"""What a sentence repeats as it is written elsewhere: names in backticks, and quotations."""
_MSGSTR = re.compile(r'^(?:msgstr(?:\[\d\])? )?"(.*)"$')
_PREFIX = r"(?:\b[rRbBfFuU]{1,2})?"
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    rf"|{_PREFIX}(?P<quotes>\"{{3}}|'{{3}})(?:\\.|(?!(?P=quotes)).)*(?P=quotes)"
    rf"|{_PREFIX}(?:\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<name>[^\W\d]\w*)|\d\w*",
    re.DOTALL,
)
"""Found by one pattern: the library's tokenizer takes several times as long."""

_GOES_ON = "([{,=+|\\"
"""How a line ends whose statement goes on in the next one."""
LONGEST_LINE = 200

Retired = Mapping[str, str]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name or a sentence, in small letters."""
    return tuple(part.lower() for part in _PART.findall(text))


def retired_words(words: Sequence[str], *lists: Retired) -> Iterator[str]:
    """Each retired word among these, also in the plural, unless it is a part of a term that stays."""
    single = [_singular(word) for word in words]
    if _known().isdisjoint(single):
        return
    for at in range(len(single)):
        for length in (1, 2, 3):
            found = " ".join(single[at : at + length])
            better = next((one[found] for one in lists if found in one), "") if at + length <= len(single) else ""
            if better and not _is_in_term(single, at):
                yield f"“{found}” was given up; use {better}"


@cache
def _singular(word: str) -> str:
    return next(
        (word[: -len(end)] for end in ("es", "s") if word.endswith(end) and word[: -len(end)] in _known()), word
    )


@cache
def _known() -> frozenset[str]:
    listed = (*vocabulary.WORDS, *vocabulary.WORDS_IN_NAMES, *vocabulary.TERMS)
    return frozenset(word for entry in listed for word in entry.split())


def _is_in_term(words: Sequence[str], at: int) -> bool:
    """Whether the word at this place belongs to a term of the field, such as dead letter."""
    for term in vocabulary.TERMS:
        parts = term.split()
        for begin in range(max(0, at - len(parts) + 1), at + 1):
            if list(words[begin : begin + len(parts)]) == parts:
                return True
    return False


class Token(NamedTuple):
    """A name, a comment or a docstring of a module, and the position at which it begins."""

    kind: str
    text: str
    start: int


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the names, comments and docstrings of a module in their order.

    A docstring is any text in three quotes that is a statement of its own. A syntax tree would tell the same, and takes
    several times as long for all modules.
    """
    for found in _TOKEN.finditer(text):
        kind, start = found.lastgroup, found.start()
        if kind in ("name", "comment"):
            yield Token(kind, found[0], start)
        elif kind == "quotes" and _begins_statement(text, start):
            yield Token("docstring", found[0].partition(found["quotes"])[2].removesuffix(found["quotes"]), start)


def line_at(text: str, position: int) -> int:
    """Return the number of the line in which a position of the text is."""
    return text.count("\n", 0, position) + 1


def retired_in(path: str, text: str) -> Iterator[str]:
    """What a module says in words that were given up, the word to use with each."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    told = [(0, complaint) for complaint in _in_name(stem)]
    for kind, word, start in read_tokens(text):
        # The name of a test is a sentence.
        found = _in_name(word) if kind == "name" and not word.startswith("test_") else _in_sentence(word)
        told += [(line_at(text, start), complaint) for complaint in found]
    yield from (f"{path}:{line} {complaint}" for line, complaint in told if not _is_allowed(path, complaint))


@cache
def _in_name(name: str) -> tuple[str, ...]:
    return tuple(retired_words(words_of(name), vocabulary.WORDS, vocabulary.WORDS_IN_NAMES))


@cache
def _in_sentence(said: str) -> tuple[str, ...]:
    return tuple(retired_words(words_of(_CODE.sub(" ", said)), vocabulary.WORDS))


def _begins_statement(text: str, start: int) -> bool:
    """Whether only blanks stand before it in its line, and the line before does not go on in it."""
    before = text[max(0, start - LONGEST_LINE) : start].rstrip(" ")
    return before.rstrip()[-1:] not in tuple(_GOES_ON) if before.endswith("\n") else not before


def _is_allowed(path: str, complaint: str) -> bool:
    word = complaint.split("”")[0].removeprefix("“")
    return any(word == allowed and path.startswith(place) for place, allowed in vocabulary.ALLOWED)


def retired_in_catalogue(path: str, text: str) -> Iterator[str]:
    """What the sentences of a catalogue say in words that were given up."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        inside = line.startswith("msgstr") or (inside and line.startswith('"'))
        written = _MSGSTR.match(line) if inside else None
        for complaint in _in_sentence(written[1]) if written else ():
            yield f"{path}:{number} {complaint}"
