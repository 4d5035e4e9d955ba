"""Take notices from the outbox to people, at the pace the channel takes, without losing or repeating one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot import clock as ids
from bot.core import marks
from bot.core.audit import AuditRecord
from bot.core.change import ChangeRequest
from bot.core.notices import Announcement, AuditNotice, CardNotice, Notice, ThreadNotice, Whisper
from bot.plugin import Reply
from bot.store.outbox import Envelope, Outbox
from bot.usecases.context import Context, Posted, log
from bot.usecases.notify import card_key, show_card, whisper

LONGEST_WAIT_MS = 300_000
LONGEST_AUDIT_WAIT_MS = DEAD_CHANNEL_RETRY_MS = 15_000
"""Approvals wait for their audit lines, and go stale within ten minutes."""
AUDIT_LINES_PER_MESSAGE = 20
GIVE_UP_AFTER = 8
"""Attempts for what may be dropped in the end. While the bot lives, whispers and threads are, and nothing else."""


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
    _unsettled: list[tuple[list[Envelope], DeliveryError | None]] = field(default_factory=list)
    """What came of notices and is not written down yet: the database may have been locked just then."""
    _posted: dict[int, Posted] = field(default_factory=dict)
    """Where cards stand whose place is not written down yet."""

    def deliver_one(self) -> bool:
        """Deliver what is due, audit lines first; False when nothing is."""
        self._write_down()
        now = self.ctx.clock.now_ms()
        if not self.ctx.store.outbox.waiting(now):
            return False
        if now >= self._audit_free_at and self._deliver_audit(now):
            return True
        for kind in ("whisper", "announcement", "card", "thread") if now >= self._posts_free_at else ("whisper",):
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
        envelopes = self._claim_audit(now)
        if not envelopes:
            return False
        if not channel:
            self._settle(envelopes, ChannelDead("no audit channel is set"))
            return True
        self._audit_free_at = now + self.ctx.audit_pace_ms
        error = self._attempt(lambda: self._say_audit(channel, envelopes))
        self._settle(envelopes, error)
        self._mark(channel, error)
        return True

    def _claim_audit(self, now: int) -> list[Envelope]:
        """The next audit lines in the order of their numbers; none while the first of them waits for another try."""
        envelopes: list[Envelope] = []
        with self.ctx.store.unit_of_work() as store:
            while len(envelopes) < AUDIT_LINES_PER_MESSAGE and (found := store.outbox.claim_next(now, kind="audit")):
                envelopes.append(found)
        return envelopes

    def _say_audit(self, channel: str, envelopes: list[Envelope]) -> None:
        self.ctx.messenger.audit_lines(channel, [self._record(envelope) for envelope in envelopes])

    def _record(self, envelope: Envelope) -> AuditRecord:
        seq = envelope.notice.seq if isinstance(envelope.notice, AuditNotice) else 0
        record = self.ctx.store.audit.get(seq)
        if record is None:
            raise LookupError(f"no audit record {seq}")
        return record

    def _attempt(self, say: Callable[[], None]) -> DeliveryError | None:
        """Say it; what went wrong, if it did. What nobody foresaw counts as lost: it must not end the queue."""
        try:
            say()
        except DeliveryError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the edge of a delivery: the notice waits, the log has the rest
            log.exception("a delivery failed (%s)", ids.incident_id(), extra={"action": "delivery_fault"})
            return Lost(type(error).__name__)
        return None

    def _mark(self, channel: str, error: DeliveryError | None) -> None:
        if error is None or isinstance(error, ChannelDead):
            reason = error.code if error else ""
            with self.ctx.store.unit_of_work() as store:
                store.outbox.mark_channel(channel, working=error is None, reason=reason, at=self.ctx.clock.now_ms())
            if error:
                log.warning("the audit channel does not take messages: %s", reason, extra={"action": "audit_dead"})

    def _deliver(self, envelope: Envelope) -> None:
        error = self._attempt(lambda: self._say(envelope.notice))
        if error is not None:
            kind = type(envelope.notice).__name__
            log.warning("a %s did not get out: %s", kind, error.code, extra={"action": "delivery_failed"})
        if isinstance(error, Busy) and not isinstance(envelope.notice, Whisper):
            self._posts_free_at = self.ctx.clock.now_ms() + wait_ms(envelope, error)
        self._settle([envelope], error)
        if isinstance(error, ChannelDead | Impossible) and isinstance(envelope.notice, CardNotice):
            self._tell_card_failed(envelope.notice.number, error, first=envelope.attempts == 1)

    def _say(self, notice: Notice) -> None:
        messenger = self.ctx.messenger
        match notice:
            case CardNotice(number=number):
                self._show(number)
            case ThreadNotice(number=number, text=text):
                messenger.reply(self._with_card(number), text)
            case Whisper():
                messenger.whisper(notice)
            case Announcement(channel=channel, text=text):
                messenger.note(channel, text, None)
            case AuditNotice():
                raise TypeError("audit lines are delivered in bundles")

    def _with_card(self, number: int) -> ChangeRequest:
        """The change request for a line under its card: not before the card, unless that will never stand."""
        change = self.ctx.store.changes.require(number)
        if change.card is None and self.ctx.store.outbox.state_of(card_key(number)) in ("new", "sending"):
            raise Lost("its card does not stand yet")
        return change

    def _show(self, number: int) -> None:
        self._note_posted(number)
        change = self.ctx.store.changes.require(number)
        if change.card is not None:
            try:
                self.ctx.messenger.rewrite_card(change)
                return
            except Impossible as error:
                if error.code != "message_not_found":
                    raise
                change = self._forget_card(number, change.card)
        self._posted[number] = self.ctx.messenger.post_card(change)
        self._note_posted(number)

    def _forget_card(self, number: int, card: str) -> ChangeRequest:
        """Somebody deleted the card: the one in its place is another, and copies of the old one's buttons are void.

        This is stored before it is posted. Should the answer to that be lost, a second copy is the same card.
        """
        log.warning("the card of CR-%s was deleted; it is posted again", number, extra={"action": "card_deleted"})
        with self.ctx.store.unit_of_work() as store:
            store.changes.forget_card(number, card, card_id=ids.token())
        return self.ctx.store.changes.require(number)

    def _note_posted(self, number: int) -> None:
        """Store where a card stands; it is kept until that works, or there would soon be two of it."""
        posted = self._posted.get(number)
        if posted is not None:
            with self.ctx.store.unit_of_work() as store:
                meant = store.changes.require(number).channel
                store.changes.note(number, {"card": posted.message, "channel": posted.channel})
                if posted.channel != meant:
                    # Its buttons are signed for the channel by another name; rewritten, they are for this one.
                    show_card(self.ctx, number)
            del self._posted[number]

    def _settle(self, envelopes: list[Envelope], error: DeliveryError | None) -> None:
        self._unsettled.append((envelopes, error))
        self._write_down()

    def _write_down(self) -> None:
        if self._unsettled:
            with self.ctx.store.unit_of_work() as store:
                for envelopes, error in self._unsettled:
                    self._note(store.outbox, envelopes, error)
            self._unsettled.clear()

    def _note(self, outbox: Outbox, envelopes: list[Envelope], error: DeliveryError | None) -> None:
        """What came of a bundle, which stays one: all of it has the same wait before it."""
        now = self.ctx.clock.now_ms()
        wait = wait_ms(envelopes[0], error) if error else 0
        for envelope in envelopes:
            if error is None:
                outbox.sent(envelope, at=now)
            elif _is_lasting(envelope, error):
                outbox.drop(envelope, error=error.code)
            else:
                outbox.retry(envelope, due_at=now + wait, error=error.code)

    def _tell_card_failed(self, number: int, error: DeliveryError, *, first: bool) -> None:
        """Tell the log, and once the requester, who was told that it waits there."""
        change = self.ctx.store.changes.require(number)
        if first and not change.requester.local:
            where = marks.channel(change.channel)
            title = f"The card of {change.id} cannot be posted in {where} ({error.code}), so nobody can decide it yet."
            hint = "An admin checks B24BOT_APPROVAL_CHANNEL and invites the bot there; it is tried again by itself."
            with self.ctx.store.unit_of_work():
                whisper(self.ctx, change.requester, "", Reply(title=title, notes=(hint,)), mood="trouble")
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
    return envelope.attempts >= GIVE_UP_AFTER and not isinstance(envelope.notice, CardNotice | Announcement)


def wait_ms(envelope: Envelope, error: DeliveryError) -> int:
    """How long until the next try: as long as Slack says, else longer each time with jitter."""
    match error:
        case Busy(seconds=seconds):
            return round(seconds * 1000)
        case ChannelDead():
            return DEAD_CHANNEL_RETRY_MS
        case _:
            longest = LONGEST_AUDIT_WAIT_MS if isinstance(envelope.notice, AuditNotice) else LONGEST_WAIT_MS
            most: int = min(longest, 500 << min(envelope.attempts, 12))
            return round(most / 2 + ids.jitter(most / 2))
