"""What a response_url does with what is posted to it: a new message, or the original replaced or deleted."""

from __future__ import annotations

from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.blockkit.block_tree import with_ids
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.response_urls import METHOD, Hook
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.posting import (
    complain_about_unfurling,
    content_of,
    metadata_of,
    note_mentions,
    post_as_bot,
)


def respond(world: World, path: str, values: Json) -> Json:
    """Apply one post to a response_url; refusals carry the HTTP status Slack gives them.

    The address of a slash command has no original: `replace_original` makes a new message there.
    """
    hook = world.hooks.check(path)
    original = world.messages.get(hook.channel, hook.message) if hook.message else None
    try:
        if _yes(values, "delete_original"):
            _delete(world, original)
        else:
            content = content_of(values, blocks=values.get("blocks"))
            metadata = metadata_of(values.get("metadata"))
            if _yes(values, "replace_original") and hook.message:
                _replace(world, original, content)
            else:
                show(world, hook, values, content, metadata)
    except Refusal as refusal:
        refusal.status = 404 if refusal.code == "message_not_found" else 400
        raise
    world.hooks.use(hook)
    return {"ok": True}


def show(world: World, hook: Hook, values: Json, content: Json, metadata: Json | None) -> Message:
    """A new message: for everybody with `in_channel`, else only for the person who acted."""
    everybody = values.get("response_type") == "in_channel"
    message = post_as_bot(
        world,
        channel=hook.channel,
        thread_ts=str(values.get("thread_ts") or ""),
        seen_by="" if everybody else hook.person,
        metadata=metadata,
        **content,
    )
    if everybody:
        complain_about_unfurling(world, values, method=METHOD, message=message)
    return message


def _replace(world: World, original: Message | None, content: Json) -> None:
    if original is None:
        raise Refusal("message_not_found")
    changed = world.messages.change(
        original,
        text=content["text"],
        blocks=with_ids(content["blocks"] or [], world.ids),
        edited="" if content["blocks"] else world.ids.timestamp(),
    )
    note_mentions(world, changed)


def _delete(world: World, original: Message | None) -> None:
    if original is None:
        raise Refusal("message_not_found")
    world.messages.remove(original)


def _yes(values: Json, name: str) -> bool:
    return str(values.get(name)).lower() == "true"
