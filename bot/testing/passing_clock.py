"""A clock by which waiting takes no time."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from bot.clock import ShiftedClock


class PassingClock(ShiftedClock):
    """The machine's time, and on top of it all that somebody slept: a pause is over at once, and has passed.

    `told` is called with the seconds, in whole milliseconds, before they have passed: a simulation with a clock of its
    own is never behind.
    """

    def __init__(self, told: Callable[[float], object] = float) -> None:
        super().__init__()
        self.told = told

    def sleep(self, seconds: float) -> None:
        """Let that time have passed."""
        self.told(ceil(seconds * 1000) / 1000)
        self.advance(seconds)
