"""Choose what is said next, at the pace each channel takes, without losing or repeating a notice."""

from __future__ import annotations

from collections import deque

from bot.core.bot_errors import StoreUnavailable
from bot.language.translation import translate
from bot.usecases.chat.delivery_errors import Broken, Busy
from bot.usecases.context import Context, log
from bot.usecases.delivery.answers import MOST_AT_ONCE, Answers
from bot.usecases.delivery.audit_lines import AuditLines
from bot.usecases.delivery.channel_posts import Posts
from bot.usecases.delivery.delivery_results import Results
from bot.usecases.delivery.message_delivery import Delivery, InFlight, Result
from bot.usecases.leases.lease_holding import steady_ms

SILENT_SECONDS = 1.0
"""How long a message waits that a replica without a beat did not send."""


class Dispatcher:
    """Takes notices out of the outbox, and carries them.

    `carry` may run in any number of threads at once. Each of `take_post` and `take_answer` is called by one at a time.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._under_way = InFlight()
        self._results = Results(ctx)
        self._audit = AuditLines(ctx, self._under_way)
        self._posts = Posts(ctx, self._under_way, self._results)
        self._answers = Answers(ctx, self._under_way)
        self._taken: deque[Delivery] = deque()
        """Answers that are taken and wait for a sender."""

    def take_post(self) -> Delivery | None:
        """What goes into a channel next, audit lines first; None when nothing is due, or its channel has to wait."""
        return self._begin(self._next_post(steady_ms(self._ctx))) if self._is_due() else None

    def take_answer(self) -> Delivery | None:
        """The next answer to a person; None when none is due.

        Of a backlog as many are taken in one transaction as can be on their way, and handed out one by one. What is
        said to people who are not on the allow-list comes when nobody else waits for an answer.
        """
        if not self._taken:
            self._results.write_down()
            steady, answers = steady_ms(self._ctx), self._answers
            if not answers.are_waiting(steady):
                return None
            found = answers.take(steady, last=False, most=MOST_AT_ONCE) or answers.take(steady, last=True)
            for delivery in found:
                self._begin(delivery)
            self._taken.extend(found)
        return self._taken.popleft() if self._taken else None

    def carry(self, delivery: Delivery) -> None:
        """Send what was taken, and store what came of it. Raises StoreUnavailable; what was sent is stored later then.

        This process never sends it again because of that.
        """
        try:
            result = self._say(delivery)
            self._results.note(result)
            delivery.carrier.follow_up(result)
        finally:
            self._under_way.end(delivery)

    def deliver_one(self) -> bool:
        """Take one message and carry it; False when nothing is due. Answers that come last are after everything."""
        if not self._is_due():
            return False
        steady = steady_ms(self._ctx)
        delivery = self._begin(
            self._audit.take(steady)
            or next(iter(self._answers.take(steady, last=False)), None)
            or self._posts.take(steady)
            or next(iter(self._answers.take(steady, last=True)), None)
        )
        if delivery is not None:
            self.carry(delivery)
        return delivery is not None

    def _say(self, delivery: Delivery) -> Result:
        if self._ctx.process.is_silent():
            # Another replica may send in its place by now. If none does, a beat comes soon.
            return Result(envelopes=delivery.envelopes, error=Busy(SILENT_SECONDS))
        try:
            return delivery.carrier.carry(delivery)
        except StoreUnavailable as error:
            # Slack refused it, and what follows from that could not be stored: it is tried again.
            told = translate(error.sentence)
            log.error("a delivery could not be stored: %s", told, extra={"action": "store_unavailable"})
            return Result(envelopes=delivery.envelopes, error=Broken(type(error).__name__))
        finally:
            if delivery.lane is not None:
                self._ctx.chat.pace.mark_sent(*delivery.lane)

    def _is_due(self) -> bool:
        self._results.write_down()
        return self._ctx.store.outbox.waiting(steady_ms(self._ctx))

    def _next_post(self, steady: int) -> Delivery | None:
        return self._audit.take(steady) or self._posts.take(steady)

    def _begin(self, delivery: Delivery | None) -> Delivery | None:
        if delivery is not None:
            self._under_way.begin(delivery)
        return delivery
