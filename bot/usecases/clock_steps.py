"""What waits is due by the time of the day. When somebody sets that back, it would wait as much longer."""

from __future__ import annotations

from bot.usecases.context import Context, log
from bot.usecases.holding import steady_ms

STEP_MS = 1_000
"""A clock that is put right little by little moves by less between two looks."""


class ClockWatch:
    """Notices that the time of the day was set back, by the clock that nobody sets."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._ahead = self._measure()
        """How far the time of the day is ahead of the steady clock, in milliseconds."""

    def look(self) -> None:
        """One round, for the keeper: what waits is due now when the clock was set back since the last one."""
        ahead, before = self._measure(), self._ahead
        if ahead < before - STEP_MS:
            ctx, now = self._ctx, self._ctx.clock.now_ms()
            with ctx.store.unit_of_work() as store:
                store.jobs.hurry_all(at=now)
                store.outbox.hurry_all(at=now)
            seconds = (before - ahead) // 1_000
            log.warning("this host's clock was set back by %s seconds", seconds, extra={"action": "clock_set_back"})
            ctx.wake()
        self._ahead = ahead

    def _measure(self) -> int:
        return self._ctx.clock.now_ms() - steady_ms(self._ctx)
