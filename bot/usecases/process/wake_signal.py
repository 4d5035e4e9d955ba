"""A way to cut short the sleep of threads that poll."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol, TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.05
"""What was put off is found by looking so often, and what another process has queued, where no announcement of it
comes."""
FAULT_SECONDS = 1.0


class Group(Enum):
    """Threads that do the same, and wait for it together."""

    RUNNERS = auto()
    ANSWERS = auto()
    POSTS = auto()
    HOME = auto()
    PREVIEWS = auto()


class Wake(Protocol):
    """Tells threads that there is work: those of the groups that are named, or all of them."""

    def __call__(self, *groups: Group) -> None: ...


class WakeSignal:
    """Cuts short the sleep of the threads that listen to it."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self.count = 0
        """How often it was rung."""

    def wake(self) -> None:
        with self._rung:
            self.count += 1
            self._rung.notify_all()

    def sleep(self, seconds: float, *, since: int) -> None:
        """Wait so long, or until it is rung; not at all when it was rung more often than `since`."""
        with self._rung:
            if self.count == since:
                self._rung.wait(seconds)

    def await_next(self, take: Callable[[], T | None], *, stopping: threading.Event) -> T | None:
        """What `take` gives, as soon as it gives something; None when the bot stops.

        It is asked after each ring, and now and then. Raises what it raises, after a while: the other threads of a
        group that take turns at this would meet the same.
        """
        while not stopping.is_set():
            since = self.count
            try:
                found = take()
            except Exception:
                stopping.wait(FAULT_SECONDS)
                raise
            if found is not None:
                return found
            self.sleep(POLL_SECONDS, since=since)
        return None
