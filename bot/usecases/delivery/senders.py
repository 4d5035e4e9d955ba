"""Threads that send to Slack beside each other."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.usecases.delivery.message_delivery import Delivery
from bot.usecases.process.turns import Turns
from bot.usecases.process.wake_signal import WakeSignal


class Senders:
    """A group of threads with the same step: one of them chooses what goes next, the others send or wait to choose.

    So however many there are, the database is asked by one, and two of them never take the same notice.
    """

    def __init__(
        self,
        *,
        take: Callable[[], Delivery | None],
        carry: Callable[[Delivery], None],
        turns: Turns,
        signal: WakeSignal,
        stopping: threading.Event,
    ) -> None:
        self._take = take
        self._carry = carry
        self._turns = turns
        self._signal = signal
        self._stopping = stopping

    def step(self) -> bool:
        """Take one message and send it; True unless the bot stops. Raises what taking and sending raise."""
        with self._turns:
            delivery = self._signal.await_next(self._take, stopping=self._stopping)
            if delivery is not None:
                self._turns.grow()
        if delivery is not None:
            try:
                self._carry(delivery)
            finally:
                if delivery.lane is not None or delivery.last:
                    # What waited for this one to be over may go now. Nothing waits for an answer to be over.
                    self._signal.wake()
        return not self._stopping.is_set()
