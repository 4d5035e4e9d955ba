"""The words in which the Block Kit table is written: what a field holds, and what a shape as a whole must obey."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.playground.workspace.base.simulator_values import Json
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`kind` names a check of block_validation.py. `low` and `high` bound a length, a number or a count; `each` bounds
    the length of every item; `of` holds allowed types, values, or the name of a shape."""

    kind: str
    required: bool = False
    low: int = 0
    high: int | None = None
    each: int | None = None
    of: tuple[str, ...] = ()


Rule = Callable[[Json], Iterator[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The fields a block, element or object may have, and sentences about their combination.

    `surfaces` says where a block may stand: message, modal, home.
    """

    fields: Mapping[str, Field]
    rules: tuple[Rule, ...] = ()
    surfaces: tuple[str, ...] = ("message", "modal", "home")


BOTH = ("plain_text", "mrkdwn")


def need(field: Field) -> Field:
    return replace(field, required=True)


def text(high: int, *, types: tuple[str, ...] = ("plain_text",)) -> Field:
    return Field(kind="text", low=1, high=high, of=types)


def string(high: int, *, low: int = 1) -> Field:
    return Field(kind="string", low=low, high=high)


def integer(low: int, high: int) -> Field:
    return Field(kind="integer", low=low, high=high)


def choice(*values: str) -> Field:
    return Field(kind="choice", of=values)


def element(*types: str) -> Field:
    return Field(kind="element", of=types)


def elements(high: int, *types: str) -> Field:
    return Field(kind="elements", low=1, high=high, of=types)


def thing(shape: str) -> Field:
    return Field(kind="object", of=(shape,))


def things(high: int, shape: str) -> Field:
    return Field(kind="objects", low=1, high=high, of=(shape,))


FLAG = Field(kind="flag")
URL = Field(kind="url", high=3000)
ANYTHING = Field(kind="anything")
LIST = Field(kind="list", low=1)


def exactly_one(*names: str) -> Rule:
    """Slack wants one of the fields and not more."""

    def rule(value: Json) -> Iterator[str]:
        given = [name for name in names if name in value]
        if len(given) != 1:
            yield f"must define exactly one of {' or '.join(f'`{name}`' for name in names)}"

    return rule


def at_least_one(*names: str) -> Rule:
    def rule(value: Json) -> Iterator[str]:
        if not any(name in value for name in names):
            yield f"must define either {' or '.join(f'`{name}`' for name in names)}"

    return rule


def options_of(value: Json) -> list[Json]:
    """All options of a menu, those in groups too; broken entries are left out."""
    groups = value.get("option_groups")
    found = list(value.get("options") or ())
    for group in groups if isinstance(groups, list) else ():
        found += (group.get("options") or ()) if isinstance(group, dict) else ()
    return [option for option in found if isinstance(option, dict)]


def initial_is_offered(value: Json) -> Iterator[str]:
    """An initial option must be one of the options, character by character."""
    wanted = value.get("initial_options") or [value.get("initial_option")]
    known = options_of(value)
    if any(option is not None and option not in known for option in wanted):
        yield "initial option was not found in options"


def distinct_options(value: Json) -> Iterator[str]:
    """Two options of one value cannot be told apart when one is chosen."""
    seen = [option.get("value") for option in options_of(value)]
    if len(seen) != len(set(map(str, seen))):
        yield "duplicate option value"
