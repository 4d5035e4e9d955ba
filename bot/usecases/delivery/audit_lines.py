"""Take audit lines to the audit channel: in their order, as many in a message as it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.audit.audit_record import AuditRecord
from bot.core.messages.notices import AuditNotice
from bot.store.repositories.outbox import Envelope
from bot.usecases.chat.channel_pace import PostKind
from bot.usecases.chat.delivery_errors import ChannelDead, DeliveryError, Impossible
from bot.usecases.context import Context, log
from bot.usecases.delivery.awaited_lines import resume_awaiting
from bot.usecases.delivery.message_delivery import Delivery, InFlight, Lane, Result, apply_backpressure, attempt

MOST_LINES = 200
"""More lines than one message holds, however short they are."""


class AuditLines:
    """Carries the lines of the audit channel, one message at a time."""

    def __init__(self, ctx: Context, under_way: InFlight) -> None:
        self._ctx = ctx
        self._under_way = under_way
        self._most, self._until = MOST_LINES, 0
        """Lines that may share a message up to this record: Slack refused the content of one with twice as many."""
        self._bare = 0
        """The record whose line goes out in its plainest form: Slack refused its content."""

    def take(self, steady: int) -> Delivery | None:
        """The lines that share the next message; None when none is due, or the channel has to wait."""
        channel, order = self._ctx.chat.channels.audit, self._ctx.store.outbox.order
        lane: Lane = (channel, PostKind.POST)
        if not channel or not self._under_way.is_free(lane) or not order.audit_lines(steady, most=1):
            return None
        if not self._ctx.chat.pace.take(*lane):
            return None
        with self._ctx.store.unit_of_work() as tx:
            # Another line may have become the first meanwhile, also one that waits for another try.
            lines = order.audit_lines(steady, most=self._most)
            fitting = self._ctx.chat.messenger.fitting_lines(self._records(seq for _, seq in lines))
            envelopes = tx.outbox.claim_these(id for id, _ in lines[: max(1, fitting)])
        return Delivery(carrier=self, envelopes=tuple(envelopes), lane=lane) if envelopes else None

    def _records(self, seqs: Iterable[int]) -> Iterator[AuditRecord]:
        """The records in this order, up to one that is not there."""
        for seq in seqs:
            record = self._ctx.store.audit.get(seq)
            if record is None:
                return
            yield record

    def carry(self, delivery: Delivery) -> Result:
        channel, envelopes = self._ctx.chat.channels.audit, delivery.envelopes
        error = attempt(lambda: self._say(channel, envelopes))
        recovered = apply_backpressure(self._ctx.chat.pace, channel, error)
        self._note_form(envelopes, error)
        tells = error is None or isinstance(error, ChannelDead)
        marks = (channel, error.reason if error else "") if tells else None
        return Result(envelopes=envelopes, error=error, marks=marks, recovered=recovered)

    def follow_up(self, result: Result) -> None:
        if result.error is None:
            resume_awaiting(self._ctx, map(_seq, result.envelopes))
        if isinstance(result.error, ChannelDead):
            why = result.error.reason
            log.warning("the audit channel does not take messages: %s", why, extra={"action": "audit_dead"})

    def _say(self, channel: str, envelopes: tuple[Envelope, ...]) -> None:
        records = [self._record(envelope) for envelope in envelopes]
        self._ctx.chat.messenger.audit_lines(channel, records, bare=records[-1].seq == self._bare)

    def _record(self, envelope: Envelope) -> AuditRecord:
        record = self._ctx.store.audit.get(_seq(envelope))
        if record is None:
            raise LookupError(f"no audit record {_seq(envelope)}")
        return record

    def _note_form(self, envelopes: tuple[Envelope, ...], error: DeliveryError | None) -> None:
        """What a refused content means for the next try: half as many lines share a message, then one goes bare."""
        last, lines = _seq(envelopes[-1]), len(envelopes)
        if isinstance(error, Impossible) and lines > 1:
            self._most, self._until = lines // 2, max(last, self._until)
        elif isinstance(error, Impossible):
            self._bare = last
        elif error is None and last >= self._until:
            self._most = MOST_LINES


def _seq(envelope: Envelope) -> int:
    return envelope.notice.seq if isinstance(envelope.notice, AuditNotice) else 0
