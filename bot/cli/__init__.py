"""The terminal for admins: click reads the words, the use cases decide, rich draws tables."""

from bot.cli.root import main

__all__ = ["main"]
