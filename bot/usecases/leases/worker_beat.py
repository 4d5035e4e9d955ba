"""The beat of the worker: a fact that it writes while it works, so that every process sees whether somebody does."""

from __future__ import annotations

from bot.usecases.context import Context
from bot.usecases.leases.lease_holding import steady_ms

WORKER_BEAT = "worker_beat"
"""The fact that holds the time of the last beat, in milliseconds of the steady clock."""
BEAT_SECONDS = 5.0
LATE_SECONDS = 60.0
"""After this the worker counts as gone. A restart takes less, and what comes in meanwhile waits in the database."""


class WorkerBeat:
    """Writes the beat every `BEAT_SECONDS`; for the scheduler of the worker."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._due = ctx.clock.monotonic()

    def run_once(self) -> None:
        """Beat if it is time. Raises StoreUnavailable: then there is no beat, which is what a reader should see."""
        if self._ctx.clock.monotonic() >= self._due:
            with self._ctx.store.unit_of_work() as tx:
                tx.facts.put(WORKER_BEAT, str(steady_ms(self._ctx)))
            self._due = self._ctx.clock.monotonic() + BEAT_SECONDS


def find_beat_age(ctx: Context) -> float | None:
    """Seconds since the last beat; None before the first one since this machine was started."""
    beat = ctx.store.facts.get(WORKER_BEAT)
    age = None if not beat else (steady_ms(ctx) - int(beat)) / 1000
    return age if age is not None and age >= 0 else None


def is_beating(ctx: Context) -> bool:
    """Whether the worker, in whichever process, has beaten lately. Raises StoreUnavailable."""
    age = find_beat_age(ctx)
    return age is not None and age < LATE_SECONDS
