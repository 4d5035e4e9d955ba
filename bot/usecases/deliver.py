"""Take notices from the outbox to people, at the pace each channel takes, without losing or repeating one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot import clock as ids
from bot.core import marks
from bot.core.audit import SYSTEM, AuditRecord, Entry, Fact, Tag
from bot.core.change import ChangeRequest
from bot.core.notices import Announcement, AuditNotice, CardNotice, Notice, ThreadNotice, Whisper, kind_of
from bot.store.outbox import Envelope, Head
from bot.store.store import Store
from bot.usecases.cards import Cards
from bot.usecases.context import Context, log
from bot.usecases.holding import steady_ms
from bot.usecases.notify import card_key, say_once_under_card, show_card
from bot.usecases.pace import Way
from bot.usecases.redelivery import Trouble, ends, keeps_turn, wait_ms
from bot.usecases.refusals import CARD_GONE, DIRECT_OFF
from bot.usecases.undelivered import Broken, Busy, ChannelDead, DeliveryError, Impossible, Lost

AUDIT_LINES_PER_MESSAGE = LINES_PER_MESSAGE = 20
WORDS_PER_MESSAGE = 2_000
"""Characters of lines under a card that share a message; Slack takes 3,000, and some become longer on their way."""
AUDIT_REST_SECONDS = 15.0
"""How long the audit channel rests after a message into it failed: approvals wait for its lines."""
DIRECT = "direct messages"
"""The name under which it is kept whether direct messages reach people."""


@dataclass(slots=True)
class Courier:
    """Delivers one notice, or what shares a message, at a time."""

    ctx: Context
    _cards: Cards = field(init=False)
    _unsettled: list[tuple[list[Envelope], DeliveryError | None]] = field(default_factory=list)
    """What came of notices and is not written down yet: the database may have been locked just then."""
    _apart: set[int] = field(default_factory=set)
    """Cards under which lines do not share a message: Slack refused one that they did."""
    _audit_apart: int = 0
    """Up to this record audit lines go one by one: Slack refused the content of a message that they shared."""
    _audit_bare: int = 0
    """The record whose line goes out in its plainest form: Slack refused its content."""

    _answered: dict[bool, str] = field(default_factory=dict)
    """Whom something was said to last, among those on the allow-list and among others."""

    def __post_init__(self) -> None:
        self._cards = Cards(self.ctx)

    def deliver_one(self) -> bool:
        """Deliver what is due, audit lines first; False when nothing is, or its channel has to wait.

        What is said to people who are not on the allow-list comes when nothing else can be said.
        """
        self._write_down()
        steady = steady_ms(self.ctx)
        if not self.ctx.store.outbox.waiting(steady):
            return False
        return (
            self._deliver_audit(steady)
            or self._deliver_whisper(steady, last=False)
            or self._deliver_post(steady)
            or self._deliver_whisper(steady, last=True)
        )

    def _deliver_audit(self, steady: int) -> bool:
        channel = self.ctx.channels.audit
        if not channel or not self.ctx.store.outbox.waiting_in_order(steady, kind="audit"):
            return False
        if not self.ctx.pace.take(channel, Way.POST):
            return False
        most = 1 if self._audit_apart else AUDIT_LINES_PER_MESSAGE
        with self.ctx.store.unit_of_work() as store:
            envelopes = store.outbox.claim_in_order(steady, kind="audit", most=most)
        if not envelopes:
            # One that waits for another try became the first meanwhile.
            return False
        error = self._attempt(lambda: self._say_audit(channel, envelopes))
        self._heed(channel, error)
        self._note_audit_form(envelopes, error)
        self._settle(envelopes, error)
        self._mark(channel, error)
        return True

    def _say_audit(self, channel: str, envelopes: list[Envelope]) -> None:
        records = [self._record(envelope) for envelope in envelopes]
        self.ctx.messenger.audit_lines(channel, records, bare=records[-1].seq == self._audit_bare)

    def _note_audit_form(self, envelopes: list[Envelope], error: DeliveryError | None) -> None:
        """What a refused content means for the next try: first the lines go one by one, then one goes bare."""
        last = _seq(envelopes[-1])
        if isinstance(error, Impossible) and len(envelopes) > 1:
            self._audit_apart = last
        elif isinstance(error, Impossible):
            self._audit_bare = last
        elif error is None and last >= self._audit_apart:
            self._audit_apart = 0

    def _record(self, envelope: Envelope) -> AuditRecord:
        record = self.ctx.store.audit.get(_seq(envelope))
        if record is None:
            raise LookupError(f"no audit record {_seq(envelope)}")
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
            self._mark_channel(channel, error.reason if error else "")
            if error:
                log.warning(
                    "the audit channel does not take messages: %s", error.reason, extra={"action": "audit_dead"}
                )

    def _mark_channel(self, channel: str, reason: str) -> None:
        with self.ctx.store.unit_of_work() as store:
            store.outbox.mark_channel(channel, working=not reason, reason=reason, at=self.ctx.clock.now_ms())

    def _deliver_whisper(self, steady: int, *, last: bool) -> bool:
        """What is said to one person goes by ways of its own, and waits for no channel."""
        if not self.ctx.store.outbox.waiting(steady, kind="whisper"):
            return False
        with self.ctx.store.unit_of_work() as store:
            after = self._answered.get(last, "")
            found = store.outbox.claim_in_turn(steady, kind="whisper", after=after, last=last)
        if found is None or not isinstance(found[1].notice, Whisper):
            return False
        self._answered[last], envelope = found
        notice = found[1].notice
        direct: list[str | None] = []
        error = self._attempt(lambda: direct.append(self.ctx.messenger.whisper(notice)))
        self._heed(notice.channel or notice.person.user, error)
        self._mark_direct(direct[0] if direct else error.reason if error else None)
        if isinstance(error, ChannelDead) and self._say_under_its_card(envelope, notice):
            error = None
        self._settle([envelope], error)
        self._tell(envelope, error)
        return True

    def _mark_direct(self, reason: str | None) -> None:
        """Keep whether direct messages are on, when that has changed."""
        if reason not in ("", DIRECT_OFF):
            return
        known = self.ctx.store.outbox.channel(DIRECT)
        if (known.reason if known else "") != reason:
            self._mark_channel(DIRECT, reason)

    def _say_under_its_card(self, envelope: Envelope, notice: Whisper) -> bool:
        """Say it in the thread under its card, with the person's name, where no other way reaches the person."""
        change = self.ctx.store.changes.get(notice.number)
        if change is None or change.card is None:
            return False
        text = " ".join((marks.person(notice.person), notice.reply.title, *notice.reply.notes))
        with self.ctx.store.unit_of_work():
            say_once_under_card(self.ctx, change.number, f"notice-{envelope.id}", text)
        return True

    def _heed(self, channel: str, error: DeliveryError | None) -> None:
        """What a channel's answer to one message means for the next."""
        match error:
            case None:
                if self.ctx.pace.went(channel):
                    # It takes messages again: what stepped aside is tried at once.
                    with self.ctx.store.unit_of_work() as store:
                        store.outbox.hurry_channel(channel)
            case Busy(seconds=seconds):
                self.ctx.pace.rest(channel, seconds)

    def _deliver_post(self, steady: int) -> bool:
        """The oldest card, line or announcement of the first channel that takes one now."""
        for head in self.ctx.store.outbox.heads(steady):
            if self.ctx.pace.take(head.channel, Way.REWRITE if head.is_rewrite else Way.POST):
                return self._post(head, steady)
        return False

    def _post(self, head: Head, steady: int) -> bool:
        with self.ctx.store.unit_of_work() as store:
            envelopes = store.outbox.claim_these(self._together(head, steady))
        if not envelopes:
            return False
        error = self._attempt(lambda: self._say([envelope.notice for envelope in envelopes]))
        if self._has_another_form(envelopes[0].notice, error):
            # It is no attempt, and due at once.
            error = Busy(0.0)
        self._heed(head.channel, error)
        if error is not None:
            self._stumble(head, envelopes[0], error)
        self._settle(envelopes, error)
        self._tell(envelopes[0], error)
        return True

    def _has_another_form(self, notice: Notice, error: DeliveryError | None) -> bool:
        return isinstance(notice, CardNotice) and error is not None and self._cards.fall_back(notice, error)

    def _stumble(self, head: Head, envelope: Envelope, error: DeliveryError) -> None:
        """Let the channel rest while the notice keeps its turn; what has stepped aside holds up nobody."""
        if isinstance(error, Impossible | Broken) and head.is_line:
            self._apart.add(head.number)
        if isinstance(error, Lost | ChannelDead) and keeps_turn(self._trouble(envelope, error)):
            seconds = AUDIT_REST_SECONDS if head.channel == self.ctx.channels.audit else None
            self.ctx.pace.stumbled(head.channel, seconds=seconds)

    def _trouble(self, envelope: Envelope, error: DeliveryError, *, alone: bool = True) -> Trouble:
        channel = self._channel_of(envelope.notice)
        others_pass = bool(channel) and self.ctx.pace.others_pass(channel)
        return Trouble(envelope=envelope, error=error, alone=alone, others_pass=others_pass)

    def _channel_of(self, notice: Notice) -> str:
        match notice:
            case CardNotice(number=number) | ThreadNotice(number=number):
                change = self.ctx.store.changes.get(number)
                return change.channel if change else ""
            case Announcement(channel=channel):
                return channel
            case _:
                return ""

    def _together(self, head: Head, steady: int) -> list[int]:
        """The ids of what shares a message with the first: lines under the same card, as many as fit."""
        if not head.is_line or head.number in self._apart:
            return [head.id]
        left, chosen = WORDS_PER_MESSAGE, [head.id]
        for id, text in self.ctx.store.outbox.lines(head.number, steady, most=LINES_PER_MESSAGE):
            left -= len(text)
            if left < 0:
                break
            chosen.append(id)
        return chosen

    def _say(self, notices: list[Notice]) -> None:
        match notices[0]:
            case CardNotice() as card:
                self._cards.show(card)
            case ThreadNotice(number=number):
                lines = [notice.text for notice in notices if isinstance(notice, ThreadNotice)]
                self.ctx.messenger.reply(self._with_card(number), "\n".join(lines))
            case Announcement(channel=channel, text=text, thread=thread):
                self.ctx.messenger.note(channel, text, None, thread=thread)
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
        now, steady, alone = self.ctx.clock.now_ms(), steady_ms(self.ctx), len(envelopes) == 1
        wait = wait_ms(self._trouble(envelopes[0], error), self.ctx.clock) if error else 0
        for envelope in envelopes:
            if error is None:
                store.outbox.sent(envelope, at=now)
            elif ends(self._trouble(envelope, error, alone=alone)):
                self._bury(store, envelope, error)
            else:
                counted = not isinstance(error, Busy)
                store.outbox.retry(envelope, due=steady + wait, error=error.reason, counted=counted)

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
        log.warning("a %s did not get out: %s", kind, error.reason, extra={"action": "delivery_failed"})
        if isinstance(envelope.notice, CardNotice):
            self._cards.note_trouble(envelope.notice, error, envelope.attempts)
        elif isinstance(envelope.notice, ThreadNotice) and error.code == CARD_GONE:
            # The card was deleted: it is posted again, and the line goes under that one.
            with self.ctx.store.unit_of_work():
                show_card(self.ctx, envelope.notice.number)


def _seq(envelope: Envelope) -> int:
    return envelope.notice.seq if isinstance(envelope.notice, AuditNotice) else 0


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
