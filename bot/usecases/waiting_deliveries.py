"""Deliveries that a release before left waiting: they get the rank and the turn of today, and what stops holds."""

from __future__ import annotations

from bot.core.inbound import inbound_or_none
from bot.usecases.context import Context
from bot.usecases.priority import place_of
from bot.usecases.stops import hold


def place_deliveries(ctx: Context) -> None:
    """Place each where `receive` would have put it. For the start of a worker, in a unit of work."""
    for job in ctx.store.jobs.unplaced():
        inbound = inbound_or_none(job.payload)
        if inbound is None:
            # The job ends with what is wrong about it.
            continue
        place = place_of(ctx, inbound)
        ctx.store.jobs.place(job, rank=place.rank, person=place.person, counted=place.counted)
        hold(ctx, inbound)
