"""Deliveries that are set aside: b24bot stopped again and again while it worked on nothing but them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand, inbound_or_none
from bot.core.messages.notices import Mood
from bot.plugin import Message, Reply
from bot.store.repositories.jobs import MOST_CUT_ALONE
from bot.store.store import Transaction
from bot.usecases.context import Context, log
from bot.usecases.notices.change_entries import recorded_line
from bot.usecases.notices.notifications import notify_person

WHAT = {SlashCommand: "command", Click: "click", Form: "form"}
"""The kinds of deliveries as a record names them."""
_DOCTOR = "b24bot doctor"
SET_ASIDE: Mapping[type[Inbound], Message] = {
    SlashCommand: Message("intake.set_aside.command", count=MOST_CUT_ALONE, command=_DOCTOR),
    Click: Message("intake.set_aside.click", count=MOST_CUT_ALONE, command=_DOCTOR),
    Form: Message("intake.set_aside.form", count=MOST_CUT_ALONE, command=_DOCTOR),
}


def set_aside_poison(tx: Transaction, ctx: Context) -> None:
    """Set aside what was cut short too often, on the record, and tell who sent it."""
    for job in tx.jobs.set_aside():
        log.error("job %s is set aside: it was cut short too often", job.id, extra={"action": "job_set_aside"})
        inbound = inbound_or_none(job.payload)
        # What cannot be read names nobody.
        if inbound is not None:
            _tell(tx, ctx, inbound)


def _tell(tx: Transaction, ctx: Context, inbound: Inbound) -> None:
    facts: dict[str, Fact] = {"kind": WHAT[type(inbound)]}
    if isinstance(inbound, SlashCommand):
        facts["line"] = recorded_line(ctx, inbound.text)
    tx.record(Entry(tag=Tag.DELIVERY_QUARANTINED, actor=inbound.person.id, subject=inbound.person.id, facts=facts))
    notify_person(
        tx,
        ctx,
        inbound.person,
        "" if isinstance(inbound, Form) else inbound.channel,
        Reply(title=SET_ASIDE[type(inbound)]),
        answer_url=inbound.answer_url if isinstance(inbound, SlashCommand) else "",
        mood=Mood.TROUBLE,
    )
