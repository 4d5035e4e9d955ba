"""How many requests from outside are taken: in a second from one address, and at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict

from bot.plugin import Clock

PER_SECOND, BURST = 10.0, 60.0
"""What one client address may ask of one route: a place sends several events at once."""
MOST_CLIENTS = 10_000
"""The addresses that are remembered; who has asked longest ago is forgotten first."""
AT_ONCE = 4
"""The requests of plugins that are answered at a time. The other threads are for Slack and the health checks."""


class RequestRate:
    """A token bucket for each client address and route."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def allows(self, client: str, route: str) -> bool:
        """Whether one more request of this client is taken now."""
        key, now = (client, route), self._clock.monotonic()
        with self._lock:
            left, since = self._left.pop(key, (BURST, now))
            left = min(BURST, left + (now - since) * PER_SECOND)
            allowed = left >= 1.0
            self._left[key] = (left - 1.0 if allowed else left, now)
            if len(self._left) > MOST_CLIENTS:
                self._left.popitem(last=False)
        return allowed


class RequestSlots:
    """Room for so many requests at a time; it does not queue any."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._free = threading.Semaphore(most)

    def take(self) -> bool:
        """Take a place; False where there is none."""
        return self._free.acquire(blocking=False)

    def free(self) -> None:
        """Give a place back."""
        self._free.release()
