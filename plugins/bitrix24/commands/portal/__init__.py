"""The commands about portals, a module each. Importing this package declares them all."""

from plugins.bitrix24.commands.portal import add, check, connect, list, remove, spare

__all__ = ["add", "check", "connect", "list", "remove", "spare"]
