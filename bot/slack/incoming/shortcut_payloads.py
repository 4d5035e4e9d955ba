"""Shortcuts as the overview, for which nobody types a line (docs/slack-behaviour.md S48)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from bot.core.messages.deliveries import SlashCommand
from bot.slack.incoming.payload_types import InteractionPayload
from bot.slack.incoming.payloads import Raw, click

FindAddress = Callable[[str, str], str]
"""The address of a message in a channel; empty where it is not known."""


def shortcut(raw: Raw, find_address: FindAddress) -> SlashCommand:
    """A global shortcut, or one of a message. Raises ValueError when no person is named."""
    pressed = click(raw)
    payload = cast(InteractionPayload, raw)
    message = str((payload.get("message") or {}).get("ts") or "")
    moment = str(payload.get("action_ts") or payload.get("trigger_id") or "")
    return SlashCommand(
        key=f"short:{pressed.person.id}:{pressed.channel}:{message}:{moment}",
        person=pressed.person,
        channel=pressed.channel,
        text="",
        answer_url=pressed.answer_url,
        trigger=pressed.trigger,
        workspace=pressed.workspace,
        enterprise=pressed.enterprise,
        pressed=True,
        about=find_address(pressed.channel, message) if pressed.channel and message else "",
    )
