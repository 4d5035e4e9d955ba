"""Hearing of the work that other processes have queued: a connection of its own that waits for notifications.

A pooler in transaction mode accepts LISTEN and passes no notification on. So whoever waits for work also looks for it
every now and then, and a notification only shortens the wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.store.postgres.connection import Address, Connection
from bot.store.postgres.server_faults import UNANSWERED

LOOK_SECONDS = 0.25
"""How long a round of waiting takes: then it is seen whether to stop."""
AGAIN_SECONDS = 1.0
"""How long after a lost connection it is tried again."""


def channel_of(address: Address) -> str:
    """Return the name of the channel: bots with other schemas hear nothing of this one."""
    return f"{address.schema}_work"


class Listener:
    """A thread that calls `heard` for each announcement of another owner, and after each new connection."""

    def __init__(self, address: Address, owner: str, heard: Callable[[], None]) -> None:
        self._connection = Connection(address, busy_seconds=LOOK_SECONDS)
        self._channel, self._owner, self._heard = channel_of(address), owner, heard
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._wait()
            except UNANSWERED:
                self._connection.close()
                self._stopping.wait(AGAIN_SECONDS)
        self._connection.close()

    def _wait(self) -> None:
        opened = self._connection.opened
        opened.execute(f"LISTEN {self._channel}".encode())
        # What was announced before is found by looking.
        self._heard()
        while not self._stopping.is_set():
            for notice in opened.notifies(timeout=LOOK_SECONDS):
                if notice.payload != self._owner:
                    self._heard()

    def stop(self) -> None:
        """Stop listening, and end the connection."""
        self._stopping.set()
        self._thread.join()
