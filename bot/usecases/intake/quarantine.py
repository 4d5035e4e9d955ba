"""Deliveries that are set aside: b24bot stopped again and again while it worked on nothing but them."""

from __future__ import annotations

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand, inbound_or_none
from bot.plugin import Reply
from bot.store.repositories.jobs import MOST_CUT_ALONE
from bot.store.store import Transaction
from bot.usecases.change_entries import recorded_line
from bot.usecases.context import Context, log
from bot.usecases.notifications import notify_person

WHAT = {SlashCommand: "command", Click: "click", Form: "form"}


def set_aside_poison(tx: Transaction, ctx: Context) -> None:
    """Set aside what was cut short too often, on the record, and tell who sent it."""
    for job in tx.jobs.set_aside():
        log.error("job %s is set aside: it was cut short too often", job.id, extra={"action": "job_set_aside"})
        inbound = inbound_or_none(job.payload)
        # What cannot be read names nobody.
        if inbound is not None:
            _tell(tx, ctx, inbound)


def _tell(tx: Transaction, ctx: Context, inbound: Inbound) -> None:
    what = WHAT[type(inbound)]
    facts: dict[str, Fact] = {"kind": what}
    if isinstance(inbound, SlashCommand):
        facts["line"] = recorded_line(ctx, inbound.text)
    tx.record(Entry(tag=Tag.DELIVERY_QUARANTINED, actor=inbound.person.id, subject=inbound.person.id, facts=facts))
    title = (
        f"Your {what} was set aside and will not be done: b24bot stopped {MOST_CUT_ALONE} times while it worked on it. "
        "Tell an admin; `b24bot doctor` on the host names it."
    )
    notify_person(
        tx,
        ctx,
        inbound.person,
        "" if isinstance(inbound, Form) else inbound.channel,
        Reply(title=title),
        answer_url=inbound.answer_url if isinstance(inbound, SlashCommand) else "",
        mood="trouble",
    )
