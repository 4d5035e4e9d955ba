"""How the work of a regular expression, or of a function, grows with a text that is made to be hard for it.

The module `re` does not count its steps, so CPU time of this thread is all that can be compared. Only the ratio between
a text and one four times as long is looked at, never a time: 4 for work that grows with the text, 16 for its square.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from time import thread_time_ns
from types import ModuleType
from typing import Any

import bot
import plugins

LENGTH = 1_000
TIMES = 4
MOST = 8.0
"""Between the 4 of linear work and the 16 of a square."""
TRIES = 8
ENDING = " я x"
"""What a pattern meets at last that has taken all of the repetitions."""
MOST_WAYS = 4
_PARSER: Any = importlib.import_module("re._parser")


def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled pattern that a module of the bot or of its plugins holds, once, by the name of its place."""
    found: dict[str, re.Pattern[str]] = {}
    for package in (bot, plugins):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                found.update(_held(importlib.import_module(module.name)))
    return {name: pattern for pattern, name in {pattern: name for name, pattern in found.items()}.items()}


def _held(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in vars(module).items():
        for number, pattern in enumerate(_in(value)):
            yield f"{module.__name__}.{name}.{number}", pattern


def _in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _in(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _in(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _in(getattr(value, field.name))
        # Compiled when they are asked for, and no field then.
        yield from _in(getattr(value, "patterns", ()))


def pieces(pattern: re.Pattern[str]) -> list[str]:
    """What is hard for a pattern when it is repeated: what it begins with, up to each of its parts, each way to go."""
    found: dict[str, None] = {}
    for least in (True, False):
        for way in range(min(MOST_WAYS, _ways(tree := _PARSER.parse(pattern.pattern, pattern.flags & ~re.UNICODE)))):
            beginning = ""
            for item in tree:
                beginning += _sample([item], way, least)
                found[beginning] = None
                found[beginning[-1:]] = None
    return [piece for piece in found if piece]


def _ways(items: Any) -> int:
    """The most alternatives that one place of the pattern has."""
    most = 1
    for _, value in items:
        for part in _parts(value):
            most = max(most, len(part) if isinstance(part, list) else _ways(part))
            if isinstance(part, list):
                most = max([most, *map(_ways, part)])
    return most


def _parts(value: Any) -> Iterator[Any]:
    for part in value if isinstance(value, tuple) else ():
        if isinstance(part, _PARSER.SubPattern) or (isinstance(part, list) and part):
            yield part


def _sample(items: Any, way: int, least: bool) -> str:
    """A text that the items of a pattern take, or nearly. Conditions beside it count as nothing."""
    text = ""
    for kind, value in items:
        match str(kind):
            case "LITERAL":
                text += chr(value)
            case "NOT_LITERAL" | "ANY":
                text += "a"
            case "IN":
                text += _one_of(value)
            case "BRANCH":
                text += _sample(value[1][way % len(value[1])], way, least)
            case "SUBPATTERN" | "ATOMIC_GROUP":
                text += _sample(value[3] if isinstance(value, tuple) else value, way, least)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                text += _sample(value[2], way, least) * (value[0] if least else max(1, value[0]))
            case _:
                pass
    return text


def _one_of(value: Any) -> str:
    for kind, what in value:
        match str(kind):
            case "LITERAL":
                return chr(what)
            case "RANGE":
                return chr(what[0])
            case "CATEGORY":
                return {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " "}.get(str(what), "a")
            case _:
                return "a"
    return "a"


def growth(work: Callable[[str], object], piece: str) -> float:
    """How many times as long a text of the repeated piece takes as one of a quarter of its length."""
    texts = [piece * (length // len(piece)) + ENDING for length in (LENGTH, LENGTH * TIMES)]
    best = [float("inf"), float("inf")]
    for _ in range(TRIES):
        for at, text in enumerate(texts):
            start = thread_time_ns()
            work(text)
            best[at] = min(best[at], max(1, thread_time_ns() - start))
        if best[1] / best[0] < MOST:
            break
    return best[1] / best[0]
