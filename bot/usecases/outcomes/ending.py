"""The ending of a change request: stored with its record and what the plugin remembers, and said under its card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import Ending, describe_call_done
from bot.core.change.status_table import describe_status, find_status_row
from bot.core.encoding import canonical
from bot.core.redaction.redactor import redact_value
from bot.language.recorded_facts import RecordedFact
from bot.plugin import Message, Person, Text
from bot.store.repositories.change_requests import Column
from bot.store.store import Transaction
from bot.usecases.authority.quorum import check_request_record
from bot.usecases.authority.reader_views import hiding_for_record
from bot.usecases.context import Context, log
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import post_in_thread, queue_clicked_card
from bot.usecases.outcomes.outcome_questions import make_check_request
from bot.usecases.outcomes.requester_notes import tell_requester
from bot.usecases.outcomes.undo_links import note_undone

FORGED_RECORDS = Message("outcome.records_refused")


def finish_request(
    tx: Transaction, ctx: Context, change: ChangeRequest, old: Status, ending: Ending, *, tag: Tag, actor: str = SYSTEM
) -> bool:
    """Move to an ending and queue what has to be said; False when it has moved on meanwhile."""
    change = tx.changes.exact(change)
    remembers = ending.status is Status.DONE and bool(change.plan.remember)
    if remembers and check_request_record(ctx, change):
        log.error("%s: %s", change.id, FORGED_RECORDS, extra={"action": "records_refused"})
        ending, remembers = replace(ending, details=(*ending.details, FORGED_RECORDS)), False
    columns = _columns(ctx, change, ending)
    if old is Status.UNKNOWN and actor != SYSTEM:
        columns["settled_by"] = actor
    if not tx.changes.move(change.number, old, ending.status, changes=columns):
        return False
    if remembers:
        # It stands or falls with the ending.
        tx.records(change.plugin).remember(change.plan.remember)
    if ending.status is Status.DONE:
        note_undone(tx, ctx, change)
    ended = tx.changes.require(change.number)
    hide = hiding_for_record(ctx, change)
    facts: dict[str, RecordedFact] = {
        "status": ending.status,
        "result": find_status_row(ended).code,
        "sentence": hide(ending.sentence),
        "outcome": tuple(map(hide, _remaining_details(ending))),
        **(_parts(ending, hide) if ending.partly else {}),
    }
    record_change(tx, tag, change, actor=actor, facts=facts)
    tell_requester(tx, ctx, change.number)
    _say(
        tx,
        ctx,
        ended,
        replace(
            ending,
            sentence=hide(ending.sentence),
            details=tuple(map(hide, ending.details)),
        ),
    )
    return True


def _is_for_people(change: ChangeRequest, ending: Ending) -> bool:
    """Whether nothing but a person's word can end it."""
    return ending.status is Status.UNKNOWN and not change.plan.provable


def _columns(ctx: Context, change: ChangeRequest, ending: Ending) -> dict[str, Column]:
    """What is stored of an ending."""
    now, unknown = ctx.clock.now_ms(), ending.status is Status.UNKNOWN
    columns: dict[str, Column] = {
        "outcome": ending.outcome,
        "partly": int(ending.partly),
        "repeat": ending.repeat,
        "read_fault": ending.read_fault,
    }
    if ending.found is not None and not unknown:
        columns["found"] = canonical(redact_value(dict(ending.found), ctx.store.keys.fingerprint))
    if _is_for_people(change, ending):
        columns["asked_at"] = now
    elif not unknown:
        columns["ended_at"] = now
    return columns


def _say(tx: Transaction, ctx: Context, change: ChangeRequest, ending: Ending) -> None:
    """Say the ending under the card, and have the card rewritten."""
    post_in_thread(tx, ctx, change.number, _describe_ending(change, ending))
    if _is_for_people(change, ending):
        post_in_thread(tx, ctx, change.number, make_check_request(ctx, change))
    queue_clicked_card(tx, ctx, change.number)


def _describe_ending(change: ChangeRequest, ending: Ending) -> Message:
    who = Person(person=change.requester.id)
    if ending.status is Status.DONE:
        return Message("outcome.ended_done", person=who, outcome=ending.outcome)
    return Message("outcome.ended_as", person=who, status=describe_status(change), outcome=ending.outcome)


def _remaining_details(ending: Ending) -> list[Text]:
    """The details of an ending that are not among what happened, which the record tells by itself."""
    told = {line for one in ending.happened for line in (one, describe_call_done(one))}
    return [line for line in ending.details if line not in told]


def _parts(ending: Ending, hide: Callable[[Text], Text]) -> dict[str, RecordedFact]:
    """What the record of an ending with a part done says of the parts."""
    parts = {"happened": ending.happened, "missing": ending.missing}
    return {
        "partly": True,
        **{name: tuple(map(hide, lines)) for name, lines in parts.items()},
    }
