"""Take answers to the people they are for: each by itself, and people in turn."""

from __future__ import annotations

from typing import assert_never

from bot.core.joined_sentences import pair_sentences
from bot.core.messages.notices import PrivateNotice
from bot.plugin import Message, Person
from bot.store.repositories.outbox import Envelope
from bot.usecases.authority.memberships import find_language, learn_language
from bot.usecases.chat.chat_port import DirectRefused, PrivateDelivery, SentDirectly, SentInChannel
from bot.usecases.chat.delivery_errors import ChannelDead, DeliveryError
from bot.usecases.context import Context
from bot.usecases.delivery.delivery_results import log_failure
from bot.usecases.delivery.message_delivery import Delivery, InFlight, Result, apply_backpressure, attempt
from bot.usecases.notices.notifications import post_once_in_thread

DIRECT = "direct messages"
"""The name under which it is kept whether direct messages reach people."""
MOST_AT_ONCE = 16
"""Answers on their way at a time. On a Slack that takes 150 ms a call that is a hundred a second."""


class Answers:
    """Carries answers. They go by ways of their own, and wait for no channel and for no other answer."""

    def __init__(self, ctx: Context, under_way: InFlight) -> None:
        self._ctx = ctx
        self._under_way = under_way
        self._answered = {False: "", True: ""}
        """Whom something was said to last, among those on the allow-list and among others."""

    def take(self, steady: int, *, last: bool, most: int = 1) -> list[Delivery]:
        """The next answers: of those that come last, or of all others; at most so many, taken in one transaction.

        To be asked when one is waiting: it costs a transaction.

        Of those that come last one is on its way at a time: it leaves the others their room.
        """
        if last and self._under_way.has_last():
            return []
        with self._ctx.store.unit_of_work() as tx:
            turns = tx.outbox.order.answers(steady, after=self._answered[last], last=last, most=most + 2 * MOST_AT_ONCE)
            turns = [turn for turn in turns if not self._under_way.holds(turn.id)][:most]
            envelopes = tx.outbox.claim_these(turn.id for turn in turns)
        if turns:
            self._answered[last] = turns[-1].person
        return [Delivery(carrier=self, envelopes=(envelope,), last=last) for envelope in envelopes]

    def are_waiting(self, steady: int) -> bool:
        """Whether an answer is due."""
        return self._ctx.store.outbox.waiting(steady, kind="whisper")

    def carry(self, delivery: Delivery) -> Result:
        (envelope,) = delivery.envelopes
        notice = envelope.notice
        if not isinstance(notice, PrivateNotice):
            raise TypeError("an answer is for one person")
        sent: list[PrivateDelivery] = []
        learn_language(self._ctx, notice.person)
        language = find_language(self._ctx, notice.person)
        error = attempt(lambda: sent.append(self._ctx.chat.messenger.send_privately(notice, language=language)))
        recovered = apply_backpressure(self._ctx.chat.pace, notice.channel or notice.person.user, error)
        marks = self._mark_direct(sent[0] if sent else error)
        if isinstance(error, ChannelDead) and self._say_under_its_card(envelope, notice):
            error = None
        return Result(envelopes=(envelope,), error=error, marks=marks, recovered=recovered)

    def _mark_direct(self, end: PrivateDelivery | DeliveryError | None) -> tuple[str, str] | None:
        """What an answer, or a refusal, says of all direct messages; None where it says nothing of them."""
        match end:
            case SentInChannel() | None:
                return None
            case SentDirectly():
                return DIRECT, ""
            case DirectRefused(reason=reason) | DeliveryError(reason=reason):
                return (DIRECT, reason) if self._ctx.chat.messenger.find_refusal(reason).direct_messages_off else None
            case _:
                assert_never(end)

    def follow_up(self, result: Result) -> None:
        envelope = result.envelopes[0]
        if result.error is not None:
            log_failure(envelope, result.error)

    def _say_under_its_card(self, envelope: Envelope, notice: PrivateNotice) -> bool:
        """Say it in the thread under its card, with the person's name, where no other way reaches the person."""
        change = self._ctx.store.changes.get(notice.number)
        if change is None or change.card is None:
            return False
        said = notice.reply.title
        for note in notice.reply.notes:
            said = pair_sentences(said, note)
        text = Message("delivery.to_person", person=Person(person=notice.person.id), sentence=said)
        with self._ctx.store.unit_of_work() as tx:
            post_once_in_thread(tx, self._ctx, change.number, f"notice-{envelope.id}", text)
        return True
