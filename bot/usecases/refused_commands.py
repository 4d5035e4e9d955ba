"""Refused commands on the record: the first of a person and a reason at once, those of the next minute as one."""

from __future__ import annotations

from bot.core.audit import Entry, Fact, Tag
from bot.core.change import ChangeRequest
from bot.core.inbound import SlashCommand
from bot.core.principals import Principal
from bot.store.refused_commands import Refusals
from bot.usecases.change_record import record_change, recorded_line
from bot.usecases.context import Context

LONGEST_SUBJECTS = 1_000


def record_refusal(ctx: Context, slash: SlashCommand, reason: str) -> None:
    """Record that a command was refused, in the unit of work of the answer. Clicks and forms are never folded."""
    person, now, line = slash.person.id, ctx.clock.now_ms(), recorded_line(ctx, slash.text)
    lately = ctx.store.refusals.get(person, reason)
    if lately is not None and not lately.is_over(now):
        ctx.store.refusals.add(lately, line)
        return
    if lately is not None:
        _record_rest(ctx, lately)
    facts: dict[str, Fact] = {"line": line, "reason": reason}
    ctx.store.record(Entry(tag=Tag.COMMAND_REFUSED, actor=person, subject=person, facts=facts))
    ctx.store.refusals.begin(person, reason, at=now)


def record_refused_click(ctx: Context, person: Principal, change: ChangeRequest | None, reason: str) -> None:
    """Record that a click or a form was refused, each time, in the unit of work of the answer."""
    facts: dict[str, Fact] = {"reason": reason}
    if change is not None:
        record_change(ctx.store, Tag.REVIEW_REFUSED, change, actor=person.id, facts=facts)
    else:
        ctx.store.record(Entry(tag=Tag.REVIEW_REFUSED, actor=person.id, subject="card", facts=facts))


def record_folded(ctx: Context) -> None:
    """Record what was folded and whose minute is over; for the keeper."""
    now = ctx.clock.now_ms()
    for one in ctx.store.refusals.all():
        if one.is_over(now):
            with ctx.store.unit_of_work() as store:
                latest = store.refusals.get(one.person, one.reason)
                if latest is not None and latest.is_over(now) and store.refusals.remove(latest):
                    _record_rest(ctx, latest)


def _record_rest(ctx: Context, one: Refusals) -> None:
    if one.count:
        facts: dict[str, Fact] = {
            "reason": one.reason,
            "count": one.count,
            "subjects": "; ".join(one.subjects)[:LONGEST_SUBJECTS],
        }
        ctx.store.record(Entry(tag=Tag.COMMAND_REFUSED, actor=one.person, subject=one.person, facts=facts))
