"""Which choices somebody waits for: forms wish for them, and a thread reads them."""

from __future__ import annotations

import threading

from bot.plugin.frozen import dataclass

MOST_WISHES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceWish:
    """The choices of a command's arguments, on a place by its name."""

    command: str
    plugin: str
    place: str


class ChoiceWishes:
    """Keeps what is wished for until it is taken, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wishes: dict[ChoiceWish, None] = {}

    def add(self, wish: ChoiceWish) -> None:
        """Wish for choices. Where too many wait already, the next form wishes again."""
        with self._lock:
            if len(self._wishes) < MOST_WISHES:
                self._wishes[wish] = None

    def take(self) -> list[ChoiceWish]:
        """Take all that wait, the oldest first."""
        with self._lock:
            taken, self._wishes = list(self._wishes), {}
        return taken
