"""How often each method may be called before Slack answers 429 (docs/slack-behaviour.md S21)."""

from __future__ import annotations

import math

from bot.playground.workspace.base.simulator_values import Refusal
from bot.playground.workspace.base.workspace_clock import Clock
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A bucket of `burst` calls that refills by `per_second`."""

    burst: float
    per_second: float


POSTS_PER_CHANNEL = Rate(burst=3, per_second=1)


def per_minute(calls: int) -> Rate:
    """One of Slack's tiers: all of a minute's calls may come at once."""
    return Rate(burst=calls, per_second=calls / 60)


class Limits:
    """One bucket per key. Switched off, it lets everything through."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self.on = on
        self._clock = clock
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, rate: Rate, *key: str) -> None:
        """Use one call of the bucket, or refuse with `ratelimited` and the whole seconds to wait."""
        if not self.on:
            return
        now = self._clock.now()
        at = (key[0], ":".join(key[1:]))
        left, since = self._buckets.get(at, (rate.burst, now))
        left = min(rate.burst, left + (now - since) * rate.per_second)
        if left < 1:
            self._buckets[at] = (left, now)
            wait = max(1, math.ceil((1 - left) / rate.per_second))
            raise Refusal("ratelimited", status=429, headers={"Retry-After": str(wait)})
        self._buckets[at] = (left - 1, now)
