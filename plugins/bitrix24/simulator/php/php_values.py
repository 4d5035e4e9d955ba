"""What PHP does to values on their way in and out: truth, casts, key case, JSON. Nothing here knows a method."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

LEADING_FLOAT = re.compile(r"\A\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)")


class PhpTypeError(Exception):
    """A value of a wrong type reached a declared PHP parameter: HTTP 500 (docs/portal-behaviour.md P51)."""


class PhpObject(dict[str, Any]):
    """A map that stays `{}` in JSON even when it is empty; a plain empty dict becomes `[]` as in PHP."""


def is_array(value: Any) -> bool:
    return isinstance(value, list | dict)


def empty(value: Any) -> bool:
    """PHP `empty()`: note that "0" is empty and "N" is not."""
    return value in (None, False, 0, "", "0") or (is_array(value) and not value)


def to_int(value: Any) -> int:
    """PHP `(int)`: "12x" is 12, "abc" is 0, an array is 1 when it holds anything."""
    if value is None or is_array(value):
        return int(bool(value))
    if isinstance(value, str):
        found = LEADING_FLOAT.match(value)
        if not found:
            return 0
        return int(found[1]) if found[1].lstrip("+-").isdigit() else to_int(float(found[1]))
    return int(value) if math.isfinite(value) else 0


def is_numeric(value: Any) -> bool:
    if isinstance(value, str):
        found = LEADING_FLOAT.match(value)
        return found is not None and not value[found.end() :].strip()
    return isinstance(value, int | float) and not isinstance(value, bool)


def text(value: Any) -> str:
    """PHP's silent cast to string for a declared `string` parameter; an array raises PhpTypeError."""
    if is_array(value):
        raise PhpTypeError
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def array(value: Any) -> list[Any] | dict[str, Any]:
    """A declared `array` parameter: anything else raises PhpTypeError."""
    if isinstance(value, list | dict):
        return value
    raise PhpTypeError


def values(value: Any) -> list[Any]:
    """The elements of a PHP array, whatever its keys."""
    found = array(value)
    return list(found.values()) if isinstance(found, dict) else list(found)


def items(value: Any) -> Iterator[tuple[str, Any]]:
    """Keys (as text) and elements of a PHP array."""
    found = array(value)
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    return ((str(key), each) for key, each in pairs)


def upper_keys(value: Any, *, deep: bool = False) -> Any:
    return _change_keys(value, str.upper, deep)


def lower_keys(value: Any, *, deep: bool = False) -> Any:
    return _change_keys(value, str.lower, deep)


def _change_keys(value: Any, change: Callable[[str], str], deep: bool) -> Any:
    if isinstance(value, dict):
        return {change(key): _change_keys(each, change, deep) if deep else each for key, each in value.items()}
    if isinstance(value, list) and deep:
        return [_change_keys(each, change, deep) for each in value]
    return value


def as_list(value: Any) -> Any:
    """A map whose keys are 0..n-1 in this order is a list to PHP; anything else comes back as it is."""
    if isinstance(value, dict) and value and list(value) == [str(n) for n in range(len(value))]:
        return list(value.values())
    return value


def encode(value: Any) -> bytes:
    """JSON as PHP writes it: `\\/`, `\\uXXXX`, no spaces, and `[]` for an empty map."""
    return json.dumps(_plain(value), separators=(",", ":")).replace("/", "\\/").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if not value and not isinstance(value, PhpObject):
            return []
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


_WIDE = re.compile("[\U00010000-\U0010ffff]")
WIDE: Mapping[str, Callable[[str], str | None]] = {
    "half": lambda text: _WIDE.sub(lambda found: chr(0xD800 + (ord(found[0]) - 0x10000 >> 10)), text),
    "nul": lambda text: _WIDE.sub("\0", text),
    "null": lambda _: None,
}
"""What a portal may make of a text with a character that takes two units of UTF-16."""


def spoil_wide_text(value: Any, how: str) -> Any:
    """The value with each such text spoilt in one of the ways of WIDE; any other way leaves it whole."""
    if how not in WIDE:
        return value
    if isinstance(value, dict):
        return type(value)({WIDE[how](key) or key: spoil_wide_text(each, how) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return [spoil_wide_text(each, how) for each in value]
    return WIDE[how](value) if isinstance(value, str) and _WIDE.search(value) else value


def to_xml(value: Any) -> str:
    """The same value for an address that ends in `.xml`: a tag a key, `item` for a number."""
    if is_array(value):
        pairs = ((key if key[:1].isalpha() else "item", each) for key, each in items(value))
        return "".join(f"<{key}>{to_xml(each)}</{key}>" for key, each in pairs)
    return escape(text(value))


def flatten(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Bracket keys of an event's form body: null and empty arrays vanish, booleans become `1` or nothing."""
    if is_array(value):
        for key, each in items(value):
            yield from flatten(f"{name}[{key}]", each)
    elif value is not None:
        yield name, text(value)
