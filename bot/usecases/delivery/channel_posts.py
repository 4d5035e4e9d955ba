"""Take cards, lines under them and announcements into channels, each channel's in their order."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest
from bot.core.messages.notices import (
    Announcement,
    AuditNotice,
    CardNotice,
    Notice,
    PrivateNotice,
    ThreadNotice,
    kind_of,
)
from bot.language.translation import translate
from bot.store.repositories.outbox import Envelope
from bot.store.repositories.outbox_order import Head
from bot.usecases.chat.channel_pace import PostKind
from bot.usecases.chat.delivery_errors import (
    CARD_NOT_POSTED,
    Broken,
    Busy,
    ChannelDead,
    DeliveryError,
    Impossible,
    Lost,
)
from bot.usecases.context import Context
from bot.usecases.delivery.cards import Cards
from bot.usecases.delivery.delivery_results import Results, log_failure
from bot.usecases.delivery.message_delivery import Delivery, InFlight, Lane, Result, apply_backpressure, attempt
from bot.usecases.delivery.redelivery import keeps_turn
from bot.usecases.notices.notifications import card_key, queue_card

LINES_PER_MESSAGE = 20
WORDS_PER_MESSAGE = 2_000
"""Characters of lines under a card that share a message; Slack takes 3,000, and some become longer on their way."""
AUDIT_REST_SECONDS = 15.0
"""How long the audit channel rests after a message into it failed: approvals wait for its lines."""


class Posts:
    """Carries posts and rewrites. Into a channel one of each is on its way at a time, so rewrites may overtake posts
    and posts keep their order."""

    def __init__(self, ctx: Context, under_way: InFlight, results: Results) -> None:
        self._ctx = ctx
        self._under_way = under_way
        self._results = results
        self._cards = Cards(ctx)
        self._apart: set[int] = set()
        """Cards under which lines do not share a message: Slack refused one that they did."""

    def take(self, steady: int) -> Delivery | None:
        """The next post or rewrite of the first channel that takes one now."""
        for head in self._ctx.store.outbox.order.heads(steady):
            lane: Lane = (head.channel, PostKind.REWRITE if head.is_rewrite else PostKind.POST)
            is_free = self._under_way.is_free(lane) and not self._under_way.holds(head.id)
            if is_free and self._ctx.chat.pace.take(*lane):
                with self._ctx.store.unit_of_work() as tx:
                    envelopes = tx.outbox.claim_these(self._coalesce(head, steady))
                return Delivery(carrier=self, envelopes=tuple(envelopes), lane=lane, head=head) if envelopes else None
        return None

    def _coalesce(self, head: Head, steady: int) -> list[int]:
        """The ids of what shares a message with the first: lines under the same card, as many as fit."""
        if not head.is_line or head.number in self._apart:
            return [head.id]
        left, chosen = WORDS_PER_MESSAGE, [head.id]
        for id, text in self._ctx.store.outbox.order.lines(head.number, steady, most=LINES_PER_MESSAGE):
            left -= len(translate(text, self._ctx.deployment.languages.shared))
            if left < 0:
                break
            chosen.append(id)
        return chosen

    def carry(self, delivery: Delivery) -> Result:
        envelopes, head = delivery.envelopes, delivery.head
        if head is None:
            raise TypeError("a post is the first of its channel")
        error = attempt(lambda: self._say([envelope.notice for envelope in envelopes]))
        if self._has_another_form(envelopes[0].notice, error):
            # It is no attempt, and due at once.
            error = Busy(0.0)
        recovered = apply_backpressure(self._ctx.chat.pace, head.channel, error)
        if error is not None:
            self._postpone(head, envelopes[0], error)
        return Result(envelopes=envelopes, error=error, recovered=recovered)

    def follow_up(self, result: Result) -> None:
        """Tell the log what did not get out, and of a card that cannot be posted, whoever waits for it."""
        envelope, error = result.envelopes[0], result.error
        if error is None:
            return
        log_failure(envelope, error)
        if isinstance(envelope.notice, CardNotice):
            self._cards.note_trouble(envelope.notice, error, envelope.attempts)
        elif isinstance(envelope.notice, ThreadNotice) and self._is_gone(error):
            # The card was deleted: it is posted again, and the line goes under that one.
            with self._ctx.store.unit_of_work() as tx:
                queue_card(tx, self._ctx, envelope.notice.number)

    def _is_gone(self, error: DeliveryError) -> bool:
        return self._ctx.chat.messenger.find_refusal(error.reason).message_gone

    def _has_another_form(self, notice: Notice, error: DeliveryError | None) -> bool:
        return isinstance(notice, CardNotice) and error is not None and self._cards.fall_back(notice, error)

    def _postpone(self, head: Head, envelope: Envelope, error: DeliveryError) -> None:
        """Let the channel rest while the notice keeps its turn; what has stepped aside holds up nobody."""
        if isinstance(error, Impossible | Broken) and head.is_line:
            self._apart.add(head.number)
        if isinstance(error, Lost | ChannelDead) and keeps_turn(self._results.trouble(envelope, error)):
            seconds = AUDIT_REST_SECONDS if head.channel == self._ctx.chat.channels.audit else None
            self._ctx.chat.pace.record_failure(head.channel, seconds=seconds)

    def _say(self, notices: list[Notice]) -> None:
        match notices[0]:
            case CardNotice() as card:
                self._cards.show(card)
            case ThreadNotice(number=number):
                lines = [notice.text for notice in notices if isinstance(notice, ThreadNotice)]
                self._ctx.chat.messenger.reply(self._with_card(number), *lines)
            case Announcement(channel=channel, text=text, thread=thread):
                self._ctx.chat.messenger.note(channel, text, None, thread=thread)
            case PrivateNotice() | AuditNotice() as other:
                raise TypeError(f"{kind_of(other)} is delivered in another way")

    def _with_card(self, number: int) -> ChangeRequest:
        """The change request for a line under its card, which stands or will never stand."""
        change = self._ctx.store.changes.require(number)
        if change.card is None and self._ctx.store.outbox.state_of(card_key(number)) in ("new", "sending"):
            raise Broken(CARD_NOT_POSTED)
        if change.card is None:
            raise Impossible(CARD_NOT_POSTED)
        return change
