"""How often and how long: the leaky bucket per source address, and the operating time per method."""

from __future__ import annotations

from collections import defaultdict

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.simulated_clock import Clock

BUCKETS = 10
MINUTE = 60
UNCOUNTED = 0.1
"""Seconds up to which a call costs no operating time (docs/portal-behaviour.md P18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    drain: float
    """Calls per second that leak out."""
    threshold: int


ORDINARY = Rate(drain=2, threshold=50)
ENTERPRISE = Rate(drain=5, threshold=250)


class Bucket:
    """A leaky bucket per source address, shared by all applications on it (docs/portal-behaviour.md P17)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, source: str, rate: Rate) -> None:
        now = self._clock.time()
        level, since = self._levels.get(source, (0.0, now))
        level = max(0.0, level - (now - since) * rate.drain)
        if level + 1 > rate.threshold:
            self._levels[source] = (level, now)
            raise RestError(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
        self._levels[source] = (level + 1, now)

    def levels(self) -> dict[str, float]:
        return {source: level for source, (level, _) in self._levels.items()}


class Operating:
    """Execution time per (caller, method) over ten buckets of a minute. `costs` says what a call is made to last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spent: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        self.costs: dict[str, float] = {}

    def cost(self, method: str) -> float:
        return self.costs.get(method, 0.0)

    def check(self, caller: str, method: str, limit: str) -> None:
        """Refuse when the sum is over the limit already: the call that crosses it passes."""
        if limit != "off" and self.used(caller, method) > float(limit):
            raise RestError(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")

    def charge(self, caller: str, method: str, seconds: float) -> None:
        if seconds > UNCOUNTED:
            spent = self._recent(caller, method)
            minute = int(self._clock.time()) // MINUTE
            spent[minute] = spent.get(minute, 0.0) + seconds

    def used(self, caller: str, method: str) -> float:
        return sum(self._recent(caller, method).values())

    def reset_at(self, caller: str, method: str) -> int:
        """Unix time when the oldest bucket leaves the sum."""
        oldest = min(self._recent(caller, method), default=int(self._clock.time()) // MINUTE)
        return (oldest + BUCKETS) * MINUTE

    def _recent(self, caller: str, method: str) -> dict[int, float]:
        spent = self._spent[caller, method]
        first = int(self._clock.time()) // MINUTE - BUCKETS + 1
        for minute in [each for each in spent if each < first]:
            del spent[minute]
        return spent
