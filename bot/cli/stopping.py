"""Being told to stop by SIGTERM or SIGINT."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self


class Stop:
    """While this is entered, both signals end `wait` instead of the process; repeating them changes nothing.

    The signal travels through a pipe: a handler may not touch a lock that the interrupted code might hold.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self._before: dict[int, Any] = {}

    def tell(self, *_signal: Any) -> None:
        """End the wait, from a signal or from any thread."""
        os.write(self._write, b".")

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until told, or for so long; whether it was told."""
        ready, _, _ = select.select([self._read], [], [], seconds)
        return bool(ready)

    @contextmanager
    def event(self) -> Iterator[threading.Event]:
        """An event that is set when the wait ends, for what waits on one."""
        told = threading.Event()

        def pass_on() -> None:
            self.wait()
            told.set()

        waiting = threading.Thread(target=pass_on, name="stop", daemon=True)
        waiting.start()
        try:
            yield told
        finally:
            self.tell()
            waiting.join()

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self.tell) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._write)
        os.close(self._read)
