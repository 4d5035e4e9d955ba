"""Which choices somebody waits for: forms ask for them, and a thread reads them."""

from __future__ import annotations

import threading

from bot.plugin.frozen import dataclass

MOST_CHOICE_REQUESTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRequest:
    """The choices of a command's arguments, on a place by its name."""

    command: str
    plugin: str
    place: str


class ChoiceRequests:
    """Keeps what is wished for until it is taken, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[ChoiceRequest, None] = {}

    def add(self, request: ChoiceRequest) -> None:
        """Ask for choices. Where too many wait already, the next form asks again."""
        with self._lock:
            if len(self._requests) < MOST_CHOICE_REQUESTS:
                self._requests[request] = None

    def take(self) -> list[ChoiceRequest]:
        """Take all that wait, the oldest first."""
        with self._lock:
            taken, self._requests = list(self._requests), {}
        return taken
