"""Checkpoints: records that state the whole head of the audit log, so that it is kept wherever records are copied."""

from __future__ import annotations

from bot.core.audit.audit_record import SYSTEM, Entry, Fact, Tag
from bot.core.audit.chain import Place
from bot.store.repositories.audit_log import AuditReader
from bot.usecases.context import Context
from bot.usecases.integrity.chain_check import CHAIN

EVERY_RECORDS = 100
EVERY_MS = 86_400_000


def write_checkpoint(ctx: Context) -> bool:
    """Write one if it is due: after so many records, or a day after the last one when there is something new.

    A chain that is known not to hold, or was not recomputed yet, gets none: it would look as if it had been found in
    order.
    """
    if CHAIN in ctx.limits or ctx.audit.chain.unchecked is not None or _due(ctx) is None:
        return False
    with ctx.store.unit_of_work() as tx:
        place = _due(ctx)
        if place is None:
            return False
        record = tx.audit.get(place.seq)
        facts: dict[str, Fact] = {
            "seq": place.seq,
            "head": place.head,
            "count": count_records(tx.audit),
            "fingerprint": record.key_id if record else "",
            "schema": tx.schema_step,
        }
        tx.record(Entry(tag=Tag.CHECKPOINT, actor=SYSTEM, subject="chain", facts=facts))
    ctx.threads.wake()
    return True


def _due(ctx: Context) -> Place | None:
    """Where the chain stands, if that is to be stated now."""
    audit = ctx.store.audit
    place, last = audit.place(), audit.newest(Tag.CHECKPOINT)
    behind = last.seq if last else 0
    if place is None or place.seq == behind:
        return None
    since = last or audit.get(behind + 1)
    old = since is not None and ctx.clock.now_ms() - since.at >= EVERY_MS
    return place if old or place.seq - behind >= EVERY_RECORDS else None


def count_records(audit: AuditReader) -> int:
    """How many records there are, those that were archived included: what the last checkpoint counted, and those since,
    so that age costs nothing."""
    last = audit.newest(Tag.CHECKPOINT)
    known, after = (last.facts.get("count"), last.facts.get("seq")) if last else (None, None)
    if type(known) is int and type(after) is int:
        return known + audit.count(after=after)
    archived = audit.archived().end.seq
    return archived + audit.count(after=archived or None)
