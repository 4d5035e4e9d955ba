"""Texts in English, for tests that read them as people do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

import pytest

from bot.language.translation import translate
from bot.plugin import Message, PluginError, Reply, Table, Text

T = TypeVar("T")
E = TypeVar("E", bound=PluginError)


def en(text: Text) -> str:
    """Put a text into English words."""
    return translate(text)


def en_rows(table: Table | None) -> tuple[tuple[str, ...], ...]:
    """The rows of a table in English; none where there is no table."""
    return tuple(tuple(map(en, row)) for row in table.rows) if table else ()


def en_facts(reply: Reply) -> list[tuple[str, str]]:
    """The facts of a reply in English."""
    return [(en(label), en(text)) for label, text in reply.facts]


@contextmanager
def raises(kind: type[E], *, match: str = "") -> Iterator[pytest.ExceptionInfo[E]]:
    """Expect an error whose sentence in English holds `match`, a regular expression."""
    with pytest.raises(kind) as caught:
        yield caught
    assert re.search(match, en(caught.value.sentence))


def spoken(value: T) -> T:
    """A value with every message in it put into English."""
    return cast(T, _spoken(value))


def _spoken(value: Any) -> Any:
    if isinstance(value, Message):
        return translate(value)
    if isinstance(value, Mapping):
        return {key: _spoken(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_spoken(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _spoken(getattr(value, one.name)) for one in fields(value)})
    return value


def en_json(value: Any) -> Any:
    """What `--json` printed, with the English sentence alone of each text for people."""
    if isinstance(value, Mapping):
        if set(value) == {"key", "arguments", "text"}:
            return value["text"]
        return {name: en_json(each) for name, each in value.items()}
    return [en_json(each) for each in value] if isinstance(value, list) else value
