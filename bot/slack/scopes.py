"""The scopes that the bot's token needs, and for what: those of manifest.yml, which is written from these tables."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Message

COMMANDS = "commands"
SCOPES: Mapping[str, Message] = {
    COMMANDS: Message("slack.scope.commands"),
    "chat:write": Message("slack.scope.write"),
    "files:write": Message("slack.scope.files"),
    "users:read": Message("slack.scope.users"),
    "app_mentions:read": Message("slack.scope.mentions"),
    "im:history": Message("slack.scope.direct"),
}
OPTIONAL_SCOPES: Mapping[str, Message] = {"usergroups:read": Message("slack.scope.user_groups")}
"""Whoever installs the app can leave these out; without `[user_groups]` in the policy table nothing needs them."""
READ_SCOPES = frozenset({"channels:read", "groups:read"})
"""Not asked for; where one was granted all the same, a channel can be looked at, and found by its name."""
METHOD_SCOPES: Mapping[str, str] = {
    "auth_test": "",
    "apps_connections_open": "",
    "chat_postMessage": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_update": "chat:write",
    "chat_scheduleMessage": "chat:write",
    "chat_deleteScheduledMessage": "chat:write",
    "conversations_info": "",
    "conversations_list": "",
    "files_upload_v2": "files:write",
    "views_open": "",
    "views_update": "",
    "views_publish": "",
    "users_info": "users:read",
    "usergroups_users_list": "usergroups:read",
}
"""The scope of each method of the Web API that the bot calls, empty where it needs none.

`conversations.info` and `conversations.list` are called only where one of `READ_SCOPES` was granted.
"""
EVENT_SCOPES: Mapping[str, str] = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "app_home_opened": "",
    "app_uninstalled": "",
    "tokens_revoked": "",
}
"""The scope of each event that the bot acts on, empty where it needs none."""


def missing_scopes(granted: frozenset[str], *, optional: bool = False) -> Mapping[str, Message]:
    """The scopes that the token lacks, and what does not work without each; with `optional` also those."""
    needed = {**SCOPES, **OPTIONAL_SCOPES} if optional else SCOPES
    return {scope: what for scope, what in needed.items() if scope not in granted}
