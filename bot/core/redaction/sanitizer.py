"""Text that comes from outside, replaced where it could not be stored, sent or shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from bot.core import mentions
from bot.core.encoding import fields_of
from bot.plugin import Message, map_text

T = TypeVar("T")
REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")
"""NUL ends a text for SQLite's functions, half a surrogate pair cannot be written as UTF-8, and the last two are no
characters at all."""


def sanitize_text(text: str) -> str:
    """Replace each character that cannot be stored by U+FFFD, and take out the bot's own marks."""
    if text.isascii() and "\0" not in text:
        # Most is, and has none of either.
        return text
    return mentions.remove_marks(_UNSTORABLE.sub(REPLACEMENT, text))


def sanitize(value: T) -> T:
    """Sanitize every text in a value."""
    return map_texts(value, sanitize_text)


def map_texts(value: T, change: Callable[[str], str]) -> T:
    """The value with every text in it changed: in dataclasses, mappings with their keys, lists and tuples."""
    return cast(T, _mapped(value, change))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    kind = value.__class__
    return change(value) if kind is str else _way_of(kind)(value, change)


@cache
def _way_of(kind: Any) -> Callable[[Any, Callable[[str], str]], Any]:
    """How values of a class are changed: found out once for each class, since each delivery comes through here."""
    if issubclass(kind, Enum):
        return _kept
    if issubclass(kind, str):
        return lambda text, change: change(text)
    if issubclass(kind, Mapping):
        return _mapped_items
    if issubclass(kind, list | tuple):
        return lambda values, change: kind(_mapped(each, change) for each in values)
    if issubclass(kind, Message):
        return map_text
    return _mapped_fields if is_dataclass(kind) else _kept


def _kept(value: Any, _change: Callable[[str], str]) -> Any:
    return value


def _mapped_items(value: Any, change: Callable[[str], str]) -> Any:
    return {_mapped(key, change): _mapped(each, change) for key, each in value.items()}


def _mapped_fields(value: Any, change: Callable[[str], str]) -> Any:
    of_value = fields_of(value)
    changed = {}
    for name, each in of_value.items():
        mapped = change(each) if each.__class__ is str else _mapped(each, change)
        if mapped is not each:
            changed[name] = mapped
    return replace(value, **changed) if changed else value


def texts_in(value: object) -> Iterator[str]:
    """Every text in a JSON value, names too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)


def is_storable(value: object) -> bool:
    """Whether every text in a JSON value can be stored, and sent again, exactly as it is."""
    return all(_UNSTORABLE.search(text) is None for text in texts_in(value))
