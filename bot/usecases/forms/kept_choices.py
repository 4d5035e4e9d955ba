"""Choices as the host keeps them: by plugin, place and name, with the time when they were read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.core.builtin_name import BUILTIN
from bot.core.encoding import encode
from bot.plugin import Choice, Message, Place, read_text
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.context import Context

KIND = "form choices"
MOST_KEPT = 2_000
"""Choices of one argument that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChoices:
    """What was read, and when."""

    at: int
    choices: tuple[Choice, ...]


def _key(plugin: str, place: Place, name: str) -> str:
    return f"{plugin} {place.identity} {name}"


def find_choices(ctx: Context, plugin: str, place: Place, name: str) -> KeptChoices | None:
    """Find what was read last; None where nothing was yet."""
    stored = ctx.store.records(BUILTIN).get(KIND, _key(plugin, place, name))
    if stored is None:
        return None
    return KeptChoices(at=int(stored["at"]), choices=tuple(map(_read, stored["choices"])))


def keep_choices(tx: Transaction, plugin: str, place: Place, name: str, kept: KeptChoices) -> None:
    """Keep choices in the place of those that were read before."""
    value: Mapping[str, Any] = json.loads(encode({"at": kept.at, "choices": kept.choices[:MOST_KEPT]}))
    tx.records(BUILTIN).put(KIND, _key(plugin, place, name), value)


def describe_age(ctx: Context, kept: KeptChoices) -> Message:
    """How long ago it was read."""
    seconds = max(0, ctx.clock.now_ms() - kept.at) // 1000
    minutes = Message("form.choices.minutes_old", minutes=seconds // 60)
    return Message("form.choices.seconds_old", seconds=seconds) if seconds < 120 else minutes


def _read(stored: Mapping[str, Any]) -> Choice:
    texts = {name: read_text(stored[name]) for name in ("label", "detail", "group")}
    no_undo, attention = tuple(map(str, stored.get("no_undo", ()))), bool(stored.get("attention", False))
    return Choice(value=str(stored["value"]), no_undo=no_undo, attention=attention, **texts)
