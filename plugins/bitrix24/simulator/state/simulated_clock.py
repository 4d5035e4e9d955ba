"""The simulator's own time: the real clock plus an offset that a test moves, or a clock that stands still."""

from __future__ import annotations

import threading
import time


class Clock:
    """Unix time in seconds. `advance` moves it forward; while frozen only `advance` moves it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen: float | None = None

    def time(self) -> float:
        with self._lock:
            return self._now()

    def advance(self, seconds: float) -> float:
        """Move forward and return the new time."""
        with self._lock:
            if self._frozen is None:
                self._offset += seconds
            else:
                self._frozen += seconds
            return self._now()

    def freeze(self, still: bool = True) -> float:
        """Stop the clock, or let it run on from where it stood; returns the time."""
        with self._lock:
            now = self._now()
            if still:
                self._frozen = now
            elif self._frozen is not None:
                self._offset = now - time.time()
                self._frozen = None
            return now

    def reset(self) -> None:
        with self._lock:
            self._offset = 0.0
            self._frozen = None

    @property
    def frozen(self) -> bool:
        with self._lock:
            return self._frozen is not None

    def _now(self) -> float:
        return time.time() + self._offset if self._frozen is None else self._frozen
