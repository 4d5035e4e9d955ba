"""What the host tells of the files of this process: whether they are still its own, and how much room there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.plugin import Message
from bot.store.disk import folders


class HostFiles:
    """Asks the host about files. Whoever holds the locks says how to compare them."""

    def __init__(self, *, free_bytes: Callable[[Path], int] = folders.free_bytes) -> None:
        self.free_bytes = free_bytes
        """How much room the file system of a path has for us."""
        self._find_displaced: Callable[[], Message | None] = _find_none

    def find_displaced(self) -> Message | None:
        """Say which of the files that keep a second bot out is not the one this process holds; None when all are."""
        return self._find_displaced()

    def compare_with(self, find_displaced: Callable[[], Message | None]) -> None:
        """Say what compares the files from now on. A process that holds no lock compares none."""
        self._find_displaced = find_displaced


def _find_none() -> None:
    return None
