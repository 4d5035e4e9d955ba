"""Change requests that wait for their audit line go on the moment it is in the audit channel."""

from __future__ import annotations

from collections.abc import Iterable

from bot.store.repositories.jobs import EXECUTE
from bot.usecases.context import Context


def resume_awaiting(ctx: Context, seqs: Iterable[int]) -> None:
    """Make the jobs due that wait for the lines of these records, once it is stored that the lines are out.

    Not in a unit of work. It knows what waits in this process; in another one, and after a crash, the job looks again
    by itself a moment later.
    """
    out = set(seqs)
    ready = [number for number, seq in list(ctx.awaiting.items()) if seq in out]
    if not ready:
        return
    with ctx.store.unit_of_work() as store:
        for number in ready:
            store.jobs.hurry(EXECUTE, str(number))
            ctx.awaiting.pop(number, None)
    ctx.wake()
