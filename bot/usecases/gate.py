"""No audit copy, no call: whether the audit channel takes what is to be recorded."""

from __future__ import annotations

from enum import StrEnum

from bot.core import marks
from bot.core.change import ChangeRequest
from bot.store.store import audit_key
from bot.usecases.context import Context


class Gate(StrEnum):
    """Whether a change request may go on to run."""

    OPEN = "open"
    WAIT = "wait"
    SHUT = "shut"


def audit_trouble(ctx: Context) -> str:
    """Why the audit channel cannot be relied on, as a sentence; empty when it can.

    A dead channel is tried again soon after this was asked.
    """
    channel = ctx.channels.audit
    if not channel:
        return "No audit channel is set (B24BOT_AUDIT_CHANNEL)."
    health = ctx.store.outbox.channel(channel)
    if health is None or health.working:
        return ""
    with ctx.store.unit_of_work() as store:
        store.outbox.hurry("audit", at=ctx.clock.now_ms())
    ctx.wake()
    return f"The audit channel {marks.channel(channel)} does not take messages ({health.reason})."


def audit_gate(ctx: Context, change: ChangeRequest) -> tuple[Gate, str]:
    """Whether the approval of this change request stands in the audit channel yet.

    Waiting for that line also proves, right before the call, that the channel works.
    """
    if not ctx.channels.audit:
        return Gate.SHUT, audit_trouble(ctx)
    records = ctx.store.audit.find(subject=change.id, tag="change:review:approved", limit=1)
    state = ctx.store.outbox.state_of(audit_key(records[0].seq)) if records else None
    if state == "sent":
        return Gate.OPEN, ""
    trouble = audit_trouble(ctx)
    return (Gate.SHUT, trouble) if trouble else (Gate.WAIT, "")
