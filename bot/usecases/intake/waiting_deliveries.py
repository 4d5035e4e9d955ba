"""Deliveries that a release before left waiting: they get the rank and the turn of today, and what stops holds."""

from __future__ import annotations

from bot.core.messages.deliveries import inbound_or_none
from bot.usecases.context import Context
from bot.usecases.intake.priority import position_of
from bot.usecases.intake.stop_words import hold


def place_deliveries(ctx: Context) -> None:
    """Place each where `receive` would have put it. For the start of a worker, in a unit of work."""
    for job in ctx.store.jobs.unplaced():
        inbound = inbound_or_none(job.payload)
        if inbound is None:
            # The job ends with what is wrong about it.
            continue
        ctx.store.jobs.place(job, position_of(ctx, inbound))
        hold(ctx, inbound)
