"""Uploading a file the way Slack asks for: get an address, send the bytes, complete."""

from __future__ import annotations

from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.arguments import Call
from bot.playground.workspace.webapi.chat import channel_to_write
from bot.playground.workspace.webapi.posting import post_as_bot


def get_upload_url(world: World, call: Call) -> Json:
    name, length = call.need("filename"), call.need("length")
    if not length.isdigit():
        raise Refusal("invalid_arguments")
    file_id = world.ids.numbered("F")
    world.files[file_id] = {"id": file_id, "name": name, "title": name, "size": int(length), "content": None}
    return {"file_id": file_id, "upload_url": f"{world.base_url}/upload/{file_id}"}


def receive(world: World, file_id: str, content: bytes) -> int:
    """Keep the bytes; the HTTP status that Slack's upload address answers."""
    known = world.files.get(file_id)
    if known is None or len(content) != known["size"]:
        return 404 if known is None else 400
    known["content"] = content
    return 200


def complete_upload(world: World, call: Call) -> Json:
    """Share uploaded files; with a channel they appear there in one message."""
    wanted = call.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal("invalid_arguments")
    done = []
    for one in wanted:
        known = world.files.get(str(one.get("id"))) if isinstance(one, dict) else None
        if known is None or known["content"] is None:
            raise Refusal("file_not_found")
        known["title"] = one.get("title") or known["name"]
        done.append({"id": known["id"], "title": known["title"]})
    if channel := call.text("channel_id"):
        post_as_bot(
            world,
            channel=channel_to_write(world, call, channel).id,
            text=call.text("initial_comment"),
            blocks=None,
            thread_ts=call.text("thread_ts"),
            files=tuple(one["id"] for one in done),
        )
    return {"files": done}
