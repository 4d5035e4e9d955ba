"""The checker of words that were given up: in names, docstrings, comments, and the English sentences of the catalogues.

A word is found in each spelling: `front door` in `FrontDoor`, `_front_door`, `FRONT_DOORS` and “the front door”.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from tests.architecture import vocabulary

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CODE = re.compile(r"`[^`]*`|“[^”]*”|\"[^\"]*\"|'[^']*'(?!\w)", re.DOTALL)
"""What a sentence repeats as it is written elsewhere: names in backticks, and quotations."""
_MSGSTR = re.compile(r'^(?:msgstr(?:\[\d\])? )?"(.*)"$')

Retired = Mapping[str, str]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name or a sentence, in small letters."""
    return tuple(part.lower() for part in _PART.findall(text))


def retired_words(words: Sequence[str], *lists: Retired) -> Iterator[str]:
    """Each retired word among these, also in the plural, unless it is a part of a term that stays."""
    single = [_singular(word) for word in words]
    for at in range(len(single)):
        for length in (1, 2, 3):
            found = " ".join(single[at : at + length])
            better = next((one[found] for one in lists if found in one), "") if at + length <= len(single) else ""
            if better and not _is_in_term(single, at):
                yield f"“{found}” was given up; use {better}"


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


def names_and_sentences(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each name, docstring and comment of a module, with its line, and whether it is a name.

    The name of a test is a sentence.
    """
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string, not token.string.startswith("test_")
        elif token.type == tokenize.COMMENT:
            yield token.start[0], token.string, False
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value, False


def retired_in(path: str, text: str) -> Iterator[str]:
    """What a module says in words that were given up, the word to use with each."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    for line, said, is_name in ((0, stem, True), *names_and_sentences(text)):
        if is_name:
            found = retired_words(words_of(said), vocabulary.WORDS, vocabulary.WORDS_IN_NAMES)
        else:
            found = retired_words(words_of(_CODE.sub(" ", said)), vocabulary.WORDS)
        yield from (f"{path}:{line} {complaint}" for complaint in found if not _is_allowed(path, complaint))


def _is_allowed(path: str, complaint: str) -> bool:
    word = complaint.split("”")[0].removeprefix("“")
    return any(word == allowed and path.startswith(place) for place, allowed in vocabulary.ALLOWED)


def retired_in_catalogue(path: str, text: str) -> Iterator[str]:
    """What the sentences of a catalogue say in words that were given up."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        inside = line.startswith("msgstr") or (inside and line.startswith('"'))
        written = _MSGSTR.match(line) if inside else None
        for complaint in retired_words(words_of(_CODE.sub(" ", written[1])), vocabulary.WORDS) if written else ():
            yield f"{path}:{number} {complaint}"
