"""What one portal answered a moment ago, and what it is being asked right now: for those who only look.

No decision and no verification comes here: they ask the portal themselves, and join no read that began before them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

from bot.plugin import PluginError
from bot.plugin.frozen import dataclass

T = TypeVar("T")
SECONDS = 8.0
"""For how long an answer is good enough for somebody who only looks."""
MOST = 16
"""Answers kept of one portal; the oldest goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedAnswer:
    """An answer, and when its read began by a clock that never goes back."""

    value: Any
    began: float


class NotShared(Exception):
    """The read that was joined ended in a way that is no answer of the portal."""


class ReadCache:
    """The answers of one portal. For any number of threads; who asks is a part of each key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[Hashable, CachedAnswer] = {}
        self._flights: dict[Hashable, Future[Any]] = {}
        self._changes = 0

    def drop(self) -> None:
        """Forget all: the portal is being changed, or was. Nobody joins a read that began before this."""
        with self._lock:
            self._changes += 1
            self._seen.clear()
            self._flights.clear()

    @property
    def changes(self) -> int:
        """How often all was forgotten: what was read before the last time is not to be kept."""
        with self._lock:
            return self._changes

    def find(self, key: Hashable, now: float) -> CachedAnswer | None:
        """The answer that is kept, unless it is too old."""
        with self._lock:
            seen = self._seen.get(key)
            return seen if seen is not None and 0 <= now - seen.began < SECONDS else None

    def keep(self, key: Hashable, seen: CachedAnswer, *, changes: int) -> None:
        """Keep an answer, unless all was forgotten since `changes` was read."""
        with self._lock:
            if changes == self._changes:
                self._seen.pop(key, None)
                self._seen[key] = seen
                while len(self._seen) > MOST:
                    del self._seen[next(iter(self._seen))]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` brings. Whoever asks for the same meanwhile waits for that, and gets the same."""
        with self._lock:
            flight = self._flights.get(key)
            mine: Future[Any] = Future()
            if flight is None:
                self._flights[key] = mine
        if flight is None:
            return self._fly(key, mine, make)
        try:
            joined: T = flight.result()
        except NotShared:
            return make()
        return joined

    def _fly(self, key: Hashable, mine: Future[Any], make: Callable[[], T]) -> T:
        problem: BaseException = NotShared()
        try:
            value = make()
        except PluginError as error:
            problem = error
            raise
        else:
            self._land(key, mine)
            mine.set_result(value)
            return value
        finally:
            if not mine.done():
                self._land(key, mine)
                mine.set_exception(problem)

    def _land(self, key: Hashable, mine: Future[Any]) -> None:
        """Nobody joins any more; after `drop` another read of the same may be under way."""
        with self._lock:
            if self._flights.get(key) is mine:
                del self._flights[key]
