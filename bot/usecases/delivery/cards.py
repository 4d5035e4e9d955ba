"""Post and rewrite the cards of change requests, and answer for those that Slack does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from bot import clock as ids
from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.status_table import describe_status
from bot.core.messages.notices import CardNotice, Mood
from bot.language.translation import translate
from bot.plugin import Channel, Message, Reply, Text, Time
from bot.plugin.frozen import dataclass
from bot.store.repositories.change_requests import Column
from bot.store.store import Transaction
from bot.usecases.authority.break_glass_log import is_review
from bot.usecases.authority.possible_approvers import with_possible_approvers
from bot.usecases.authority.quorum import with_current_validity
from bot.usecases.chat.chat_port import PostedMessage
from bot.usecases.chat.chat_refusals import ChatRefusal, Subject
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError, Impossible, Lost, Unchangeable
from bot.usecases.context import Context, log
from bot.usecases.delivery.redelivery import STEPS_ASIDE_AFTER
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import notify_person, opened_key, post_in_thread_of, queue_card, request_label

UNDELIVERABLE = {"action": "card_undeliverable"}
AGAIN = Message("delivery.tried_again")


@dataclass(slots=True)
class Cards:
    """The cards, as they are posted and rewritten: each by one thread at a time."""

    ctx: Context
    _posted: dict[int, PostedMessage] = field(default_factory=dict)
    """Where cards stand whose place is not written down yet."""
    _bare: set[int] = field(default_factory=set)
    """Change requests of which Slack refused the content of the card."""

    def show(self, notice: CardNotice) -> None:
        """Post the card, or rewrite it where it stands. Raises DeliveryError."""
        number = notice.number
        self.note_posted(number)
        change = self._as_shown(self.ctx.store.changes.require(number))
        bare = number in self._bare
        if change.card is not None:
            try:
                self.ctx.chat.messenger.rewrite_card(change, bare=bare)
                return
            except Unchangeable as error:
                if notice.unchanged and not self._refusal(error).message_gone:
                    # It shows what is true; a new one each time somebody looks would only push it down.
                    return
                self._replace(number, change.card, error)
                # The new one is a post, and takes its turn among those.
                raise Busy(0.0) from None
        self._posted[number] = self.ctx.chat.messenger.post_card(change, bare=bare)
        self.note_posted(number)

    def _as_shown(self, change: ChangeRequest) -> ChangeRequest:
        """The change request with what its card tells by what is known now."""
        return with_possible_approvers(self.ctx, with_current_validity(self.ctx, change))

    def _replace(self, number: int, card: str, error: DeliveryError) -> None:
        """The card can never be rewritten: the one in its place is another, and the buttons of the old one are void.

        This is stored before it is posted. Should the answer to that be lost, a second copy is the same card.
        """
        log.warning(
            "the card of CR-%s cannot be rewritten (%s); it is posted again",
            *(number, error.code),
            extra={"action": "card_replaced"},
        )
        with self.ctx.store.unit_of_work() as tx:
            change = tx.changes.require(number)
            tx.changes.forget_card(number, card, card_id=ids.token())
            if not self._refusal(error).message_gone:
                replaced = Message("delivery.card_replaced", request=change.id)
                post_in_thread_of(tx, self.ctx, change.channel, card, replaced)

    def note_posted(self, number: int) -> None:
        """Store where a card stands; it is kept until that works, or there would soon be two of it."""
        posted = self._posted.get(number)
        if posted is not None:
            with self.ctx.store.unit_of_work() as tx:
                change = tx.changes.require(number)
                tx.changes.note(number, {"card": posted.message, "channel": posted.channel})
                tx.outbox.hurry_key(opened_key(number))
                if posted.channel != change.channel:
                    # Its buttons are signed for the channel by another name; rewritten, they are for this one.
                    queue_card(tx, self.ctx, number)
                self._notify_card_posted(tx, change, posted)
            del self._posted[number]

    def _notify_card_posted(self, tx: Transaction, change: ChangeRequest, posted: PostedMessage) -> None:
        """Whoever was told that the card could not be posted learns that it stands now."""
        if tx.outbox.state_of(_key(change, "card")) is None or change.requester.local:
            return
        channel = Channel(channel=posted.channel)
        reply = Reply(
            title=Message("delivery.card_posted_now", request=request_label(self.ctx, change), channel=channel)
        )
        notify_person(tx, self.ctx, change.requester, "", reply, key=_key(change, "stands"), number=change.number)

    def fall_back(self, notice: CardNotice, error: DeliveryError) -> bool:
        """Whether another form of the card is left to try, after Slack refused the content of this one.

        A card that never stood has nothing to decide by, so its request ends, and the bare card says so.
        """
        change = self.ctx.store.changes.require(notice.number)
        if not isinstance(error, Impossible) or notice.number in self._bare:
            return False
        stood = change.card is not None
        if stood and change.status is Status.PENDING:
            # The card that stands can still be decided by.
            return False
        self._bare.add(notice.number)
        if not stood:
            self._end_undeliverable(change, notice, error)
        return True

    def note_trouble(self, notice: CardNotice, error: DeliveryError, attempts: int) -> None:
        """Answer for a card that did not get out: move it, end its request, or tell whoever asked that it waits."""
        refused = isinstance(error, ChannelDead | Impossible)
        if not refused and not (isinstance(error, Lost) and attempts >= STEPS_ASIDE_AFTER):
            return
        change = self.ctx.store.changes.require(notice.number)
        elsewhere = self._fallback_channel(change, error)
        if elsewhere:
            self._move(change, elsewhere, notice, error)
        elif not (self._is_nowhere(change, error) and self._end_undeliverable(change, notice, error)):
            self._notify_card_waits(change, notice, error)

    def _refusal(self, error: DeliveryError) -> ChatRefusal:
        return self.ctx.chat.messenger.find_refusal(error.reason)

    def _fallback_channel(self, change: ChangeRequest, error: DeliveryError) -> str:
        """Where a card goes that cannot stand where its command was typed: once, and before it ever stood."""
        approval, stands = self.ctx.chat.channels.approval, change.card is not None or change.number in self._posted
        return approval if isinstance(error, ChannelDead) and not stands and change.channel != approval else ""

    def _is_nowhere(self, change: ChangeRequest, error: DeliveryError) -> bool:
        """Whether the card can stand neither where its command was typed nor in an approval channel."""
        stands = change.card is not None or change.number in self._posted
        return not stands and not self.ctx.chat.channels.approval and self._refusal(error).subject is Subject.PLACE

    def _move(self, change: ChangeRequest, elsewhere: str, notice: CardNotice, error: DeliveryError) -> None:
        reply = Reply(
            title=Message(
                "delivery.card_moved",
                request=change.id,
                channel=Channel(channel=change.channel),
                cause=self._refusal(error).described,
                elsewhere=Channel(channel=elsewhere),
            )
        )
        with self.ctx.store.unit_of_work() as tx:
            # Should it stand there after all, for an answer was lost, its buttons are void.
            tx.changes.move_card(change.number, elsewhere, card_id=ids.token())
            self._tell(tx, change, notice, reply, "moved")
        log.error(
            "the card of CR-%s cannot be posted: %s. It goes to %s instead.",
            *(change.number, error.reason, elsewhere),
            extra=UNDELIVERABLE,
        )

    def _end_undeliverable(self, change: ChangeRequest, notice: CardNotice, error: DeliveryError) -> bool:
        """End a request whose card never stood and cannot stand, so that it keeps nothing from anybody else.

        False when it has moved on, or is a review that only other people end. A copy of the card that stands because
        an answer was lost has buttons that say so.
        """
        why = self._untaken_reason(change, error)
        ended: dict[str, Column] = {
            "ended_at": self.ctx.clock.now_ms(),
            "outcome": Message("delivery.untaken_outcome", why=why),
        }
        with self.ctx.store.unit_of_work() as tx:
            moved = not is_review(change) and tx.changes.move(
                change.number, Status.PENDING, Status.WITHDRAWN, changes=ended
            )
            if moved:
                record_change(tx, Tag.CHANGE_WITHDRAWN, change, actor=SYSTEM, facts={"reason": why})
                title = Message("delivery.untaken", request=request_label(self.ctx, change), why=why)
                notes = (Message("delivery.target_is_free"), *self._ways_out(error))
                self._tell(tx, change, notice, Reply(title=title, notes=notes), "untaken")
                if not isinstance(error, Impossible):
                    # Nobody needs a card, or a line under it, where it was never posted.
                    tx.outbox.forget_card(change.number)
        if moved:
            log.error("%s was not taken on: %s", change.id, why, extra={"action": "request_untaken"})
        return moved

    def _untaken_reason(self, change: ChangeRequest, error: DeliveryError) -> Message:
        cause = self._refusal(error).described
        if isinstance(error, Impossible):
            return Message("delivery.card_not_shown", cause=cause)
        return Message("delivery.card_not_posted", channel=Channel(channel=change.channel), cause=cause)

    def _ways_out(self, error: DeliveryError) -> Iterator[Text]:
        """What helps, apart from waiting: the remedy, and where the channel refuses the card, another channel."""
        remedy = self._refusal(error).remedy
        if remedy:
            yield remedy
        if not isinstance(error, Impossible):
            yield Message("delivery.set_approval_channel")

    def _notify_card_waits(self, change: ChangeRequest, notice: CardNotice, error: DeliveryError) -> None:
        stands = change.card is not None
        reply = Reply(title=self._waiting_title(change, error), notes=tuple(self._waiting_notes(change, error)))
        what = "card" if not stands else f"card-{change.status}"
        if self.ctx.store.outbox.state_of(_key(change, what)) is None:
            with self.ctx.store.unit_of_work() as tx:
                self._tell(tx, change, notice, reply, what)
        told, remedy = translate(reply.title), translate(self._refusal(error).remedy)
        log.error("%s %s", told, remedy, extra=UNDELIVERABLE)

    def _waiting_title(self, change: ChangeRequest, error: DeliveryError) -> Message:
        channel, cause = Channel(channel=change.channel), self._refusal(error).described
        trouble = (
            Message("delivery.card_of_not_rewritten", request=change.id, channel=channel, cause=cause)
            if change.card is not None
            else Message("delivery.card_of_not_posted", request=change.id, channel=channel, cause=cause)
        )
        if change.status is Status.PENDING:
            return trouble
        label, status = request_label(self.ctx, change), describe_status(change)
        return Message("delivery.status_and_trouble", request=label, status=status, trouble=trouble)

    def _waiting_notes(self, change: ChangeRequest, error: DeliveryError) -> Iterator[Text]:
        refusal = self._refusal(error)
        if refusal.remedy:
            yield refusal.remedy
        if change.channel == self.ctx.chat.channels.approval and refusal.subject is Subject.PLACE:
            yield Message("delivery.is_approval_channel")
        if not isinstance(error, Impossible):
            yield AGAIN
        if change.status is Status.PENDING and change.card is not None:
            yield Message("delivery.card_still_works")
        elif change.status is Status.PENDING:
            yield Message("delivery.undecided_until_posted", time=Time(time=change.expires_at))

    def _tell(self, tx: Transaction, change: ChangeRequest, notice: CardNotice, reply: Reply, what: str) -> None:
        """Tell whoever asked: as the answer to their command while Slack takes one."""
        if not change.requester.local:
            notify_person(
                tx,
                self.ctx,
                change.requester,
                notice.typed_in,
                reply,
                answer_url=notice.answer_url,
                mood=Mood.TROUBLE,
                key=_key(change, what),
                number=change.number,
            )


def _key(change: ChangeRequest, what: str) -> str:
    return f"whisper:{change.number}:{what}"
