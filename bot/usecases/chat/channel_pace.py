"""When a channel takes the bot's next message: one at a time, and none while Slack asks to wait."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from bot.plugin import Clock
from bot.plugin.frozen import dataclass

LONGEST_REST_MS = 60_000
LEAST_WAIT_MS = 250
"""A try again comes no sooner, whatever chance says."""


class PostKind(StrEnum):
    """How something gets into a channel. Slack measures each by itself."""

    POST = "post"
    REWRITE = "rewrite"


GAPS: Mapping[PostKind, float] = {PostKind.POST: 1.0, PostKind.REWRITE: 1.2}
"""Seconds between two of a kind in one channel. Slack takes 50 rewrites a minute (docs/slack-behaviour.md S21)."""
NO_GAPS: Mapping[PostKind, float] = dict.fromkeys(PostKind, 0.0)
"""For a workspace that takes any number."""


def backoff_ms(clock: Clock, tries: int, longest: int) -> int:
    """How long after try number `tries` the next one comes: any time up to a second, then up to twice as long each."""
    most = min(longest, 1_000 << min(tries - 1, 20))
    return LEAST_WAIT_MS + round(clock.jitter(most - LEAST_WAIT_MS))


@dataclass(slots=True)
class _Lane:
    """One channel, in seconds of the monotonic clock."""

    free_at: dict[PostKind, float] = field(default_factory=dict)
    rests_until: float = 0.0
    failures: int = 0
    failing_since: float = 0.0


class ChannelRateLimiter:
    """The next free moment of each channel, for every thread of this process.

    It goes by the monotonic clock: a wall clock that is set back may not silence a channel.
    """

    def __init__(self, clock: Clock) -> None:
        self.gaps = GAPS
        self._clock = clock
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}
        self._went_at = float("-inf")

    def take(self, channel: str, way: PostKind) -> bool:
        """Use the channel's next moment, if that is now; False when it has to wait."""
        with self._lock:
            now, lane = self._clock.monotonic(), self._lane(channel)
            if now < max(lane.rests_until, lane.free_at.get(way, now)):
                return False
            lane.free_at[way] = now + self.gaps[way]
            return True

    def mark_sent(self, channel: str, way: PostKind) -> None:
        """Count the gap from now on: the chat may have taken the message only just before its answer."""
        with self._lock:
            self._lane(channel).free_at[way] = self._clock.monotonic() + self.gaps[way]

    def pause(self, channel: str, seconds: float) -> None:
        """Let nothing into the channel for so long: Slack asked for it, or nobody is there to take it."""
        with self._lock:
            lane = self._lane(channel)
            lane.rests_until = max(lane.rests_until, self._clock.monotonic() + seconds)

    def record_failure(self, channel: str, *, seconds: float | None = None) -> None:
        """Something did not get out: the channel rests, for longer each time unless it is said how long."""
        with self._lock:
            lane = self._lane(channel)
            if not lane.failures:
                lane.failing_since = self._clock.monotonic()
            lane.failures += 1
            failures = lane.failures
        self.pause(channel, backoff_ms(self._clock, failures, LONGEST_REST_MS) / 1_000 if seconds is None else seconds)

    def record_success(self, channel: str) -> int:
        """Something got out; returns how often in a row nothing had before."""
        with self._lock:
            lane = self._lane(channel)
            failures, lane.failures = lane.failures, 0
            self._went_at = self._clock.monotonic()
        return failures

    def has_other_success(self, channel: str) -> bool:
        """Whether something got out, anywhere, since this channel began to fail: then Slack is not down."""
        with self._lock:
            lane = self._lane(channel)
            return self._went_at > (lane.failing_since if lane.failures else float("-inf"))

    def _lane(self, channel: str) -> _Lane:
        return self._lanes.setdefault(channel, _Lane())
