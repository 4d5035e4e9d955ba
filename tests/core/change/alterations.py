"""Other plans than a given one: each differs in one place, however deep that is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from bot.plugin import Impact, Message, PartialUndo, Plan

UNREVIEWED: Mapping[str, str] = {
    r"remember(\..*)?": "It is for the records of the plugin. It is shown to nobody and may hold the time.",
    r"impact\.\d+\.sentence\.\w+\.time": "Each plan reads its numbers anew, so the time of the reading moves.",
}
"""The places of a plan that may be others than was approved, as patterns, each with its reason.

The number of a row of the impact has limits of its own: it is altered so far that it leaves them."""
_NUMBER = re.compile(r"impact\.\d+\.sentence\.count")
_ADDED: Mapping[str, Any] = {
    "undo.partial": PartialUndo(line="altered by a test"),
    "impact": Impact(label="altered by a test", sentence=Message("change.uncounted")),
}
"""What stands where nothing stood, for fields that only take a value of their own type."""
APPEARING: Mapping[str, str] = {
    "link": "The page of the portal may be installed while a request waits.",
    "ending": "A release may add or drop sentences of the ending while a request waits.",
}
"""Where something may stand where nothing stood, each with its reason."""


def alter_plan(plan: Plan) -> Iterator[tuple[str, Plan]]:
    """Every plan that differs from this one in one place that is reviewed, with the name of the place."""
    yield from _alter("", plan)


def is_unreviewed(place: str) -> bool:
    """Whether the place is one of those that may change."""
    return any(re.fullmatch(pattern, place) for pattern in UNREVIEWED)


def _alter(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case None if place in APPEARING:
            return
        case None | () if place in _ADDED:
            yield f"{place}, one more", _ADDED[place] if value is None else (_ADDED[place],)
        case Message():
            yield place, Message(f"{value.key}_other", **value.arguments)
            for where, other in _alter(place, dict(value.arguments)):
                yield where, Message(value.key, **other)
        case Enum():
            yield from ((place, other) for other in type(value) if other is not value)
        case Mapping():
            yield from _alter_mapping(place, value)
        case tuple() | list():
            yield from _alter_sequence(place, value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for one in fields(value):
                name = f"{place}.{one.name}".lstrip(".")
                if not is_unreviewed(name):
                    yield from (
                        (where, replace(value, **{one.name: other}))
                        for where, other in _alter(name, getattr(value, one.name))
                    )
        case _:
            yield place, 100 * (value + 1) if _NUMBER.fullmatch(place) else _other_leaf(value)


def _alter_mapping(place: str, value: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield f"{place}, one more", {**value, "altered by a test": "x"}
    for name, each in value.items():
        rest = {one: other for one, other in value.items() if one != name}
        yield f"{place}, without {name}", rest
        yield f"{place}, {name} by another name", {**rest, f"{name}_other": each}
        yield from ((where, {**value, name: other}) for where, other in _alter(f"{place}.{name}", each))


def _alter_sequence(place: str, value: tuple[Any, ...] | list[Any]) -> Iterator[tuple[str, Any]]:
    kind, items = type(value), list(value)
    if not items:
        yield f"{place}, one more", kind(["altered"])
    for number, each in enumerate(items):
        before, after = items[:number], items[number + 1 :]
        yield f"{place}, without #{number}", kind(before + after)
        yield f"{place}, #{number} twice", kind([*before, each, each, *after])
        yield from ((where, kind([*before, other, *after])) for where, other in _alter(f"{place}.{number}", each))


def _other_leaf(value: Any) -> Any:
    if value is None:
        return "altered"
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"
