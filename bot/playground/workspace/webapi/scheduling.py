"""chat.scheduleMessage and chat.deleteScheduledMessage. Nothing here ever posts what was scheduled."""

from __future__ import annotations

from bot.playground.workspace.base.installation import BOT_ID
from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.arguments import Call
from bot.playground.workspace.webapi.chat import blocks_of, channel_to_write
from bot.playground.workspace.webapi.posting import content_of

SCHEDULED_DAYS = 120
SCHEDULED_AT_ONCE = 30


def schedule_message(world: World, call: Call) -> Json:
    """Keep a message to be posted later."""
    channel = channel_to_write(world, call, call.need("channel"))
    content = content_of(call.values, blocks=blocks_of(call))
    at = call.need("post_at")
    if not at.isdecimal():
        raise Refusal("invalid_time")
    if int(at) <= world.clock.now():
        raise Refusal("time_in_past")
    if int(at) > world.clock.now() + SCHEDULED_DAYS * 86_400:
        raise Refusal("time_too_far")
    if sum(one == channel.id for one in world.scheduled.values()) >= SCHEDULED_AT_ONCE:
        raise Refusal("restricted_too_many")
    number = world.ids.numbered("Q")
    world.scheduled[number] = channel.id
    message = {"text": content["text"], "bot_id": BOT_ID, "type": "delayed_message", "subtype": "bot_message"}
    return {"channel": channel.id, "scheduled_message_id": number, "post_at": int(at), "message": message}


def delete_scheduled_message(world: World, call: Call) -> Json:
    channel = world.channels.look_up(call.need("channel"))
    if channel is None:
        raise Refusal("channel_not_found")
    number = call.need("scheduled_message_id")
    if world.scheduled.get(number) != channel.id:
        raise Refusal("invalid_scheduled_message_id")
    del world.scheduled[number]
    return {}
