"""Which policy table is in force, on the record: at each start, and wherever it is another one than before."""

from __future__ import annotations

from bot.core.audit.audit_record import SYSTEM, Entry, Fact, Tag
from bot.usecases.context import Context
from bot.usecases.integrity.chain_check import CHAIN, examine_head

LAST_POLICY = "policy"
"""The stored fact that has the digest of the table that was recorded last; empty for none."""


def record_policy(ctx: Context, *, starting: bool) -> None:
    """Record the table that was loaded, unless the log cannot be trusted.

    `starting`: a process that stays records each table that it loads. A command of the terminal records another one
    than was recorded last.
    """
    store, rules = ctx.store, ctx.deployment.rules
    due = rules.digest != (store.facts.get(LAST_POLICY) or "") or (starting and bool(rules.rows))
    if not due or CHAIN in ctx.limits or examine_head(store, ctx.audit.witness).limit is not None:
        return
    with store.unit_of_work() as tx:
        facts: dict[str, Fact] = {"digest": rules.digest, "count": len(rules.rows)}
        tx.facts.put(LAST_POLICY, rules.digest)
        tx.record(Entry(tag=Tag.POLICY_LOADED, actor=SYSTEM, subject="policy", facts=facts))
