"""Choose what is said next, at the pace each channel takes, without losing or repeating a notice."""

from __future__ import annotations

from bot.core.errors import StoreUnavailable
from bot.usecases.answers import Answers
from bot.usecases.audit_lines import AuditLines
from bot.usecases.context import Context, log
from bot.usecases.delivery import Delivery, Result, UnderWay
from bot.usecases.delivery_results import Results
from bot.usecases.holding import steady_ms
from bot.usecases.posts import Posts
from bot.usecases.undelivered import Broken


class Courier:
    """Takes notices out of the outbox, and carries them.

    `carry` may run in any number of threads at once. Each of `take_post` and `take_answer` is called by one at a time.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._under_way = UnderWay()
        self._results = Results(ctx)
        self._audit = AuditLines(ctx, self._under_way)
        self._posts = Posts(ctx, self._under_way, self._results)
        self._answers = Answers(ctx, self._under_way)

    def take_post(self) -> Delivery | None:
        """What goes into a channel next, audit lines first; None when nothing is due, or its channel has to wait."""
        return self._begin(self._next_post(steady_ms(self._ctx))) if self._is_due() else None

    def take_answer(self) -> Delivery | None:
        """The next answer to a person; None when none is due.

        What is said to people who are not on the allow-list comes when nobody else waits for an answer.
        """
        if not self._is_due():
            return None
        steady = steady_ms(self._ctx)
        return self._begin(self._answers.take(steady, last=False) or self._answers.take(steady, last=True))

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
            or self._answers.take(steady, last=False)
            or self._posts.take(steady)
            or self._answers.take(steady, last=True)
        )
        if delivery is not None:
            self.carry(delivery)
        return delivery is not None

    def _say(self, delivery: Delivery) -> Result:
        try:
            return delivery.carrier.carry(delivery)
        except StoreUnavailable as error:
            # Slack refused it, and what follows from that could not be stored: it is tried again.
            log.error("a delivery could not be stored: %s", error.sentence, extra={"action": "store_unavailable"})
            return Result(envelopes=delivery.envelopes, error=Broken(type(error).__name__))

    def _is_due(self) -> bool:
        self._results.write_down()
        return self._ctx.store.outbox.waiting(steady_ms(self._ctx))

    def _next_post(self, steady: int) -> Delivery | None:
        return self._audit.take(steady) or self._posts.take(steady)

    def _begin(self, delivery: Delivery | None) -> Delivery | None:
        if delivery is not None:
            self._under_way.begin(delivery)
        return delivery
