"""What was refused, on the record: the first of a person and a kind at once, those of the next minute as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import Inbound
from bot.core.principals import Principal
from bot.core.redaction.redactor import looks_secret, redact, secrets_in
from bot.language.recorded_facts import record_messages
from bot.language.translation import translate
from bot.plugin import Message, Text, map_text
from bot.store.repositories.folded_refusals import Refusals
from bot.store.store import Transaction, audit_key
from bot.usecases.authority.grid_accounts import person_of
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.notices.change_entries import change_entry
from bot.usecases.process.event_counters import OTHER, REFUSALS

LONGEST_SUBJECTS = 1_000


def record_refusal(tx: Transaction, ctx: Context, person: Principal, line: str, reason: Text) -> None:
    """Record that a command was refused. `line` is as a record keeps it."""
    ctx.threads.counters.count(REFUSALS, _reason_key(reason))
    why = _redact(ctx, reason)
    facts = record_messages({"reason": why})
    entry = Entry(tag=Tag.COMMAND_REFUSED, actor=person.id, subject=person.id, facts=facts)
    _fold(tx, ctx, ctx.deployment.people.id_of(person), entry, kind=translate(why), own={"line": line})


def record_mismatch(tx: Transaction, ctx: Context, inbound: Inbound) -> None:
    """Record that a delivery reused the key of another one. Nothing of it was read, whatever it is."""
    entry = Entry(tag=Tag.DELIVERY_MISMATCHED, actor=inbound.person.id, subject="delivery")
    _fold(tx, ctx, person_of(ctx, inbound), entry, kind=entry.subject)


def record_refused_click(
    tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest | None, reason: Text
) -> None:
    """Record that a click or a form was refused, each time.

    What the account of a terminal is refused about a change request is a command there, and is folded as such.
    """
    ctx.threads.counters.count(REFUSALS, _reason_key(reason))
    why = _redact(ctx, reason)
    if change is not None:
        entry = change_entry(Tag.REVIEW_REFUSED, change, actor=person.id, facts={"reason": why})
    else:
        facts = record_messages({"reason": why})
        entry = Entry(tag=Tag.REVIEW_REFUSED, actor=person.id, subject="card", facts=facts)
    if person.local:
        _fold(tx, ctx, ctx.deployment.people.id_of(person), entry, kind=f"{entry.subject} {translate(why)}")
    else:
        _record(tx, ctx, entry)


def _reason_key(reason: Text) -> str:
    """The key of a reason. A text without a key is somebody's own, so nothing of it becomes a label."""
    return reason.key if isinstance(reason, Message) else OTHER


def _redact(ctx: Context, reason: Text) -> Text:
    """Take what looks like a secret out of a reason: out of its arguments, or else out of its English.

    Some secrets are found only in the sentence, by the words in front of them, and are looked for apart from it too.
    """
    fingerprint = ctx.store.keys.fingerprint
    secrets = secrets_in(translate(reason))
    clean = map_text(reason, lambda text: redact(text, secrets, fingerprint))
    english = translate(clean)
    return redact(english, (), fingerprint) if looks_secret(english) else clean


def record_folded(ctx: Context) -> None:
    """Record what was folded and whose minute is over; for the scheduler."""
    now = ctx.clock.now_ms()
    for one in ctx.store.refusals.all():
        if one.is_over(now):
            with ctx.store.unit_of_work() as tx:
                latest = tx.refusals.get(one.person, one.kind)
                if latest is not None and latest.is_over(now) and tx.refusals.remove(latest):
                    _record_rest(tx, ctx, latest)


def _fold(
    tx: Transaction, ctx: Context, person: str, entry: Entry, *, kind: str, own: Mapping[str, Fact] | None = None
) -> None:
    """Record the first of a person and a kind, with what is its own; count those of the next minute."""
    now, kind, own = ctx.clock.now_ms(), f"{entry.tag} {kind}", own or {}
    lately = tx.refusals.get(person, kind)
    if lately is not None and not lately.is_over(now):
        other = () if entry.actor == lately.entry.actor else (entry.actor,)
        tx.refusals.add(lately, ": ".join((*other, *map(str, own.values()))))
        return
    if lately is not None:
        _record_rest(tx, ctx, lately)
    _record(tx, ctx, replace(entry, facts={**entry.facts, **own}))
    tx.refusals.begin(person, kind, entry, at=now)


def _record_rest(tx: Transaction, ctx: Context, one: Refusals) -> None:
    if one.count:
        entry, subjects = one.entry, "; ".join(one.subjects)[:LONGEST_SUBJECTS]
        facts = {**entry.facts, "count": one.count, **({"subjects": subjects} if subjects else {})}
        _record(tx, ctx, replace(entry, facts=facts))


def _record(tx: Transaction, ctx: Context, entry: Entry) -> None:
    """Append a record of a refusal; the line about somebody who is not on the allow-list goes behind all others."""
    seq = tx.record(entry)
    if role_of(ctx, Principal.read(entry.actor)) is None:
        tx.outbox.put_last(audit_key(seq))
