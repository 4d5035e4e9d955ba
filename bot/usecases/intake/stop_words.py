"""Words that stop: each holds from the transaction that acknowledges it, until Slack was asked about its speaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.audit.audit_record import Entry, Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.pending_stop import STOP_LASTS_MS, Stop, StopKind
from bot.core.messages.deliveries import Inbound
from bot.core.messages.notices import Mood
from bot.language.recorded_facts import RecordedFact, record_messages
from bot.plugin import Message, Reply
from bot.store.repositories.jobs import Job
from bot.store.store import Transaction
from bot.usecases.admin.admin_commands import FREEZE
from bot.usecases.admin.call_handlers import AFTER_FAULT, HANDLERS, UNCONFIRMED, Authorization
from bot.usecases.authority.grid_accounts import as_home_account
from bot.usecases.authority.memberships import refresh_memberships
from bot.usecases.context import Context
from bot.usecases.intake.stop_requests import may_freeze, stop_requested
from bot.usecases.integrity.freezes import FROZEN
from bot.usecases.leases.lease_holding import steady_ms
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import notify_person
from bot.usecases.process.workspace import Workspace

HOLDS: Mapping[StopKind, Message] = {
    StopKind.FREEZE: Message("admin.stop.freeze_holds"),
    StopKind.WITHDRAW: Message("admin.stop.withdrawal_holds"),
    StopKind.REJECT: Message("admin.stop.rejection_holds"),
}
LIFTED_REFUSED, LIFTED_AFTER_FAULT = Message("admin.stop.refused_or_late"), Message("admin.stop.fault")
LIFTED_UNCONFIRMED = Message("admin.stop.unconfirmed")
"""Why a stop was lifted, as its record says."""


def hold_stop(tx: Transaction, ctx: Context, inbound: Inbound) -> None:
    """Let a word that stops hold, if the stored allow-list lets this person say it.

    While Slack has not said which team is ours, the person's own counts: nothing runs before that is known.
    """
    known = ctx if ctx.workspace.team else replace(ctx, workspace=Workspace(inbound.person.team))
    try:
        stop = stop_requested(known, as_home_account(known.workspace, inbound))
    except (KeyError, TypeError, ValueError):
        # What is stored of the change request cannot be read: nothing of it begins, and the job tells the person.
        return
    if stop is not None:
        tx.stops.put(stop)


def pending_stop(ctx: Context, change: ChangeRequest) -> Stop | None:
    """The pending stop that keeps a change request from beginning."""
    return next((stop for stop in ctx.store.stops.pending() if stop.blocks(change)), None)


def settle_stop(tx: Transaction, ctx: Context, key: str) -> None:
    """End the stop that came with a delivery, as its job ends. What it did not do is recorded."""
    stop = tx.stops.get(key)
    if stop is not None and tx.stops.settle(stop, at=ctx.clock.now_ms()) and not _is_done(ctx, stop):
        _record_lifted(tx, ctx, stop, LIFTED_REFUSED)


def end_after_fault(tx: Transaction, ctx: Context, key: str) -> Message | None:
    """End the stop whose job met a fault, with the job: a freeze stays, another is lifted.

    Returns what the person is told of it; None where the delivery came with no stop that holds.
    """
    stop = tx.stops.get(key)
    if stop is None or not tx.stops.settle(stop, at=ctx.clock.now_ms()):
        return None
    if _freeze_stays(tx, ctx, stop, AFTER_FAULT):
        return Message("admin.stop.frozen_after_fault")
    if _is_done(ctx, stop):
        return None
    _record_lifted(tx, ctx, stop, LIFTED_AFTER_FAULT)
    return Message("admin.stop.not_stopped", subject=stop.subject)


def _freeze_stays(tx: Transaction, ctx: Context, stop: Stop, note: str) -> bool:
    """Freeze by the word of a pending freeze that was not confirmed, if the stored allow-list still lets them."""
    if stop.kind is not StopKind.FREEZE or not may_freeze(ctx, stop.person):
        return False
    HANDLERS[FREEZE](tx, ctx, Authorization(asked=stop.person), {"reason": stop.reason, "note": note})
    return True


def is_put_off(ctx: Context, job: Job, inbound: Inbound) -> bool:
    """Whether nothing is to be done for the job of a stop now: Slack does not tell yet, or its time was up before."""
    stop = ctx.store.stops.get(inbound.key)
    wait = refresh_memberships(ctx, [inbound.person]) if stop is not None and not stop.settled else 0
    if stop is None or not (stop.settled or wait):
        return False
    with ctx.store.unit_of_work() as tx:
        if stop.settled:
            tx.jobs.finish(job)
        else:
            tx.jobs.postpone(job, due=steady_ms(ctx) + wait)
            if tx.outbox.state_of(_key(stop, "wait")) is None:
                _tell(tx, ctx, stop, Message("admin.stop.waits_for_slack", holds=HOLDS[stop.kind]))
    ctx.threads.wake()
    return True


class StopDeadlines:
    """Ends the stops that nobody could confirm within a minute: a freeze stays, another stop is lifted."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: dict[int, int] = {}
        """Since when this worker knows of each, by the steady clock. While none ran, nobody could ask Slack."""

    def run_once(self) -> None:
        """One round, for the scheduler."""
        now, pending = steady_ms(self._ctx), self._ctx.store.stops.pending()
        self._known = {stop.id: self._known.get(stop.id, now) for stop in pending}
        for stop in pending:
            if now - self._known[stop.id] >= STOP_LASTS_MS:
                self._end(stop)

    def _end(self, stop: Stop) -> None:
        ctx = self._ctx
        with ctx.store.unit_of_work() as tx:
            if not tx.stops.settle(stop, at=ctx.clock.now_ms()):
                return
            if _freeze_stays(tx, ctx, stop, UNCONFIRMED):
                _tell(tx, ctx, stop, Message("admin.stop.frozen_unconfirmed"), when="end")
            else:
                _record_lifted(tx, ctx, stop, LIFTED_UNCONFIRMED)
                undone = Message("admin.stop.not_stopped_unconfirmed", subject=stop.subject)
                _tell(tx, ctx, stop, undone, when="end")
        ctx.threads.wake()


def _is_done(ctx: Context, stop: Stop) -> bool:
    """Whether what was to be stopped is stopped, by this word or by another."""
    if stop.kind is StopKind.FREEZE:
        return bool(ctx.store.facts.get(FROZEN))
    ended = {StopKind.WITHDRAW: Status.WITHDRAWN, StopKind.REJECT: Status.REJECTED}
    change = _change_of(ctx, stop)
    return change is not None and change.status is ended[stop.kind]


def _change_of(ctx: Context, stop: Stop) -> ChangeRequest | None:
    """The change request it is about; None for a freeze, and where what is stored cannot be read any more."""
    try:
        return ctx.store.changes.get(stop.number) if stop.number else None
    except (KeyError, TypeError, ValueError):
        return None


def _record_lifted(tx: Transaction, ctx: Context, stop: Stop, reason: Message) -> None:
    facts: dict[str, RecordedFact] = {"kind": stop.kind, "reason": reason}
    change = _change_of(ctx, stop)
    if change is not None:
        record_change(tx, Tag.STOP_DISCARDED, change, actor=stop.person.id, facts=facts)
    else:
        tx.record(
            Entry(tag=Tag.STOP_DISCARDED, actor=stop.person.id, subject=stop.subject, facts=record_messages(facts))
        )


def _tell(tx: Transaction, ctx: Context, stop: Stop, sentence: Message, *, when: str = "wait") -> None:
    change = _change_of(ctx, stop)
    channel, number = (change.channel, change.number) if change is not None else ("", 0)
    notify_person(
        tx, ctx, stop.person, channel, Reply(title=sentence), mood=Mood.CALM, key=_key(stop, when), number=number
    )


def _key(stop: Stop, when: str) -> str:
    # By the key of its delivery: the id of a row that was removed is given to another.
    return f"whisper:stop:{stop.key}:{when}"
