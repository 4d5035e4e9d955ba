"""The commands, one function each. Importing this package declares them all; none of them writes to a portal."""

from plugins.bitrix24.commands import (
    adoption,
    chat,
    configuring,
    connector,
    failing,
    line,
    message,
    portal,
    receipt,
    registering,
    removal,
    restoring,
    switching,
)

__all__ = [
    "adoption",
    "chat",
    "configuring",
    "connector",
    "failing",
    "line",
    "message",
    "portal",
    "receipt",
    "registering",
    "removal",
    "restoring",
    "switching",
]
