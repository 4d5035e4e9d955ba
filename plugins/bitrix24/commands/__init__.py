"""The commands, one function each. Importing this package declares them all; none of them writes to a portal."""

from plugins.bitrix24.commands import connector, line, portal, removal

__all__ = ["connector", "line", "portal", "removal"]
