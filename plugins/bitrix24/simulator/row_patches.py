"""Changing frozen rows by the words of the control API, with a sentence for every mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")


class ControlError(ValueError):
    """The control API was asked for something it cannot do; the text is for the person who asked."""


def patched(row: Row, given: Mapping[str, Any], *, fixed: tuple[str, ...] = ()) -> Row:
    """The row with the wished fields; a field that is not there, is fixed, or has another type is refused."""
    known = {field.name: getattr(row, field.name) for field in fields(row) if field.name not in fixed}
    for name, value in given.items():
        if name not in known:
            raise ControlError(f"There is no {name!r} to set here. There are: {', '.join(known)}.")
        wanted = list if isinstance(known[name], tuple) else type(known[name])
        if not isinstance(value, wanted) and not (isinstance(value, dict) and isinstance(known[name], Mapping)):
            raise ControlError(f"{name!r} must be {_words(wanted)}, not {value!r}.")
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return replace(row, **changes)


def _words(kind: type) -> str:
    return {bool: "true or false", str: "a text", int: "a whole number", list: "a list"}.get(kind, kind.__name__)


def need(given: Mapping[str, Any], name: str, kind: type) -> Any:
    """A field that must be there and of this type."""
    value = given.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ControlError(f"{name!r} is needed and must be {_words(kind)}; it was {value!r}.")
    return value
