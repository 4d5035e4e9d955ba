"""Plugins that refuse to start, each in its way, and one that starts and counts how often it is closed."""

from __future__ import annotations

from bot.core.bot_errors import StoreUnavailable
from bot.plugin import Refusal, Services
from tests.host.invented import Invented


class Refusing(Invented):
    """A plugin without commands."""

    def __init__(self, error: Exception) -> None:
        super().__init__("refusing")
        self._error = error

    def start(self, services: Services) -> None:
        raise self._error


class Leaving(Invented):
    """A plugin that counts how often it is told that the process ends."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


leaving = Leaving("leaving")
unwilling = Refusing(Refusal("The portal is on another planet.", hint="Move it."))
clumsy = Refusing(ZeroDivisionError("by zero"))
unlucky = Refusing(StoreUnavailable("The database cannot be written now."))
