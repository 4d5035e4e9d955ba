"""Keeps calls away from a portal that does not answer. An open breaker means “try later” and changes no state."""

from __future__ import annotations

import threading

FAILURES = 5
PAUSE = 30.0
"""Seconds without calls after that many failures in a row; then one call probes."""


class CircuitBreaker:
    """Counts transport failures in a row, for any number of threads. Times are seconds that never go back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def try_acquire(self, now: float) -> bool:
        """Whether to send. After the pause one caller gets a yes, the others wait for what comes of it."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if now < self._until:
                return False
            self._until = now + PAUSE
            return True

    def failed(self, now: float) -> None:
        with self._lock:
            self._failures += 1
            self._until = now + PAUSE

    def record_success(self) -> None:
        with self._lock:
            self._failures = 0
