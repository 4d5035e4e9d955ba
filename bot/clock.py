"""Time, identifiers and randomness: the only module that asks the machine for any of them."""

from __future__ import annotations

import secrets
import threading
import time


class SystemClock:
    """The machine's clock, as the plugin API's Clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def jitter(self, most: float) -> float:
        return secrets.randbelow(1_000_000) / 1_000_000 * most


class ShiftedClock(SystemClock):
    """The machine's clocks plus a shift that can be moved, so that an expiry need not be waited for.

    Both move: it is as if that time had passed, not as if somebody had set the clock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shift_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self._shift_ms

    def monotonic(self) -> float:
        return super().monotonic() + self._shift_ms / 1000

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._shift_ms += round(seconds * 1000)


def incident_id() -> str:
    """A short reference that a person can read out and an admin can find in the log: `E-3f9a1c`."""
    return f"E-{secrets.token_hex(3)}"


def token() -> str:
    """An unguessable name for a lease or a process."""
    return secrets.token_hex(8)


class Backoff:
    """How long to wait before the next attempt: twice as long after each failure, up to `most` seconds.

    At random from half of it to all of it, so that processes that failed together do not come back together.
    """

    def __init__(self, *, first: float, most: float) -> None:
        self._first, self._most = first, most
        self._next = first

    def next(self) -> float:
        """Seconds until the next attempt."""
        wait = self._next
        self._next = min(self._most, wait * 2)
        return wait / 2 + SystemClock().jitter(wait / 2)

    def reset(self) -> None:
        """Begin again after a success."""
        self._next = self._first
