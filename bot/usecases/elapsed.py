"""How much time has truly passed, although somebody may have set the machine's clock."""

from __future__ import annotations

from collections.abc import Iterable

from bot.plugin import Clock

JUMP_MS = 2_000
"""The clock of the day and the steady one may drift this far apart between two looks; more is a jump."""


class Elapsed:
    """Compares stored times of the day with now, and believes them only while nobody sets the clock.

    `look` is called often. A span counts as passed when the clock of the day says so and has not jumped for as long,
    or when this process has known of its beginning for that long by the steady clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._offset_now()
        self._jumped: float | None = None
        self._known: dict[int, float] = {}

    def _offset_now(self) -> float:
        return self._clock.now_ms() - self._clock.monotonic() * 1000

    def look(self) -> None:
        """Notice whether the clock has jumped since the last look."""
        offset = self._offset_now()
        if abs(offset - self._offset) > JUMP_MS:
            self._jumped = self._clock.monotonic()
        self._offset = offset

    def watch(self, numbers: Iterable[int]) -> None:
        """From here on the spans of these change requests, and of no others, are measured by the steady clock too."""
        now = self._clock.monotonic()
        self._known = {number: self._known.get(number, now) for number in numbers}

    def left(self, number: int, since: int, span: int) -> int:
        """Milliseconds until `span` has passed since the stored time `since`; not above 0 when it has."""
        steady = self._clock.monotonic()
        left = since + span - self._clock.now_ms()
        if self._jumped is not None:
            left = max(left, round(span - (steady - self._jumped) * 1000))
        known = self._known.get(number)
        return left if known is None else min(left, round(span - (steady - known) * 1000))
