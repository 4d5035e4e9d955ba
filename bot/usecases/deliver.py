"""Take notices from the outbox to people, at the pace each channel takes, without losing or repeating one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot import clock as ids
from bot.core import marks
from bot.core.audit import SYSTEM, AuditRecord, Entry, Fact, Tag
from bot.core.change import ChangeRequest
from bot.core.notices import Announcement, AuditNotice, CardNotice, Notice, ThreadNotice, Whisper, kind_of
from bot.plugin import Reply
from bot.store.outbox import Envelope, Head
from bot.store.store import Store
from bot.usecases.context import Context, Posted, log
from bot.usecases.notify import card_key, show_card, whisper
from bot.usecases.pace import Way, backoff_ms
from bot.usecases.quorum import as_it_counts
from bot.usecases.undelivered import Broken, Busy, ChannelDead, DeliveryError, Impossible, Lost

LONGEST_WAIT_MS = 120_000
"""Twice of that and more fits into the five minutes in which everything comes to rest once Slack answers again."""
LONGEST_AUDIT_WAIT_MS = DEAD_CHANNEL_RETRY_MS = 15_000
"""Approvals wait for their audit lines, and go stale within ten minutes."""
AUDIT_LINES_PER_MESSAGE = LINES_PER_MESSAGE = 20
WORDS_PER_MESSAGE = 2_000
"""Characters of lines under a card that share a message; Slack takes 3,000, and some become longer on their way."""
GIVE_UP_AFTER = 8
"""Attempts for what may be dropped in the end. While the bot lives, whispers and threads are, and nothing else."""


@dataclass(slots=True)
class Courier:
    """Delivers one notice, or what shares a message, at a time."""

    ctx: Context
    _unsettled: list[tuple[list[Envelope], DeliveryError | None]] = field(default_factory=list)
    """What came of notices and is not written down yet: the database may have been locked just then."""
    _posted: dict[int, Posted] = field(default_factory=dict)
    """Where cards stand whose place is not written down yet."""
    _apart: set[int] = field(default_factory=set)
    """Cards under which lines do not share a message: Slack refused one that they did."""

    def deliver_one(self) -> bool:
        """Deliver what is due, audit lines first; False when nothing is, or its channel has to wait."""
        self._write_down()
        now = self.ctx.clock.now_ms()
        if not self.ctx.store.outbox.waiting(now):
            return False
        return self._deliver_audit(now) or self._deliver_whisper(now) or self._deliver_post(now)

    def _deliver_audit(self, now: int) -> bool:
        channel = self.ctx.channels.audit
        if not self.ctx.store.outbox.waiting_in_order(now, kind="audit"):
            return False
        if channel and not self.ctx.pace.take(channel, Way.POST):
            return False
        with self.ctx.store.unit_of_work() as store:
            envelopes = store.outbox.claim_in_order(now, kind="audit", most=AUDIT_LINES_PER_MESSAGE)
        if not channel:
            self._settle(envelopes, ChannelDead("no audit channel is set"))
            return True
        error = self._attempt(lambda: self._say_audit(channel, envelopes))
        self._heed(channel, error)
        self._settle(envelopes, error)
        self._mark(channel, error)
        return True

    def _say_audit(self, channel: str, envelopes: list[Envelope]) -> None:
        self.ctx.messenger.audit_lines(channel, [self._record(envelope) for envelope in envelopes])

    def _record(self, envelope: Envelope) -> AuditRecord:
        seq = envelope.notice.seq if isinstance(envelope.notice, AuditNotice) else 0
        record = self.ctx.store.audit.get(seq)
        if record is None:
            raise LookupError(f"no audit record {seq}")
        return record

    def _attempt(self, say: Callable[[], None]) -> DeliveryError | None:
        """Say it; what went wrong, if it did. What nobody foresaw must not end the queue."""
        try:
            say()
        except DeliveryError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the edge of a delivery: the notice waits, the log has the rest
            log.exception("a delivery failed (%s)", ids.incident_id(), extra={"action": "delivery_fault"})
            return Broken(type(error).__name__)
        return None

    def _mark(self, channel: str, error: DeliveryError | None) -> None:
        if error is None or isinstance(error, ChannelDead):
            reason = error.code if error else ""
            with self.ctx.store.unit_of_work() as store:
                store.outbox.mark_channel(channel, working=error is None, reason=reason, at=self.ctx.clock.now_ms())
            if error:
                log.warning("the audit channel does not take messages: %s", reason, extra={"action": "audit_dead"})

    def _deliver_whisper(self, now: int) -> bool:
        """What is said to one person goes by ways of its own, and waits for no channel."""
        if not self.ctx.store.outbox.waiting(now, kind="whisper"):
            return False
        with self.ctx.store.unit_of_work() as store:
            envelope = store.outbox.claim(now, kind="whisper")
        if envelope is None or not isinstance(envelope.notice, Whisper):
            return False
        notice = envelope.notice
        error = self._attempt(lambda: self.ctx.messenger.whisper(notice))
        self._heed(notice.channel or notice.person.user, error)
        self._settle([envelope], error)
        self._tell(envelope, error)
        return True

    def _heed(self, channel: str, error: DeliveryError | None) -> None:
        """What a channel's answer to one message means for the next."""
        match error:
            case None:
                self.ctx.pace.went(channel)
            case Busy(seconds=seconds):
                self.ctx.pace.rest(channel, seconds)

    def _deliver_post(self, now: int) -> bool:
        """The oldest card, line or announcement of the first channel that takes one now."""
        for head in self.ctx.store.outbox.heads(now):
            if self.ctx.pace.take(head.channel, Way.REWRITE if head.is_rewrite else Way.POST):
                return self._post(head, now)
        return False

    def _post(self, head: Head, now: int) -> bool:
        with self.ctx.store.unit_of_work() as store:
            envelopes = store.outbox.claim_these(self._together(head, now))
        if not envelopes:
            return False
        error = self._attempt(lambda: self._say([envelope.notice for envelope in envelopes]))
        self._heed(head.channel, error)
        if isinstance(error, Lost | ChannelDead):
            # Approvals wait for the lines of the audit channel, so that one is not left alone for longer.
            soon = isinstance(error, ChannelDead) or head.channel == self.ctx.channels.audit
            seconds = DEAD_CHANNEL_RETRY_MS / 1_000 if soon else None
            self.ctx.pace.stumbled(head.channel, seconds=seconds)
        if isinstance(error, Impossible | Broken) and head.is_line:
            self._apart.add(head.number)
        self._settle(envelopes, error)
        self._tell(envelopes[0], error)
        return True

    def _together(self, head: Head, now: int) -> list[int]:
        """The ids of what shares a message with the first: lines under the same card, as many as fit."""
        if not head.is_line or head.number in self._apart:
            return [head.id]
        left, chosen = WORDS_PER_MESSAGE, [head.id]
        for id, text in self.ctx.store.outbox.lines(head.number, now, most=LINES_PER_MESSAGE):
            left -= len(text)
            if left < 0:
                break
            chosen.append(id)
        return chosen

    def _say(self, notices: list[Notice]) -> None:
        match notices[0]:
            case CardNotice(number=number):
                self._show(number)
            case ThreadNotice(number=number):
                lines = [notice.text for notice in notices if isinstance(notice, ThreadNotice)]
                self.ctx.messenger.reply(self._with_card(number), "\n".join(lines))
            case Announcement(channel=channel, text=text):
                self.ctx.messenger.note(channel, text, None)
            case other:
                raise TypeError(f"{kind_of(other)} is delivered in another way")

    def _with_card(self, number: int) -> ChangeRequest:
        """The change request for a line under its card, which stands or will never stand."""
        change = self.ctx.store.changes.require(number)
        if change.card is None and self.ctx.store.outbox.state_of(card_key(number)) in ("new", "sending"):
            raise Broken("its card does not stand yet")
        if change.card is None:
            raise Impossible("its card was never posted")
        return change

    def _show(self, number: int) -> None:
        self._note_posted(number)
        change = self.ctx.store.changes.require(number)
        if change.card is not None:
            try:
                self.ctx.messenger.rewrite_card(as_it_counts(self.ctx, change))
                return
            except Impossible as error:
                if error.code != "message_not_found":
                    raise
                change = self._forget_card(number, change.card)
                if not self.ctx.pace.take(change.channel, Way.POST):
                    raise Busy(1.0) from None
        self._posted[number] = self.ctx.messenger.post_card(as_it_counts(self.ctx, change))
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
                    self._note(store, envelopes, error)
            self._unsettled.clear()

    def _note(self, store: Store, envelopes: list[Envelope], error: DeliveryError | None) -> None:
        """What came of what shared a message, which stays together: all of it has the same wait before it."""
        now = self.ctx.clock.now_ms()
        wait = wait_ms(envelopes[0], error) if error else 0
        for envelope in envelopes:
            if error is None:
                store.outbox.sent(envelope, at=now)
            elif self._is_lasting(envelope, error, alone=len(envelopes) == 1):
                self._bury(store, envelope, error)
            else:
                counted = not isinstance(error, Busy)
                store.outbox.retry(envelope, due_at=now + wait, error=error.code, counted=counted)

    def _is_lasting(self, envelope: Envelope, error: DeliveryError, *, alone: bool) -> bool:
        """Whether it is given up. Cards and audit lines are not, and lines under a card not because Slack is down."""
        match envelope.notice, error:
            case AuditNotice(), _:
                return False
            case _, Impossible():
                return alone
            case CardNotice() | Announcement(), _:
                return False
            case ThreadNotice(number=number), Lost() | ChannelDead():
                channel = self.ctx.store.changes.require(number).channel
                return envelope.attempts >= GIVE_UP_AFTER and self.ctx.pace.alone_in_trouble(channel)
            case _:
                return envelope.attempts >= GIVE_UP_AFTER and not isinstance(error, Busy)

    def _bury(self, store: Store, envelope: Envelope, error: DeliveryError) -> None:
        """Given up, and nobody is left to wonder: the log says it, and the audit channel, which admins read."""
        kind, subject = kind_of(envelope.notice), about(envelope.notice)
        if not store.outbox.drop(envelope, at=self.ctx.clock.now_ms(), error=error.code):
            return
        facts: dict[str, Fact] = {
            "kind": kind,
            "name": str(envelope.id),
            "code": error.code,
            "attempts": envelope.attempts,
        }
        store.record(Entry(tag=Tag.NOTICE_DIED, actor=SYSTEM, subject=subject, facts=facts))
        log.error(
            "notice %s (%s, %s) is given up: %s. `b24bot outbox list --dead` shows it, `outbox retry` sends it again.",
            *(envelope.id, kind, subject, error.code),
            extra={"action": "notice_died"},
        )

    def _tell(self, envelope: Envelope, error: DeliveryError | None) -> None:
        """Tell the log what did not get out, and of a card that cannot be posted, whoever waits for it."""
        if error is None:
            return
        kind = kind_of(envelope.notice)
        log.warning("a %s did not get out: %s", kind, error.code, extra={"action": "delivery_failed"})
        if isinstance(error, ChannelDead | Impossible) and isinstance(envelope.notice, CardNotice):
            self._tell_card_failed(envelope.notice.number, error)

    def _tell_card_failed(self, number: int, error: DeliveryError) -> None:
        """Tell the log, and once the requester, who was told that it waits there; where it can, it moves."""
        change = self.ctx.store.changes.require(number)
        elsewhere = self._elsewhere(change, error)
        key = f"whisper:{number}:{'moved' if elsewhere else 'card'}"
        if elsewhere or (not change.requester.local and self.ctx.store.outbox.state_of(key) is None):
            reply = _of_card_failed(change, error, elsewhere, self.ctx.channels.approval)
            with self.ctx.store.unit_of_work() as store:
                if elsewhere:
                    # Should it stand there after all, for an answer was lost, its buttons are void.
                    store.changes.move_card(number, elsewhere, card_id=ids.token())
                if not change.requester.local:
                    whisper(self.ctx, change.requester, "", reply, mood="trouble", key=key)
        log.error(
            "the card of CR-%s cannot be posted: %s. %s",
            *(number, error.code),
            f"It goes to {elsewhere} instead." if elsewhere else f"Check {change.channel} and invite the bot there.",
            extra={"action": "card_undeliverable"},
        )

    def _elsewhere(self, change: ChangeRequest, error: DeliveryError) -> str:
        """Where a card goes that cannot stand where its command was typed: once, and before it ever stood."""
        approval, stands = self.ctx.channels.approval, change.card is not None or change.number in self._posted
        return approval if isinstance(error, ChannelDead) and not stands and change.channel != approval else ""


def _of_card_failed(change: ChangeRequest, error: DeliveryError, elsewhere: str, approval: str) -> Reply:
    here = marks.channel(change.channel)
    title = f"The card of {change.id} cannot be posted in {here} ({error.code})"
    if elsewhere:
        return Reply(title=f"{title}; it is posted in {marks.channel(elsewhere)} instead.")
    setting = "checks B24BOT_APPROVAL_CHANNEL and " if change.channel == approval else ""
    hint = f"An admin {setting}invites the bot to {here}; it is tried again by itself."
    return Reply(title=f"{title}, so nobody can decide it yet.", notes=(hint,))


def about(notice: Notice) -> str:
    """Whom or what a notice is about, as the audit log names it."""
    match notice:
        case CardNotice(number=number) | ThreadNotice(number=number):
            return f"CR-{number}"
        case Whisper(person=person):
            return person.id
        case AuditNotice(seq=seq):
            return f"#{seq}"
        case Announcement(channel=channel):
            return channel


def wait_ms(envelope: Envelope, error: DeliveryError) -> int:
    """How long until the next try: as long as Slack says, else longer each time with jitter.

    What goes into a channel waits with its channel instead, so that its turn stays the first one there.
    """
    match envelope.notice, error:
        case CardNotice() | ThreadNotice() | Announcement(), Busy() | Lost() | ChannelDead():
            return 0
        case ThreadNotice(), Impossible():
            return 0
        case _, Busy(seconds=seconds):
            return round(seconds * 1000)
        case _, ChannelDead():
            return DEAD_CHANNEL_RETRY_MS
        case notice, _:
            longest = LONGEST_AUDIT_WAIT_MS if isinstance(notice, AuditNotice) else LONGEST_WAIT_MS
            return backoff_ms(envelope.attempts, longest)
