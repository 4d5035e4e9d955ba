"""What came of deliveries, written down: what got out, what is tried again, and what is given up."""

from __future__ import annotations

import threading
from typing import assert_never

from bot.core.audit.audit_record import SYSTEM, Entry, Fact, Tag
from bot.core.messages.notices import (
    Announcement,
    AuditNotice,
    CardNotice,
    Notice,
    PrivateNotice,
    ThreadNotice,
    kind_of,
)
from bot.store.repositories.outbox import Envelope
from bot.store.store import Transaction
from bot.usecases.chat.delivery_errors import Busy, DeliveryError
from bot.usecases.context import Context, log
from bot.usecases.delivery.message_delivery import Result
from bot.usecases.delivery.redelivery import FailedAttempt, is_final, wait_ms
from bot.usecases.leases.lease_holding import steady_ms


class Results:
    """Writes results down, for any number of threads; those that come together share a transaction.

    One that cannot be written is kept until it can be: the database may have been locked just then.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._writing = threading.Lock()
        self._unwritten: list[Result] = []

    def note(self, result: Result) -> None:
        """Write a result down, with all that wait for it. Raises StoreUnavailable, and keeps it then."""
        self._unwritten.append(result)
        self.write_down()

    def write_down(self) -> None:
        """Write down what is not yet. Raises StoreUnavailable."""
        if not self._unwritten:
            return
        with self._writing:
            results = self._unwritten[:]
            if results:
                with self._ctx.store.unit_of_work() as tx:
                    for result in results:
                        self._write(tx, result)
                del self._unwritten[: len(results)]

    def trouble(self, envelope: Envelope, error: DeliveryError, *, alone: bool = True) -> FailedAttempt:
        """One failed attempt, with what its channel has taken since."""
        channel = self._channel_of(envelope.notice)
        others_pass = bool(channel) and self._ctx.chat.pace.has_other_success(channel)
        return FailedAttempt(envelope=envelope, error=error, alone=alone, others_pass=others_pass)

    def _channel_of(self, notice: Notice) -> str:
        match notice:
            case CardNotice(number=number) | ThreadNotice(number=number):
                change = self._ctx.store.changes.get(number)
                return change.channel if change else ""
            case Announcement(channel=channel):
                return channel
            case PrivateNotice() | AuditNotice():
                return ""
            case _:
                assert_never(notice)

    def _write(self, tx: Transaction, result: Result) -> None:
        """What came of what shared a message, which stays together: all of it has the same wait before it."""
        now, steady = self._ctx.clock.now_ms(), steady_ms(self._ctx)
        envelopes, error = result.envelopes, result.error
        wait = wait_ms(self.trouble(envelopes[0], error), self._ctx.clock) if error else 0
        for envelope in envelopes:
            if error is None:
                tx.outbox.sent(envelope, at=now)
            elif is_final(self.trouble(envelope, error, alone=len(envelopes) == 1)):
                self._move_to_dead_letters(tx, envelope, error)
            else:
                counted = not isinstance(error, Busy)
                tx.outbox.retry(envelope, due=steady + wait, error=error.reason, counted=counted)
        if result.marks is not None:
            channel, reason = result.marks
            tx.outbox.mark_channel(channel, working=not reason, reason=reason, at=now)
        if result.recovered:
            tx.outbox.hurry_channel(result.recovered)

    def _move_to_dead_letters(self, tx: Transaction, envelope: Envelope, error: DeliveryError) -> None:
        """Given up, and nobody is left to wonder: the log says it, and the audit channel, which admins read."""
        kind, subject = kind_of(envelope.notice), describe_notice_target(envelope.notice)
        if not tx.outbox.drop(envelope, at=self._ctx.clock.now_ms(), error=error.code):
            return
        facts: dict[str, Fact] = {
            "kind": kind,
            "name": str(envelope.id),
            "code": error.code,
            "attempts": envelope.attempts,
        }
        tx.record(Entry(tag=Tag.NOTIFICATION_FAILED, actor=SYSTEM, subject=subject, facts=facts))
        log.error(
            "notice %s (%s, %s) is given up: %s. `b24bot outbox list --dead` shows it, `outbox retry` sends it again.",
            *(envelope.id, kind, subject, error.code),
            extra={"action": "notice_died"},
        )


def log_failure(envelope: Envelope, error: DeliveryError) -> None:
    """Tell the log what did not get out."""
    log.warning("a %s did not get out: %s", kind_of(envelope.notice), error.reason, extra={"action": "delivery_failed"})


def describe_notice_target(notice: Notice) -> str:
    """Whom or what a notice is about, as the audit log names it."""
    match notice:
        case CardNotice(number=number) | ThreadNotice(number=number):
            return f"CR-{number}"
        case PrivateNotice(person=person):
            return person.id
        case AuditNotice(seq=seq):
            return f"#{seq}"
        case Announcement(channel=channel):
            return channel
