"""Threads that send to Slack beside each other."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.usecases.bell import Bell
from bot.usecases.delivery import Delivery

POLL_SECONDS = 0.05
FAULT_SECONDS = 1.0


class Senders:
    """A group of threads with the same step: one of them chooses what goes next, the others send or wait to choose.

    So however many there are, the database is asked by one, and two of them never take the same notice.
    """

    def __init__(
        self,
        *,
        take: Callable[[], Delivery | None],
        carry: Callable[[Delivery], None],
        bell: Bell,
        stopping: threading.Event,
    ) -> None:
        self._take = take
        self._carry = carry
        self._bell = bell
        self._stopping = stopping
        self._choosing = threading.Lock()

    def step(self) -> bool:
        """Take one message and send it; True unless the bot stops. Raises what taking and sending raise."""
        with self._choosing:
            delivery = self._choose()
        if delivery is not None:
            try:
                self._carry(delivery)
            finally:
                if delivery.lane is not None or delivery.last:
                    # What waited for this one to be over may go now. Nothing waits for an answer to be over.
                    self._bell.ring()
        return not self._stopping.is_set()

    def _choose(self) -> Delivery | None:
        """The next message, as soon as there is one; None when the bot stops."""
        while not self._stopping.is_set():
            since = self._bell.count
            try:
                delivery = self._take()
            except Exception:
                # The others would meet the same.
                self._stopping.wait(FAULT_SECONDS)
                raise
            if delivery is not None:
                return delivery
            self._bell.sleep(POLL_SECONDS, since=since)
        return None
