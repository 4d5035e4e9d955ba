"""The commands, one function each. Importing this package declares them all; none of them writes to a portal."""

from plugins.bitrix24.commands import chat, connector, line, message, portal, receipt, removal

__all__ = ["chat", "connector", "line", "message", "portal", "receipt", "removal"]
