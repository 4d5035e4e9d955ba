"""Take notices from the outbox to people, at the pace the channel takes, without losing or repeating one."""

from __future__ import annotations

from dataclasses import dataclass

from bot import clock as ids
from bot.core.audit import AuditRecord
from bot.core.notices import AuditNotice, CardNotice, Notice, ThreadNotice, Whisper
from bot.store.outbox import Envelope
from bot.usecases.context import Context, log

LONGEST_WAIT_MS = 300_000
DEAD_CHANNEL_RETRY_MS = 15_000
AUDIT_LINES_PER_MESSAGE = 20
AUDIT_PACE_MS = 1_000
GIVE_UP_AFTER = 8
"""Attempts for what may be dropped in the end. Audit lines and cards are never dropped while the bot lives."""


class DeliveryError(Exception):
    """A notice did not get out. `code` is Slack's error or the kind of fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Busy(DeliveryError):
    """Slack asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class Lost(DeliveryError):
    """No answer: it may or may not have got out."""


class ChannelDead(DeliveryError):
    """The channel, or the bot's place in it, is gone until somebody mends that."""


class Impossible(DeliveryError):
    """This notice can never get out as it is."""


@dataclass(slots=True)
class Courier:
    """Delivers one notice, or one bundle of audit lines, at a time."""

    ctx: Context
    _audit_free_at: int = 0
    _posts_free_at: int = 0
    """Cards and threads wait together when Slack asks to wait: one that overtook another would tell it backwards."""

    def deliver_one(self) -> bool:
        """Deliver what is due, audit lines first; False when nothing is."""
        now = self.ctx.clock.now_ms()
        if now >= self._audit_free_at and self._deliver_audit(now):
            return True
        for kind in ("whisper", "card", "thread") if now >= self._posts_free_at else ("whisper",):
            envelope = self._claim(kind, now)
            if envelope is not None:
                self._deliver(envelope)
                return True
        return False

    def _claim(self, kind: str, now: int) -> Envelope | None:
        with self.ctx.store.unit_of_work() as store:
            return store.outbox.claim(now, kind=kind)

    def _deliver_audit(self, now: int) -> bool:
        channel = self.ctx.channels.audit
        envelopes: list[Envelope] = []
        while len(envelopes) < AUDIT_LINES_PER_MESSAGE and (envelope := self._claim("audit", now)) is not None:
            envelopes.append(envelope)
        if not envelopes:
            return False
        if not channel:
            self._settle(envelopes, ChannelDead("no audit channel is set"))
            return True
        self._audit_free_at = now + AUDIT_PACE_MS
        error = self._attempt_audit(channel, [self._record(envelope) for envelope in envelopes])
        self._settle(envelopes, error)
        self._mark(channel, error)
        return True

    def _record(self, envelope: Envelope) -> AuditRecord:
        seq = envelope.notice.seq if isinstance(envelope.notice, AuditNotice) else 0
        record = self.ctx.store.audit.get(seq)
        if record is None:
            raise LookupError(f"no audit record {seq}")
        return record

    def _attempt_audit(self, channel: str, records: list[AuditRecord]) -> DeliveryError | None:
        try:
            self.ctx.messenger.audit_lines(channel, records)
        except DeliveryError as error:
            return error
        return None

    def _mark(self, channel: str, error: DeliveryError | None) -> None:
        if error is None or isinstance(error, ChannelDead):
            reason = error.code if error else ""
            with self.ctx.store.unit_of_work() as store:
                store.outbox.mark_channel(channel, working=error is None, reason=reason, at=self.ctx.clock.now_ms())
            if error:
                log.warning("the audit channel does not take messages: %s", reason, extra={"action": "audit_dead"})

    def _deliver(self, envelope: Envelope) -> None:
        error: DeliveryError | None = None
        try:
            self._say(envelope.notice)
        except DeliveryError as failure:
            error = failure
            log.warning(
                "a %s did not get out: %s",
                type(envelope.notice).__name__,
                failure.code,
                extra={"action": "delivery_failed"},
            )
        if isinstance(error, Busy) and not isinstance(envelope.notice, Whisper):
            self._posts_free_at = self.ctx.clock.now_ms() + wait_ms(envelope, error)
        self._settle([envelope], error)
        if isinstance(error, ChannelDead | Impossible) and isinstance(envelope.notice, CardNotice):
            self._tell_card_failed(envelope.notice.number, error)

    def _say(self, notice: Notice) -> None:
        messenger = self.ctx.messenger
        match notice:
            case CardNotice(number=number):
                self._show(number)
            case ThreadNotice(number=number, text=text):
                messenger.reply(self.ctx.store.changes.require(number), text)
            case Whisper():
                messenger.whisper(notice)
            case AuditNotice():
                raise TypeError("audit lines are delivered in bundles")

    def _show(self, number: int) -> None:
        change = self.ctx.store.changes.require(number)
        if change.card is not None:
            try:
                self.ctx.messenger.rewrite_card(change)
                return
            except Impossible as error:
                if error.code != "message_not_found":
                    raise
                # Somebody deleted the card: it is posted again below.
        posted = self.ctx.messenger.post_card(change)
        with self.ctx.store.unit_of_work() as store:
            store.changes.note(number, {"card": posted.message, "channel": posted.channel})

    def _settle(self, envelopes: list[Envelope], error: DeliveryError | None) -> None:
        now = self.ctx.clock.now_ms()
        with self.ctx.store.unit_of_work() as store:
            for envelope in envelopes:
                if error is None:
                    store.outbox.sent(envelope, at=now)
                elif _is_lasting(envelope, error):
                    store.outbox.drop(envelope, error=error.code)
                else:
                    store.outbox.retry(envelope, due_at=now + wait_ms(envelope, error), error=error.code)

    def _tell_card_failed(self, number: int, error: DeliveryError) -> None:
        log.error(
            "the card of CR-%s cannot be posted: %s. Check B24BOT_APPROVAL_CHANNEL and invite the bot there.",
            number,
            error.code,
            extra={"action": "card_undeliverable"},
        )


def _is_lasting(envelope: Envelope, error: DeliveryError) -> bool:
    if isinstance(envelope.notice, AuditNotice):
        return False
    if isinstance(error, Impossible):
        return True
    return envelope.attempts >= GIVE_UP_AFTER and not isinstance(envelope.notice, CardNotice)


def wait_ms(envelope: Envelope, error: DeliveryError) -> int:
    """How long until the next try: as long as Slack says, else longer each time with jitter."""
    match error:
        case Busy(seconds=seconds):
            return round(seconds * 1000)
        case ChannelDead():
            return DEAD_CHANNEL_RETRY_MS
        case _:
            most: int = min(LONGEST_WAIT_MS, 500 << min(envelope.attempts, 12))
            return round(most / 2 + ids.jitter(most / 2))
