"""The workspace's own time, real time plus an offset, and the ids that must be unique within it."""

from __future__ import annotations

import secrets
import threading
import time
from itertools import count


class Clock:
    """Seconds since the epoch. `advance` makes expiry testable without waiting."""

    def __init__(self) -> None:
        self._offset = 0.0

    @property
    def offset(self) -> float:
        """Seconds by which this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> float:
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds

    def set(self, epoch: float) -> None:
        self._offset = epoch - time.time()


class Ids:
    """Message timestamps (unique and rising, as Slack's are) and numbered or random ids."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last_micros = 0
        self._numbers = count(1)

    def timestamp(self) -> str:
        """`1700000000.000100`: seconds and six digits, never the same twice."""
        with self._lock:
            self._last_micros = max(int(self._clock.now() * 1_000_000), self._last_micros + 1)
            return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def numbered(self, prefix: str, width: int = 6) -> str:
        """`V000012`: rising within the workspace whatever the prefix."""
        with self._lock:
            return f"{prefix}{next(self._numbers):0{width}d}"

    def random(self, characters: int = 24) -> str:
        return secrets.token_hex((characters + 1) // 2)[:characters]
