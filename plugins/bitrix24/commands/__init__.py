"""The commands, one function each. Importing this package declares them all; only `acceptance` writes to a portal."""

from plugins.bitrix24.commands import (
    acceptance,
    chat,
    connecting,
    connector_activate,
    connector_adopt,
    connector_configure,
    connector_error,
    connector_read,
    connector_register,
    connector_remove,
    connector_restore,
    line,
    message,
    message_receipts,
    portal,
)

__all__ = [
    "acceptance",
    "chat",
    "connecting",
    "connector_activate",
    "connector_adopt",
    "connector_configure",
    "connector_error",
    "connector_read",
    "connector_register",
    "connector_remove",
    "connector_restore",
    "line",
    "message",
    "message_receipts",
    "portal",
]
