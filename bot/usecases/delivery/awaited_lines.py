"""Change requests that wait for their audit line go on the moment it is in the audit channel."""

from __future__ import annotations

from collections.abc import Iterable

from bot.store.repositories.jobs import EXECUTE
from bot.usecases.context import Context


def resume_awaiting(ctx: Context, seqs: Iterable[int]) -> None:
    """Make the jobs due that wait for the lines of these records, once it is stored that the lines are out.

    It knows what waits in this process; in another one, and after a crash, the job looks again by itself a moment
    later.
    """
    ready = ctx.audit.find_ready(set(seqs))
    if not ready:
        return
    with ctx.store.unit_of_work() as tx:
        for number in ready:
            tx.jobs.hurry(EXECUTE, str(number))
            ctx.audit.forget_awaited(number)
    ctx.threads.wake()
