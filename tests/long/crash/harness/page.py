"""A page of memory that the driver and the bot's processes share: what time it is, and small orders to a process."""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from pathlib import Path
from typing import Self

from bot.clock import SystemClock

_WORD = struct.Struct("<q")
WORDS = (
    *("shift_ms", "slept_ms", "nudges", "keeper_lag_ms", "fault", "busy_ms"),
    *("keeper_reads", "recovery_reads", "set_ms", "step_ms"),
)
"""The 64-bit numbers on the page, in their order."""
SIZE = 4096


class Page:
    """Numbers in a mapped file: what one process writes the others read at once, also when it is killed."""

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, SIZE)
            self._map = mmap.mmap(handle, SIZE)
        finally:
            os.close(handle)

    def get(self, word: str) -> int:
        return int(_WORD.unpack_from(self._map, 8 * WORDS.index(word))[0])

    def put(self, word: str, value: int) -> None:
        _WORD.pack_into(self._map, 8 * WORDS.index(word), value)

    def add(self, word: str, value: int) -> None:
        """Not safe against another writer; each word has one at a time."""
        self.put(word, self.get(word) + value)

    def close(self) -> None:
        self._map.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PagedClock(SystemClock):
    """The machine's clock plus the page's shift. A sleep is over at once and moves only the monotonic seconds.

    `set_ms` is by how much somebody has set the clock of the day, so only that one shows it.
    The thread called "scheduler" can be given a clock that lags, so that a runner meets first what both would find. How
    often it reads the clock is counted, and how often the thread called "recovery" reads the monotonic one: by that the
    driver knows that they have made their rounds.
    """

    def __init__(self, page: Page) -> None:
        self.counts = True
        """Whether the shift of the page counts. While the steady clock is set by that of a server, it must not: the
        shift outlives the process, and comes on top of what the server says."""
        self._page = page
        self._lock = threading.Lock()

    def now_ms(self) -> int:
        now = super().now_ms() + self._page.get("shift_ms") + self._page.get("set_ms")
        if threading.current_thread().name != "scheduler":
            return now
        self._page.add("keeper_reads", 1)
        return now - self._page.get("keeper_lag_ms")

    def monotonic(self) -> float:
        if threading.current_thread().name == "recovery":
            self._page.add("recovery_reads", 1)
        shift = (self._page.get("shift_ms") + self._page.get("slept_ms")) / 1000 if self.counts else 0
        return super().monotonic() + shift

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._page.add("slept_ms", round(seconds * 1000))
        time.sleep(min(seconds, 0.002))
