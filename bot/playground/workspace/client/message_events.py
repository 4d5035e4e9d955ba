"""The events of messages that people write to the app (docs/slack-behaviour.md S44)."""

from __future__ import annotations

import re

from bot.playground.workspace.base.installation import BOT_USER, TEAM_ID
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.client.client_payloads import escaped
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.workspace_people import Person
from bot.playground.workspace.state.world import World

MENTION, DIRECT = "app_mention", "message"
SCOPES = {MENTION: "app_mentions:read", DIRECT: "im:history"}
"""The scope without which the app is not told."""


def message_event(world: World, person: Person, message: Message) -> Json | None:
    """The inner event of a message; None where the app is not told of it."""
    channel, text = world.channels.find(message.channel), _text(world, message.text)
    kind = DIRECT if channel.im_with else MENTION
    addressed = bool(channel.im_with) or (f"<@{BOT_USER}>" in text and BOT_USER in channel.members)
    if not addressed or SCOPES[kind] not in world.tokens.bot.scopes:
        return None
    shown = {**message.to_json(), "type": kind, "text": text, "team": person.team_id}
    event: Json = {**shown, "channel": channel.id, "event_ts": message.ts}
    if channel.im_with:
        event["channel_type"] = "im"
    if person.team_id != TEAM_ID:
        event |= {"user_team": person.team_id, "source_team": person.team_id}
    return event


def edit_event(world: World, person: Person, before: Message, now: Message) -> Json | None:
    """The inner event of an edit: another kind of message in a direct message, the mention anew elsewhere."""
    event = message_event(world, person, now)
    if event is None or event["type"] == MENTION:
        return event
    was = message_event(world, person, before)
    return {
        "type": DIRECT,
        "subtype": "message_changed",
        "hidden": True,
        "channel": now.channel,
        "channel_type": "im",
        "message": event,
        "previous_message": was,
        "ts": now.edited,
        "event_ts": now.edited,
    }


def _text(world: World, text: str) -> str:
    """The text as Slack keeps it: people and channels by their ids alone."""
    return re.sub(r"<([@#][A-Z0-9]+)\|[^<>]*>", r"<\1>", escaped(world, text))
