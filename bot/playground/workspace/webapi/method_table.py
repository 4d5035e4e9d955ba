"""The Web API as a table: method → function, scopes, token, body, tier."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi import chat, file_uploads, lookups, scheduling, view_methods
from bot.playground.workspace.webapi.arguments import Call
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One of `scopes` is enough; `holder` is the kind of token it takes; `per_minute` is its tier, 0 for none."""

    function: Callable[[World, Call], Json]
    scopes: tuple[str, ...] = ()
    holder: str = "bot"
    takes_json: bool = True
    per_minute: int = 50


_WRITE = ("chat:write",)
_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_OPEN = ("im:write", "mpim:write", "channels:manage", "groups:write")

METHODS: Mapping[str, Method] = {
    "auth.test": Method(function=lookups.auth_test, per_minute=0),
    "chat.postMessage": Method(function=chat.post_message, scopes=_WRITE, per_minute=0),
    "chat.scheduleMessage": Method(function=scheduling.schedule_message, scopes=_WRITE),
    "chat.deleteScheduledMessage": Method(function=scheduling.delete_scheduled_message, scopes=_WRITE),
    "chat.postEphemeral": Method(function=chat.post_ephemeral, scopes=_WRITE, per_minute=100),
    "chat.update": Method(function=chat.update, scopes=_WRITE),
    "chat.delete": Method(function=chat.delete, scopes=_WRITE),
    "chat.getPermalink": Method(function=chat.get_permalink, takes_json=False, per_minute=0),
    "views.open": Method(function=view_methods.open_view, per_minute=100),
    "views.push": Method(function=view_methods.push, per_minute=100),
    "views.update": Method(function=view_methods.update, per_minute=100),
    "views.publish": Method(function=view_methods.publish, per_minute=100),
    "users.info": Method(function=lookups.user_info, scopes=("users:read",), takes_json=False, per_minute=100),
    "usergroups.users.list": Method(
        function=lookups.user_group_members, scopes=("usergroups:read",), takes_json=False, per_minute=20
    ),
    "conversations.info": Method(function=lookups.conversation_info, scopes=_READ, takes_json=False),
    "conversations.members": Method(
        function=lookups.conversation_members, scopes=_READ, takes_json=False, per_minute=100
    ),
    "conversations.list": Method(function=lookups.conversation_list, scopes=_READ, takes_json=False, per_minute=20),
    "conversations.open": Method(function=lookups.conversation_open, scopes=_OPEN),
    "files.getUploadURLExternal": Method(
        function=file_uploads.get_upload_url, scopes=("files:write",), takes_json=False, per_minute=100
    ),
    "files.completeUploadExternal": Method(
        function=file_uploads.complete_upload, scopes=("files:write",), per_minute=100
    ),
    "apps.connections.open": Method(
        function=lookups.open_connection, scopes=("connections:write",), holder="app", per_minute=1_000
    ),
}
