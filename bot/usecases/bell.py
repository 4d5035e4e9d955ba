"""A way to cut short the sleep of threads that poll."""

from __future__ import annotations

import threading


class Bell:
    """Cuts short the sleep of the threads that listen to it."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self.count = 0
        """How often it was rung."""

    def ring(self) -> None:
        with self._rung:
            self.count += 1
            self._rung.notify_all()

    def sleep(self, seconds: float, *, since: int) -> None:
        """Wait so long, or until it is rung; not at all when it was rung more often than `since`."""
        with self._rung:
            if self.count == since:
                self._rung.wait(seconds)
