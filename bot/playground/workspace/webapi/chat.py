"""The chat.* methods of the Web API."""

from __future__ import annotations

from bot.playground.workspace.base.installation import BOT_USER, TEAM_DOMAIN
from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.blockkit.block_tree import with_ids
from bot.playground.workspace.state.channels import Channel
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.method_limits import POSTS_PER_CHANNEL
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.arguments import Call
from bot.playground.workspace.webapi.posting import (
    TEXT_KEPT,
    complain_about_unfurling,
    content_of,
    metadata_of,
    note_mentions,
    post_as_bot,
)

EDITED_TEXT = 4_000


def channel_to_write(world: World, call: Call, key: str) -> Channel:
    """The channel the bot may write to, or the refusal for the reason why not.

    A user id stands for the direct message with that person. `chat:write.public` reaches public channels the
    bot is not in; private ones it is not in do not exist for it.
    """
    if person := world.people.get(key):
        if person.deleted or person.id == BOT_USER:
            raise Refusal("channel_not_found")
        if not world.rules.messages_tab:
            raise Refusal("messages_tab_disabled")
        return world.channels.direct(person.id, BOT_USER)
    channel = world.channels.look_up(key)
    outside = channel is not None and BOT_USER not in channel.members
    if channel is None or (outside and channel.is_private):
        raise Refusal("channel_not_found")
    if channel.is_archived:
        raise Refusal("is_archived")
    if outside and "chat:write.public" not in call.token.scopes:
        raise Refusal("not_in_channel")
    return channel


def refuse_by_permissions(channel: Channel, thread_ts: str) -> None:
    """The refusals of a channel's posting permissions."""
    if channel.is_read_only:
        raise Refusal("restricted_action_read_only_channel")
    if channel.is_thread_only and not thread_ts:
        raise Refusal("restricted_action_thread_only_channel")
    if channel.is_non_threadable and thread_ts:
        raise Refusal("restricted_action_non_threadable_channel")


def post_message(world: World, call: Call) -> Json:
    channel = channel_to_write(world, call, call.need("channel"))
    content = content_of(call.values, blocks=blocks_of(call))
    thread_ts = call.text("thread_ts")
    refuse_by_permissions(channel, thread_ts)
    if thread_ts and world.messages.get(channel.id, thread_ts) is None:
        raise Refusal("thread_not_found")
    metadata = metadata_of(call.structure("metadata"))
    world.limits.take(POSTS_PER_CHANNEL, "post", channel.id)
    message = post_as_bot(world, channel=channel.id, thread_ts=thread_ts, metadata=metadata, **content)
    complain_about_unfurling(world, call.values, method="chat.postMessage", message=message)
    return {"channel": channel.id, "ts": message.ts, "message": message.to_json()}


def post_ephemeral(world: World, call: Call) -> Json:
    channel = channel_to_write(world, call, call.need("channel"))
    person = call.need("user")
    content = content_of(call.values, blocks=blocks_of(call))
    if len(content["text"]) > TEXT_KEPT:
        raise Refusal("msg_too_long")
    if person not in channel.members:
        raise Refusal("user_not_in_channel")
    world.limits.take(POSTS_PER_CHANNEL, "post", channel.id)
    message = post_as_bot(world, channel=channel.id, thread_ts=call.text("thread_ts"), seen_by=person, **content)
    return {"message_ts": message.ts}


def update(world: World, call: Call) -> Json:
    """Text alone takes the blocks away and marks the message as edited; blocks alone keep the text."""
    channel = _channel_of_edit(world, call)
    message = _own(world, channel, call.need("ts"), refusal="cant_update_message")
    if world.rules.edits_are_over(float(message.ts), world.clock.now()):
        raise Refusal("edit_window_closed")
    if len(call.text("text")) > EDITED_TEXT:
        raise Refusal("msg_too_long")
    content = content_of(call.values, blocks=blocks_of(call))
    metadata = metadata_of(call.structure("metadata"))
    changed = world.messages.change(
        message,
        text=content["text"] if call.has("text") else message.text,
        blocks=with_ids(content["blocks"] or [], world.ids),
        metadata=message.metadata if metadata is None else metadata,
        edited="" if content["blocks"] else world.ids.timestamp(),
    )
    note_mentions(world, changed)
    return {
        "channel": channel.id,
        "ts": changed.ts,
        "text": changed.text,
        "message": changed.to_json(replies=world.messages.replies(changed)),
    }


def _channel_of_edit(world: World, call: Call) -> Channel:
    """As for a new message, with Slack's own word for an archived channel."""
    try:
        return channel_to_write(world, call, call.need("channel"))
    except Refusal as refusal:
        raise Refusal("is_inactive" if refusal.code == "is_archived" else refusal.code) from None


def delete(world: World, call: Call) -> Json:
    channel = channel_to_write(world, call, call.need("channel"))
    message = _own(world, channel, call.need("ts"), refusal="cant_delete_message")
    world.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(world: World, call: Call) -> Json:
    channel = world.channels.look_up(call.need("channel"))
    ts = call.need("message_ts")
    if channel is None:
        raise Refusal("channel_not_found")
    message = world.messages.get(channel.id, ts)
    if message is None or message.is_ephemeral:
        raise Refusal("message_not_found")
    link = f"https://{TEAM_DOMAIN}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _own(world: World, channel: Channel, ts: str, *, refusal: str) -> Message:
    """The bot's own visible message: nobody edits an ephemeral one by this way."""
    message = world.messages.get(channel.id, ts)
    if message is None or message.is_ephemeral:
        raise Refusal("message_not_found")
    if message.user != BOT_USER:
        raise Refusal(refusal)
    return message


def blocks_of(call: Call) -> object:
    """Blocks as sent; text that is no JSON is handed on, to be refused as `invalid_blocks_format`."""
    if not call.has("blocks"):
        return None
    blocks = call.structure("blocks")
    if blocks is None:
        raise Refusal("invalid_blocks_format")
    return blocks
