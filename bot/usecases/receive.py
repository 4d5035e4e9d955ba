"""What comes in is put on disk before it is acknowledged: a receipt against repetition, and a job."""

from __future__ import annotations

import json

from bot.core.audit import Entry, Tag
from bot.core.inbound import Inbound, inbound_to_json
from bot.store.jobs import Receipt
from bot.usecases.context import Context
from bot.usecases.priority import rank_of
from bot.usecases.stops import hold
from bot.usecases.worker import INBOUND

_PASSING = ("answer_url", "trigger", "workspace", "enterprise")
"""What a redelivery may carry anew without being another delivery. Old releases did not store the last two."""


def receive(ctx: Context, inbound: Inbound) -> Receipt:
    """Record one delivery. A repeated one is forgotten; one that reuses a key for other words is recorded and refused.

    A word that stops holds from here on.

    Raises StoreUnavailable: then nothing was recorded and it must not be acknowledged.
    """
    payload = inbound_to_json(inbound)
    now, rank = ctx.clock.now_ms(), rank_of(ctx, inbound)
    with ctx.store.unit_of_work() as store:
        receipt = store.jobs.receive(inbound.key, _lasting(payload), at=now)
        if receipt is Receipt.NEW:
            store.jobs.add(INBOUND, payload, at=now, rank=rank)
            hold(ctx, inbound)
        elif receipt is Receipt.MISMATCHED:
            store.record(Entry(tag=Tag.DELIVERY_MISMATCHED, actor=inbound.person.id, subject="delivery"))
    ctx.wake()
    return receipt


def _lasting(payload: str) -> str:
    data = json.loads(payload)
    return json.dumps({name: value for name, value in data.items() if name not in _PASSING}, sort_keys=True)
