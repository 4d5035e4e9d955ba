"""Puts messages into the workspace, whichever way they came, and records what a careful app would not have sent."""

from __future__ import annotations

from typing import Any

from bot.playground.workspace.base.installation import BOT_ID, BOT_USER
from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.blockkit.block_tree import marked_texts, with_ids
from bot.playground.workspace.blockkit.block_validation import refuse_bad_blocks
from bot.playground.workspace.state.call_journal import Complaint
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.workspace_people import SLACKBOT
from bot.playground.workspace.state.world import World

TEXT_KEPT = 40_000
METADATA_BYTES = 16_000


def content_of(values: Any, *, blocks: Any) -> Json:
    """Text and checked blocks for a message; `no_text` when there is neither."""
    text = str(values.get("text") or "")
    if blocks is not None:
        refuse_bad_blocks(blocks)
    if not text and not blocks:
        raise Refusal("no_text")
    return {"text": text, "blocks": blocks}


def metadata_of(value: Any) -> Json | None:
    if value is None:
        return None
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("event_type"), str)
        or not isinstance(value.get("event_payload"), dict)
    ):
        raise Refusal("invalid_metadata_format")
    if len(str(value)) > METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return value


def post_as_bot(world: World, *, channel: str, text: str, blocks: list[Json] | None, **more: Any) -> Message:
    """Add a message of the bot. Text beyond 40,000 characters is cut, as Slack does."""
    message = world.messages.add(
        Message(
            ts=world.ids.timestamp(),
            channel=channel,
            user=BOT_USER,
            bot_id=BOT_ID,
            text=text[:TEXT_KEPT],
            blocks=with_ids(blocks or [], world.ids),
            **more,
        )
    )
    note_mentions(world, message)
    return message


def tell_as_slack(world: World, *, person: str, channel: str, text: str) -> Message:
    """What Slack itself tells one person, for example that a command timed out."""
    return world.messages.add(
        Message(ts=world.ids.timestamp(), channel=channel, user=SLACKBOT, text=text, seen_by=person)
    )


def note_mentions(world: World, message: Message) -> None:
    for text in (message.text, *marked_texts(message.blocks)):
        world.records.mention(text, channel=message.channel, ts=message.ts, seen_by=message.seen_by)


def complain(world: World, rule: str, *, method: str, message: Message) -> None:
    world.records.complaints.append(
        Complaint(rule=rule, method=method, channel=message.channel, ts=message.ts, text=message.text)
    )


def complain_about_unfurling(world: World, values: Any, *, method: str, message: Message) -> None:
    """Every post should switch unfurling off and leave link_names alone (docs/slack-behaviour.md S26)."""
    for name in ("unfurl_links", "unfurl_media"):
        if str(values.get(name)).lower() not in ("false", "0"):
            complain(world, f"{name} is not false", method=method, message=message)
    if str(values.get("link_names")).lower() in ("true", "1"):
        complain(world, "link_names is on", method=method, message=message)
