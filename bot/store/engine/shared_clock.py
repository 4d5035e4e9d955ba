"""The clock of a process whose database other hosts use as well."""

from __future__ import annotations

from bot.plugin import Clock


class SharedClock:
    """This host's clock, with the steady one moved to the clock of the database when the process starts.

    What is due, and how long a lease lasts, is stored by the steady clock. So it has to be the same one on every host.
    """

    def __init__(self, clock: Clock, server_ms: int) -> None:
        self._clock = clock
        self._shift = server_ms / 1000 - clock.monotonic()

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def monotonic(self) -> float:
        return self._clock.monotonic() + self._shift

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def jitter(self, most: float) -> float:
        return self._clock.jitter(most)
