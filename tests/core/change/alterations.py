"""Other plans than a given one: each differs in one place, however deep that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from bot.plugin import Message, Plan

UNREVIEWED = frozenset({"remember", "consequences", "obstacles", "undo.partial", "impact", "link"})
"""Fields that nobody approves: for the plugin's own records, and for the words after the ending.

The numbers of the impact have limits of their own (`test_impact_bands.py`)."""


def alter_plan(plan: Plan) -> Iterator[tuple[str, Plan]]:
    """Every plan that differs from this one in one place that is reviewed, with the name of the place."""
    yield from _alter("", plan)


def _alter(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
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
                if name not in UNREVIEWED:
                    yield from (
                        (where, replace(value, **{one.name: other}))
                        for where, other in _alter(name, getattr(value, one.name))
                    )
        case _:
            yield place, _other_leaf(value)


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
