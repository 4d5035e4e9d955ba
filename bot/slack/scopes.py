"""The scopes that the bot's token needs, and for what: those of manifest.yml."""

from __future__ import annotations

from collections.abc import Mapping

SCOPES: Mapping[str, str] = {
    "commands": "the slash command",
    "chat:write": "cards, answers and audit lines",
    "files:write": "long answers as a file",
    "users:read": "telling members from guests; without it everybody is refused",
}
READ_SCOPES = frozenset({"channels:read", "groups:read"})
"""Not asked for; where one was granted all the same, a channel can be looked at."""


def missing_scopes(granted: frozenset[str]) -> Mapping[str, str]:
    """The scopes that the token lacks, and what does not work without each."""
    return {scope: what for scope, what in SCOPES.items() if scope not in granted}
