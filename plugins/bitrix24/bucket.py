"""The portal's rate limit, kept on our side: pacing wastes nothing, running into the limit does.

The portal's bucket is per source IP and holds 50 requests that drain at 2 a second (bitrix24.md 6.1).
"""

from __future__ import annotations

import threading
from typing import Protocol


class Bucket(Protocol):
    """What paces the requests to one portal. Times are seconds of a clock that never goes back."""

    def take(self, now: float) -> float:
        """Take a place and say for how many seconds to wait before sending."""
        ...

    def overflowed(self, now: float) -> None:
        """The portal said that its bucket is full."""
        ...


class LocalBucket:
    """A leaky bucket of one process, for any number of threads."""

    def __init__(self, *, holds: float = 48.0, drains: float = 2.0) -> None:
        self._holds = holds
        self._drains = drains
        self._lock = threading.Lock()
        self._level = 0.0
        self._seen: float | None = None

    def take(self, now: float) -> float:
        with self._lock:
            self._leak(now)
            self._level += 1.0
            return max(0.0, (self._level - self._holds) / self._drains)

    def overflowed(self, now: float) -> None:
        with self._lock:
            self._leak(now)
            self._level = max(self._level, self._holds)

    def _leak(self, now: float) -> None:
        passed = max(0.0, now - self._seen) if self._seen is not None else 0.0
        self._level = max(0.0, self._level - passed * self._drains)
        self._seen = now
