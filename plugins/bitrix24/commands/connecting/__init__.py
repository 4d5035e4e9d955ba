"""`portal connect`: an application becomes a portal, with what people approved, confirm, paste or install."""

from plugins.bitrix24.commands.connecting import connect

__all__ = ["connect"]
