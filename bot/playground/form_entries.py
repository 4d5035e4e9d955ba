"""What is written on the page into a form's fields, as a person of the workspace chooses it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.playground.workspace.client.persona import Persona

_ASKS, _ONE, _MANY = "external_select", ("static_select", "users_select"), "checkboxes"


def enter_values(persona: Persona, values: Mapping[str, str]) -> Mapping[str, Any]:
    """Turn texts by block id into what their fields take. A menu that asks the bot for its options is asked."""
    kinds = {placed.block_id: placed.element["type"] for placed in persona.view.elements}
    return {block: _enter(persona, block, kinds.get(block, ""), text) for block, text in values.items()}


def _enter(persona: Persona, block: str, kind: str, text: str) -> Any:
    if kind in _ONE:
        return text or None
    if kind == _MANY:
        return [text] if text else []
    if kind == _ASKS:
        return _ask(persona, block, text.strip(), typed=text.strip()) if text.strip() else None
    if kind == f"multi_{_ASKS}":
        words = text.split()
        # Each answer takes the place of the one before: of several values all are looked for in one.
        return [_ask(persona, block, word, typed=word if len(words) == 1 else "") for word in words]
    return text


def _ask(persona: Persona, block: str, value: str, *, typed: str) -> Any:
    """The option with this value among those that the bot offers for what is typed."""
    offered = _options(persona.suggest(persona.view, block, typed).ack)
    return next((one for one in offered if one["value"] == value), value)


def _options(ack: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    groups = ack.get("option_groups") or [{"options": ack.get("options") or []}]
    return [one for group in groups for one in group["options"]]
