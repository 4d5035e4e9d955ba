"""Threads that do the jobs: one of them looks for the next one, the others are at work or wait to look."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.store.repositories.job_order import Rank
from bot.store.repositories.jobs import Job
from bot.usecases.context import Context
from bot.usecases.leases.lease_holding import steady_ms
from bot.usecases.process.turns import Turns
from bot.usecases.process.wake_signal import POLL_SECONDS, WakeSignal

AT_ONCE = frozenset({Rank.HELPING})
"""Ranks of what asks neither Slack nor a place: done before anybody looks for the next job, with no other thread."""


class Runners:
    """A group of runners. However many there are, one of them asks the database, and none takes another one's job.

    Another runner is started when all are at work: a runner that waits for a place keeps its thread and nothing else,
    for what may be under way is limited at each place (`bot/store/repositories/job_order.py`).
    `quick`: they are kept in reserve, and take no job that calls a place.
    """

    def __init__(
        self,
        ctx: Context,
        *,
        claim: Callable[[], Job | None],
        perform: Callable[[Job], None],
        turns: Turns,
        signal: WakeSignal,
        stopping: threading.Event,
        quick: bool = False,
    ) -> None:
        self._ctx = ctx
        self._claim = claim
        self._perform = perform
        self._turns = turns
        self._signal = signal
        self._heard = WakeSignal() if quick else signal
        """Nobody rings for those in reserve: they take what the others leave lying for a while, since two threads that
        do at once what waits for nothing are slower than one."""
        self._stopping = stopping
        self._quick = quick
        self._found = False
        """Whether there was a job at the last look: then it is not asked first whether there is one."""

    def step(self) -> bool:
        """Take one job and do it; True unless the bot stops. Raises what looking for a job raises."""
        with self._turns:
            job = self._next()
            if job is not None and self._asks_nobody(job):
                self._perform(job)
                job = None
            elif job is not None:
                self._turns.grow()
        if job is not None:
            self._perform(job)
            # Its place has room again.
            self._signal.wake()
        return not self._stopping.is_set()

    def _next(self) -> Job | None:
        """The next job, as soon as there is one; None when the bot stops."""
        if self._quick:
            self._stopping.wait(POLL_SECONDS)
        return self._heard.await_next(self._look, stopping=self._stopping)

    def _look(self) -> Job | None:
        # After a look that failed it is asked again.
        known, self._found = self._found, False
        job = self._claim() if known or self._is_waiting() else None
        self._found = job is not None
        return job

    def _asks_nobody(self, job: Job) -> bool:
        """Of a colleague from another workspace of one organisation Slack is asked, whatever they typed."""
        return job.rank in AT_ONCE and not self._ctx.workspace.enterprise

    def _is_waiting(self) -> bool:
        """Nothing is done before it is known which team we are of: that decides who has a role."""
        ctx = self._ctx
        return bool(ctx.workspace.team) and ctx.store.jobs.waiting(steady_ms(ctx), quick=self._quick)
