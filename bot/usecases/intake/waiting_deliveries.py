"""Deliveries that a release before left waiting: they get the rank and the turn of today, and what stops holds."""

from __future__ import annotations

from bot.core.messages.deliveries import inbound_or_none
from bot.store.store import Transaction
from bot.usecases.context import Context
from bot.usecases.intake.priority import find_position
from bot.usecases.intake.stop_words import hold_stop


def place_deliveries(tx: Transaction, ctx: Context) -> None:
    """Place each where `receive` would have put it. For the start of a worker."""
    for job in tx.jobs.unplaced():
        inbound = inbound_or_none(job.payload)
        if inbound is None:
            # The job ends with what is wrong about it.
            continue
        tx.jobs.place(job, find_position(ctx, inbound))
        hold_stop(tx, ctx, inbound)
