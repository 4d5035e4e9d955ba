"""Jobs that failed: whoever waits is told, and the job is put back or ended, when that can be written at the latest."""

from __future__ import annotations

from dataclasses import replace

from bot.core.bot_errors import StoreUnavailable
from bot.core.messages.deliveries import Form, Inbound, SlashCommand, inbound_or_none
from bot.core.messages.notices import Mood, PrivateNotice
from bot.plugin import Message, Reply
from bot.store.repositories.jobs import INBOUND, Job
from bot.store.store import Transaction
from bot.usecases.authority.memberships import find_language
from bot.usecases.chat.delivery_errors import DeliveryError
from bot.usecases.context import Context, log
from bot.usecases.intake.quarantine import set_aside_poison
from bot.usecases.intake.stop_words import end_after_fault
from bot.usecases.leases.lease_holding import steady_ms
from bot.usecases.notices.fault_buttons import fault_buttons, read_reference
from bot.usecases.notices.notifications import notify_person, request_label
from bot.usecases.process.thread_state import UnsavedResult

RETRY_MS = 5_000


def report_failure(ctx: Context, job: Job, sentence: Message) -> None:
    """Say that it did not work, through the outbox, or directly when even that cannot be written."""
    notice: PrivateNotice | None = None
    try:
        notice = _notice_of(ctx, job, sentence)
        with ctx.store.unit_of_work() as tx:
            stopped = _finish_or_retry(tx, ctx, job, again=job.kind != INBOUND)
            if notice is not None:
                notify_person(
                    tx,
                    ctx,
                    notice.person,
                    notice.channel,
                    replace(notice.reply, notes=() if stopped is None else (stopped,)),
                    answer_url=notice.answer_url,
                    mood=notice.mood,
                    buttons=fault_buttons(ctx, notice.person, read_reference(sentence)),
                )
    except StoreUnavailable:
        heard = notice is not None and _say_directly(ctx, notice)
        ctx.threads.keep_unsaved(UnsavedResult(job=job, again=job.kind != INBOUND or not heard))
    ctx.threads.wake()


def _finish_or_retry(tx: Transaction, ctx: Context, job: Job, *, again: bool) -> Message | None:
    """Put it back, or end it with the stop that it was to confirm; returns what its person is told of that."""
    if again:
        tx.jobs.retry(job, due=steady_ms(ctx) + RETRY_MS)
        return None
    tx.jobs.finish(job)
    inbound = read_delivery(job)
    return end_after_fault(tx, ctx, inbound.key) if inbound is not None else None


def read_delivery(job: Job) -> Inbound | None:
    """What came in; None where that cannot be read, and for another kind of job."""
    return inbound_or_none(job.payload) if job.kind == INBOUND else None


def save_unsaved_results(ctx: Context) -> None:
    """Write down the ends of jobs that could not be written when they came."""
    ended = ctx.threads.list_unsaved()
    if not ended:
        return
    with ctx.store.unit_of_work() as tx:
        alone = tx.jobs.under_way() == 1
        for result in ended:
            if result.again and result.job.kind == INBOUND:
                tx.jobs.cut_short(result.job, due=steady_ms(ctx) + RETRY_MS, alone=alone)
            else:
                _finish_or_retry(tx, ctx, result.job, again=result.again)
        set_aside_poison(tx, ctx)
    ctx.threads.drop_unsaved(len(ended))


def _say_directly(ctx: Context, notice: PrivateNotice) -> bool:
    try:
        ctx.chat.messenger.send_privately(notice, language=find_language(ctx, notice.person))
    except DeliveryError as error:
        log.error("nobody could be told: %s", error.code, extra={"action": "apology_lost"})
        return False
    return True


def _notice_of(ctx: Context, job: Job, sentence: Message) -> PrivateNotice | None:
    """What whoever waits for a job is told; only once for a job that is tried again."""
    reply = Reply(title=sentence)
    if job.kind != INBOUND:
        change = ctx.store.changes.get(int(job.payload)) if job.attempts <= 1 else None
        if change is None or change.requester.local:
            return None
        reply = Reply(title=Message("intake.about_request", request=request_label(ctx, change), sentence=sentence))
        return PrivateNotice(person=change.requester, channel=change.channel, reply=reply, mood=Mood.TROUBLE)
    inbound = read_delivery(job)
    if inbound is None:
        # What cannot be read names nobody who waits for it.
        return None
    channel = inbound.channel if not isinstance(inbound, Form) else ""
    url = inbound.answer_url if isinstance(inbound, SlashCommand) else ""
    return PrivateNotice(person=inbound.person, channel=channel, reply=reply, answer_url=url, mood=Mood.TROUBLE)
