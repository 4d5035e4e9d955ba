"""Work that one process queues and another does: how the other hears of it at once."""

from __future__ import annotations

from collections.abc import Callable


def stop_nothing() -> None:
    """Nobody listens."""


class Unannounced:
    """What an engine does that tells no process of the commits of another: they look every now and then."""

    def announce(self) -> None:
        """Nobody could hear it."""

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        return stop_nothing
