"""Plugins that refuse to start, each in its way, and one that starts and counts how often it is closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.core.bot_errors import StoreUnavailable
from bot.plugin import (
    Call,
    CallOutcome,
    Event,
    Group,
    Observation,
    Place,
    PlaceTerm,
    Plan,
    Refusal,
    Services,
    Setting,
    Settling,
)
from tests.host.invented import Invented


class Refusing:
    """A plugin without commands."""

    api = 1
    name = "refusing"
    settings: Sequence[Setting] = ()
    settling = Settling(late_effects=75.0)
    place_term = PlaceTerm()
    events: Sequence[Event] = ()
    groups: Iterable[Group[Any]] = ()
    simulators: Mapping[str, Any] = {}

    def __init__(self, error: Exception) -> None:
        self._error = error

    def start(self, services: Services) -> None:
        raise self._error

    def close(self) -> None:
        """There are no connections."""

    def maintain(self, services: Services) -> None:
        """Nothing runs out here."""

    def places(self, services: Services) -> Sequence[Place]:
        return ()

    def open(self, services: Services, place: Place) -> Any:
        raise self._error

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        raise self._error

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
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
