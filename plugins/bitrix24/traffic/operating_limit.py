"""How long the portal has worked on each method for us, and which it has blocked. Nothing here sends.

A portal adds up the seconds that it works on a method in ten minutes, tells the sum in every answer, and refuses the
method with 429 when it is over the limit (docs/portal-behaviour.md P18).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from bot.plugin import Message, Time
from bot.plugin.frozen import dataclass

LIMIT = 420.0
"""Seconds: the lower of the two that are known."""

ALARM = 0.8 * LIMIT
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
        self._blocked: dict[str, int] = {}
        self._warned: dict[str, int] = {}

    def noted(self, method: str, time: Mapping[str, Any], now: int) -> None:
        """Read the `time` of an answer, or of an item in a batch; both numbers are absent without a limiter."""
        used, reset = _number(time.get("operating")), _number(time.get("operating_reset_at"))
        if used is None or reset is None:
            return
        until = round(reset * 1000)
        with self._lock:
            self._resets[method] = until
            alarm = used > ALARM and self._warned.get(method, 0) < now
            if alarm:
                self._warned[method] = max(until, now + REST_MS)
        if alarm:
            self._log.warning(
                "the portal has worked %.0f s on %s in ten minutes; at %.0f s it may block it",
                used,
                method,
                LIMIT,
                extra={"action": "operating_high"},
            )

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
