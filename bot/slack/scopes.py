"""The scopes that the bot's token needs, and for what: those of manifest.yml."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Message

SCOPES: Mapping[str, Message] = {
    "commands": Message("slack.scope.commands"),
    "chat:write": Message("slack.scope.write"),
    "files:write": Message("slack.scope.files"),
    "users:read": Message("slack.scope.users"),
}
READ_SCOPES = frozenset({"channels:read", "groups:read"})
"""Not asked for; where one was granted all the same, a channel can be looked at."""


def missing_scopes(granted: frozenset[str]) -> Mapping[str, Message]:
    """The scopes that the token lacks, and what does not work without each."""
    return {scope: what for scope, what in SCOPES.items() if scope not in granted}
