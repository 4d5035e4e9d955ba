"""How long the portal has worked on each method for us, and which it has blocked. Nothing here sends.

A portal adds up the seconds that it works on a method in ten minutes, tells the sum in every answer, and refuses the
method with 429 when it is over the limit (docs/portal-behaviour.md P18).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from bot.plugin import Message, Time
from bot.plugin.frozen import dataclass

LIMIT = 420.0
"""Seconds: the lower of the two that are known."""

SLOW = 0.5 * LIMIT
"""Seconds from which on calls of the method are slowed down."""
LONGEST_PAUSE = 5.0
"""Seconds between two calls of a method that has nearly reached the limit."""
REST_MS = 60 * 1000
"""How long to leave a method alone when nobody said until when."""

_MOST_MS = 10 * 60 * 1000
"""The sum is over ten minutes, so no block is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A method that the portal has blocked, until a moment in UTC milliseconds."""

    method: str
    until: int

    @property
    def end(self) -> Time:
        """The end of the block, to the second."""
        return Time(time=self.until // 1000 * 1000)

    @property
    def sentence(self) -> Message:
        return Message("bitrix24.call.method_blocked", method=self.method, until=self.end)


class OperatingTime:
    """The operating time of one portal's methods, as its answers tell it. For any number of threads."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._resets: dict[str, int] = {}
        self._used: dict[str, float] = {}
        self._blocked: dict[str, int] = {}
        self._warned: dict[str, int] = {}

    def noted(self, method: str, time: Mapping[str, Any], now: int) -> None:
        """Read the `time` of an answer, or of an item in a batch; both numbers are absent without a limiter."""
        used, reset = _number(time.get("operating")), _number(time.get("operating_reset_at"))
        if used is None or reset is None:
            return
        until = round(reset * 1000)
        with self._lock:
            self._resets[method], self._used[method] = until, used
            alarm = used > SLOW and self._warned.get(method, 0) < now
            if alarm:
                self._warned[method] = max(until, now + REST_MS)
        if alarm:
            self._log.warning(
                "the portal has worked %.0f s on %s in ten minutes; calls are slowed down, at %.0f s it may block them",
                used,
                method,
                LIMIT,
                extra={"action": "operating_high"},
            )

    def busiest(self, now: int) -> tuple[str, float] | None:
        """The method that the portal has worked on longest, and the seconds; None when it has told of none."""
        with self._lock:
            known = [(seconds, method) for method, seconds in self._used.items() if self._resets[method] > now]
        seconds, method = max(known, default=(0.0, ""))
        return (method, seconds) if method else None

    def pause(self, methods: Iterable[str], now: int) -> float:
        """Seconds to wait before the next call of these methods: none up to half of the limit, then more and more."""
        with self._lock:
            used = [self._used.get(method, 0.0) for method in methods if self._resets.get(method, 0) > now]
        over = (max(used, default=0.0) - SLOW) / (LIMIT - SLOW)
        return LONGEST_PAUSE * min(1.0, over) if over > 0 else 0.0

    def refused(self, method: str, now: int) -> Block:
        """The portal has blocked the method: leave it alone until the reset that it told of last, or for a minute."""
        with self._lock:
            told = self._resets.get(method, 0)
            until = told if now < told <= now + _MOST_MS else now + REST_MS
            self._blocked[method] = until
        self._log.warning("the portal has blocked %s", method, extra={"action": "operating_blocked"})
        return Block(method=method, until=until)

    def block(self, method: str, now: int) -> Block | None:
        """The block that holds now, if there is one. A clock that was set back does not make it longer."""
        with self._lock:
            until = self._blocked.get(method, 0)
        return Block(method=method, until=until) if now < until <= now + _MOST_MS else None


def _number(value: Any) -> float | None:
    sound = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e11
    return float(value) if sound else None
