"""Values as JSON text: a dataclass is written as the mapping of its fields."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from json import JSONEncoder
from typing import Any

from bot.plugin import Message


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass by name. Their values are not copied: what is written at once need not be.

    Raises TypeError for anything else.
    """
    return {name: getattr(value, name) for name in _names(value.__class__)}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _as_json(value: Any) -> dict[str, Any]:
    """What the encoder is given for a value it does not know: a message by its two parts, a dataclass by its fields."""
    return {"key": value.key, "arguments": value.arguments} if isinstance(value, Message) else fields_of(value)


_PLAIN = JSONEncoder(ensure_ascii=False, default=_as_json)
_CANONICAL = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_as_json)


def encode(value: object) -> str:
    """JSON, with letters of every script as they are."""
    return _PLAIN.encode(value)


def canonical(value: object) -> str:
    """JSON with one spelling: sorted keys, no spaces, UTF-8 as it is."""
    return _CANONICAL.encode(value)
