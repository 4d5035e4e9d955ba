"""Whether a value is of its declared type, down to each cell and parameter. What a plugin hands over is checked so."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, ForwardRef, Union, get_args, get_origin

from bot.host.mismatch import Fault, Mismatch
from bot.language.data_encoding import field_kinds
from bot.plugin import Data, DataObject, Json, Message, Text
from bot.plugin.message import is_argument

Check = Callable[[Any], Mismatch | None]
"""Finds what is wrong with a value, `.rows[0][1] is int instead of str`; None where nothing is."""


def find_mismatch(value: object, hint: Any) -> Mismatch | None:
    """Find what in a value is not of its declared type, with the path to it; None where all of it is."""
    return _check_of(hint)(value)


@cache
def _check_of(hint: Any) -> Check:
    """Make the check of one type, once."""
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, str | ForwardRef):
        # Only JSON and data are written in terms of themselves.
        return _data if "Data" in str(hint) else _json
    if origin in (Union, UnionType):
        return partial(_any_of, tuple(map(_check_of, inner)), hint)
    if origin is tuple and inner[-1:] == (...,):
        return partial(_items, tuple, _check_of(inner[0]))
    if origin is tuple:
        return partial(_fixed, tuple(map(_check_of, inner)), hint)
    if origin is Sequence:
        return partial(_items, list | tuple, _check_of(inner[0]))
    if origin is Mapping:
        return partial(_entries, *map(_check_of, inner))
    hint = getattr(hint, "__supertype__", origin or hint)
    if not isinstance(hint, type):
        return _nothing
    if hint in _OWN_CHECKS:
        return _OWN_CHECKS[hint]
    return partial(_fields, hint, _checks_of(hint)) if is_dataclass(hint) else partial(_kind, hint)


@cache
def _checks_of(kind: Any) -> Sequence[tuple[str, Check]]:
    return [(name, _check_of(hint)) for name, hint in field_kinds(kind).items()]


def _nothing(_: Any) -> None:
    """Any value will do."""


def _json(value: Any) -> Mismatch | None:
    return _JSON(value)


def _data(value: Any) -> Mismatch | None:
    return _DATA(value)


def _data_object(value: Any) -> Mismatch | None:
    """A dataclass whose fields are of the types that it declares."""
    if is_dataclass(value):
        kind: Any = value.__class__
        return _check_of(kind)(value)
    return Mismatch(found=type(value).__name__, wanted="dataclass")


def _message(value: Any) -> Mismatch | None:
    """A message whose arguments are of the kinds that one may have."""
    if not isinstance(value, Message):
        return _told(value, Text)
    strange = [name for name, one in value.arguments.items() if not is_argument(one)]
    return Mismatch(fault=Fault.ARGUMENT, path=f".arguments[{strange[0]!r}]") if strange else None


def _kind(kind: type[Any], value: Any) -> Mismatch | None:
    if kind is float and isinstance(value, int | float):
        return None if math.isfinite(value) else Mismatch(found=str(value), wanted="JSON")
    return None if isinstance(value, kind) else _told(value, kind)


def _any_of(checks: Sequence[Check], hint: Any, value: Any) -> Mismatch | None:
    """Where nothing fits, the fault inside a value is told before that the value itself is of another type."""
    found = [check(value) for check in checks]
    inside = (each for each in found if each and (each.path or each.wanted == _called(hint)))
    return None if None in found else next(inside, _told(value, hint))


def _items(kind: Any, check: Check, value: Any) -> Mismatch | None:
    if not isinstance(value, kind):
        return _told(value, kind)
    for number, each in enumerate(value):
        if wrong := check(each):
            return wrong.inside(f"[{number}]")
    return None


def _fixed(checks: Sequence[Check], hint: Any, value: Any) -> Mismatch | None:
    if not isinstance(value, tuple):
        return _told(value, hint)
    if len(value) != len(checks):
        return Mismatch(fault=Fault.ITEMS, found=str(len(value)), wanted=str(len(checks)))
    return next((wrong.inside(f"[{at}]") for at, check in enumerate(checks) if (wrong := check(value[at]))), None)


def _entries(of_key: Check, of_value: Check, value: Any) -> Mismatch | None:
    if not isinstance(value, Mapping):
        return _told(value, Mapping)
    for key, each in value.items():
        if wrong := of_key(key):
            return replace(wrong, fault=Fault.KEY, path=f"[{key!r:.40}]")
        if wrong := of_value(each):
            return wrong.inside(f"[{key!r:.40}]")
    return None


def _fields(kind: type[Any], checks: Sequence[tuple[str, Check]], value: Any) -> Mismatch | None:
    if not isinstance(value, kind):
        return _told(value, kind)
    return next((wrong.inside(f".{name}") for name, check in checks if (wrong := check(getattr(value, name)))), None)


def _told(value: object, kind: Any) -> Mismatch:
    return Mismatch(found=type(value).__name__, wanted=_called(kind))


def _called(kind: Any) -> str:
    """A type as people write it: `str`, `int | None`, `tuple[str, str]`."""
    if "Json" in str(kind) or "DataObject" in str(kind):
        return "JSON"
    if isinstance(kind, UnionType) and {Message, str} <= set(get_args(kind)):
        others = [each for each in get_args(kind) if each not in (Message, str)]
        return " | ".join(["Text", *map(_called, others)])
    if isinstance(kind, UnionType):
        return " | ".join(map(_called, get_args(kind)))
    if kind is NoneType:
        return "None"
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else _plain_name(kind)


def _plain_name(kind: Any) -> str:
    return str(kind).replace("collections.abc.", "").replace(f"{Message.__module__}.Message | str", "Text")


_OWN_CHECKS: Mapping[Any, Check] = {Message: _message, DataObject: _data_object}
"""The checks of types that are no plain classes."""
_JSON = _check_of(bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None)
_DATA = _check_of(bool | int | float | str | Message | DataObject | Sequence["Data"] | Mapping[str, "Data"] | None)
