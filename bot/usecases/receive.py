"""What comes in is put on disk before it is acknowledged: a receipt against repetition, and a job."""

from __future__ import annotations

import json

from bot.core.audit import Entry, Tag
from bot.core.inbound import Inbound, SlashCommand, inbound_to_json
from bot.core.invocation import first_word
from bot.store.jobs import AT_ONCE, IN_TURN, Receipt
from bot.usecases.context import Context
from bot.usecases.rules import freezing
from bot.usecases.worker import INBOUND

_PASSING = ("answer_url", "trigger")
"""What a redelivery may carry anew without being another delivery."""


def receive(ctx: Context, inbound: Inbound) -> Receipt:
    """Record one delivery. A repeated one is forgotten; one that reuses a key for other words is recorded and refused.

    Raises StoreUnavailable: then nothing was recorded and it must not be acknowledged.
    """
    payload = inbound_to_json(inbound)
    now = ctx.clock.now_ms()
    with ctx.store.unit_of_work() as store:
        receipt = store.jobs.receive(inbound.key, _lasting(payload), at=now)
        if receipt is Receipt.NEW:
            store.jobs.add(INBOUND, payload, at=now, rank=_rank(inbound))
        elif receipt is Receipt.MISMATCHED:
            store.record(Entry(tag=Tag.DELIVERY_MISMATCHED, actor=inbound.person.id, subject="delivery"))
    ctx.wake()
    return receipt


def _rank(inbound: Inbound) -> int:
    """Commands wait behind what people decide, for they may read for long: behind clicks, forms and a freeze."""
    if isinstance(inbound, SlashCommand):
        return AT_ONCE if first_word(inbound.text) == freezing.noun else IN_TURN
    return AT_ONCE


def _lasting(payload: str) -> str:
    data = json.loads(payload)
    return json.dumps({name: value for name, value in data.items() if name not in _PASSING}, sort_keys=True)
