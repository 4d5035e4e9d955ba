"""The stored freezes: who froze the bot, when and why, each as a value that every language can tell."""

from __future__ import annotations

import json
from typing import Any

from bot.core.encoding import canonical
from bot.core.withheld_reasons import describe_reason
from bot.plugin import Message, Person, Time

FROZEN = "frozen"
"""The fact that holds who froze the bot and why; empty when it is not frozen."""
LONGEST_FROZEN = 2_000
"""Characters of who froze the bot and why, from which on another freeze stands there alone."""


def add_freeze(stored: str, *, person: str, at: int, reason: str) -> str:
    """Add a freeze to those that are stored. What comes of it is another text than before in any case."""
    freezes = _read(stored) if len(stored) < LONGEST_FROZEN else []
    return canonical([*freezes, {"person": person, "at": at, "reason": reason}])


def describe_freezes(stored: str) -> Message:
    """Say that the bot is frozen, by whom and why."""
    return Message("limit.frozen", freezes=tuple(map(_describe, _read(stored))))


def _describe(freeze: Any) -> Message | str:
    if isinstance(freeze, str):
        return freeze.rstrip(".")
    person, time = Person(person=freeze["person"]), Time(time=freeze["at"])
    reason = describe_reason(str(freeze["reason"]))
    if reason:
        return Message("limit.freeze", person=person, time=time, reason=reason)
    return Message("limit.freeze_without_reason", person=person, time=time)


def _read(stored: str) -> list[Any]:
    """The freezes, oldest first. The releases before wrote sentences, which stay one text."""
    try:
        found = json.loads(stored) if stored else []
    except ValueError:
        found = None
    return found if isinstance(found, list) else [stored]
