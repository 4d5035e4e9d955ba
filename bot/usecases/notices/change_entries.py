"""Audit records about a change request: each says what it is about and where, so that it can be read alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.audit.audit_record import PLACE_FACT, Entry, Tag
from bot.core.change.change_request import ChangeRequest
from bot.core.change.plans import write_target
from bot.core.parsing.recorded_line import make_recorded_line
from bot.core.redaction.redactor import shorten
from bot.language.recorded_facts import RecordedFact, record_messages
from bot.store.store import Transaction
from bot.usecases.context import Context

LONGEST = 200


def attesting_tags(change: ChangeRequest) -> tuple[Tag, ...]:
    """The tags of the records that attest what was decided on a change request.

    A confirmation is nobody's approval. Releases before this one recorded it as one, so where the requester confirms
    both count; where others approve, only their approvals do.
    """
    return (Tag.REQUEST_CONFIRMED, Tag.REVIEW_APPROVED) if change.needs_confirmation_only else (Tag.REVIEW_APPROVED,)


def record_change(
    tx: Transaction, tag: Tag, change: ChangeRequest, *, actor: str, facts: Mapping[str, RecordedFact] | None = None
) -> int:
    """Append a record about a change request: with its plan in words, its target and its place.

    Facts that are messages are recorded in English, and as keys and arguments beside it.
    """
    return tx.record(change_entry(tag, change, actor=actor, facts=facts))


def change_entry(
    tag: Tag, change: ChangeRequest, *, actor: str, facts: Mapping[str, RecordedFact] | None = None
) -> Entry:
    """What `record_change` appends."""
    what: dict[str, RecordedFact] = {
        "summary": change.plan.summary,
        "target": shorten(write_target(change.plan.target, change.plan.part), LONGEST),
    }
    if change.place_name:
        what[PLACE_FACT] = change.place_name
        if change.place.mark:
            what["mark"] = change.place.mark
    return Entry(tag=tag, actor=actor, subject=change.id, facts=record_messages({**what, **(facts or {})}))


def recorded_line(ctx: Context, text: str, secrets: Iterable[str] = ()) -> str:
    """A typed line for the record: a secret that stands in it by mistake, and a customer's words, are not kept."""
    return make_recorded_line(text, secrets, commands=ctx.registry.commands, fingerprint=ctx.store.keys.fingerprint)
