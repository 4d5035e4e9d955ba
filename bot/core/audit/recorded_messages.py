"""The messages of a record: what its facts say in English, as keys and arguments, so that any reader gets their words.

They stand in one fact of the record, as JSON by the name of the fact that has the English, and are chained with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.core.encoding import canonical
from bot.plugin import Argument, Message, map_text
from bot.plugin.message import read_argument

MESSAGES = "messages"
"""The name of the fact."""
MOST = 4_000
"""Characters of it. A message for which there is no room is left out; its English stands in its own fact."""


def write_messages(messages: Mapping[str, Argument]) -> str:
    """Write the messages of a record, as many as there is room for; empty where there is none."""
    kept: dict[str, Argument] = {}
    for name, message in messages.items():
        if len(canonical({**kept, name: message})) <= MOST:
            kept[name] = message
    return canonical(kept) if kept else ""


def read_messages(stored: object) -> Mapping[str, Argument]:
    """Read the messages of a record; none where there are none, or what stands there is something else."""
    try:
        found: Any = json.loads(str(stored))
        return {str(name): read_argument(value) for name, value in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def change_messages(stored: str, change: Callable[[str], str]) -> str:
    """Apply `change` to every piece of text of others in stored messages; what is none is changed as a text."""
    found = read_messages(stored)
    if not found:
        return change(stored)
    return canonical({name: map_argument(value, change) for name, value in found.items()})


def map_argument(value: Argument, change: Callable[[str], str]) -> Argument:
    """Apply `change` to every piece of text of others in a value."""
    if isinstance(value, str | Message):
        return map_text(value, change)
    return tuple(map_argument(one, change) for one in value) if isinstance(value, tuple) else value
