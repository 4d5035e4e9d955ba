"""Which delivery a job is about: what came in itself, and for an execution the last approval that it needed."""

from __future__ import annotations

from bot.core.bot_errors import StoreUnavailable
from bot.core.messages.deliveries import inbound_or_none
from bot.core.request_id import current_request_id, make_request_id
from bot.store.repositories.jobs import INBOUND, Job
from bot.store.store import Store, Transaction

APPROVED_BY = "approved_by:{place}"
"""The facts that hold the number of an approved change request and the id of the delivery that approved it."""
KEPT = 512
"""So many are kept: as many as may wait for their execution at a time, and more."""


def keep_request_id(tx: Transaction, number: int) -> None:
    """Keep for the execution of a change request which delivery has approved it."""
    tx.facts.put(APPROVED_BY.format(place=number % KEPT), f"{number} {current_request_id()}")


def find_request_id(store: Store, job: Job) -> str:
    """The id of the delivery that a job is about; empty where none is known."""
    if job.kind == INBOUND:
        inbound = inbound_or_none(job.payload)
        return make_request_id(inbound.key) if inbound else ""
    try:
        kept = store.facts.get(APPROVED_BY.format(place=int(job.payload) % KEPT)) or ""
    except StoreUnavailable:
        return ""
    number, _, request_id = kept.partition(" ")
    return request_id if number == job.payload else ""
