"""Whose turn it is among threads that do the same, and whether they need one more."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Turns:
    """Turns of a group of threads: `with turns:` one of them looks for work, the others are at work or wait to look.

    A thread that waits for Slack or for a place needs memory all the time, so a group begins with one thread. Whoever
    has found work calls `grow` in its turn, and another one is started if nobody would look for the next work. There
    are at most `most`. `start_another` starts a thread that takes turns.
    """

    def __init__(self, start_another: Callable[[], None], *, most: int) -> None:
        self._start_another = start_another
        self._most = most
        self._looking = threading.Lock()
        self._counting = threading.Lock()
        self._started = self._idle = 0

    def start(self) -> None:
        """Start the first thread."""
        self._started += 1
        self._start_another()

    def __enter__(self) -> None:
        self._count_idle(1)
        self._looking.acquire()
        self._count_idle(-1)

    def __exit__(self, *_error: object) -> None:
        self._looking.release()

    def grow(self) -> None:
        """Start another thread if nobody waits for the next turn. Only by the thread whose turn it is."""
        with self._counting:
            alone = self._idle == 0 and self._started < self._most
            self._started += alone
        if alone:
            self._start_another()

    def _count_idle(self, more: int) -> None:
        with self._counting:
            self._idle += more
