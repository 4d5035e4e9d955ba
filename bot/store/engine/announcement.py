"""What processes of several hosts share beside the rows, and what an engine does whose processes are on one host."""

from __future__ import annotations

from collections.abc import Callable


def stop_nothing() -> None:
    """Nobody listens."""


class OfOneHost:
    """An engine of which no process tells another of its commits: they look every now and then."""

    def announce(self) -> None:
        """Nobody could hear it."""

    def shared_level(self, name: str) -> None:
        """Processes of one host share a file of that host."""

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        return stop_nothing
