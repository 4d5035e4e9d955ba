"""Whether JSON is of the type that describes it: no key is missing, none is too many, and each value is of its type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from bot.language.data_encoding import field_kinds, is_text, item_kind
from bot.plugin import DataObject, Time

ISO = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
SNAKE = re.compile(r"\A[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
TEXT: Mapping[str, Any] = {"key": str | None, "arguments": Mapping[str, Any], "text": str}


def differences(value: Any, kind: Any, path: str = "$") -> Iterator[str]:
    """What of a JSON value is not as its type says, with the path to it."""
    inner = get_args(kind)
    if kind is Any or DataObject in inner or "Json" in str(inner):
        return
    if value is None and NoneType in inner:
        return
    if is_text(kind):
        yield from _object(value, TEXT, path)
    elif get_origin(kind) in (Union, UnionType):
        found = [list(differences(value, one, path)) for one in inner if one is not NoneType]
        yield from min(found, key=len)
    elif get_origin(kind) is tuple:
        yield from _array(value, item_kind(kind), path)
    elif inner:
        yield from _object(value, dict.fromkeys(value, item_kind(kind)), path, keys=False)
    elif is_dataclass(kind) and kind is not Time:
        kinds: Any = kind
        yield from _object(value, field_kinds(kinds), path)
    elif not _is(value, kind):
        yield f"{path} is {value!r} instead of {kind.__name__}"


def _is(value: Any, kind: Any) -> bool:
    if kind is Time:
        return isinstance(value, str) and bool(ISO.match(value))
    if issubclass(kind, Enum):
        return value in {one.value for one in kind}
    return type(value) is kind


def _array(value: Any, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path} is {value!r} instead of an array"
        return
    for number, each in enumerate(value):
        yield from differences(each, kind, f"{path}[{number}]")


def _object(value: Any, kinds: Mapping[str, Any], path: str, *, keys: bool = True) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is {value!r} instead of an object"
        return
    yield from (f"{path}.{name} is missing" for name in kinds if name not in value)
    yield from (f"{path}.{name} is not described" for name in value if name not in kinds)
    yield from (f"{path}.{name} is not in snake_case" for name in value if keys and not SNAKE.match(name))
    for name in kinds.keys() & value.keys():
        yield from differences(value[name], kinds[name], f"{path}.{name}")
