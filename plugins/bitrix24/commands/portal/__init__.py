"""The commands about portals, a module each. Importing this package declares them all."""

from plugins.bitrix24.commands.portal import add, check, colour, list, protect, remove, rename, show

__all__ = ["add", "check", "colour", "list", "protect", "remove", "rename", "show"]
