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

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class ShutdownSignal:
    """While this is entered, both signals end `wait` instead of the process; repeating them changes nothing.

    The interpreter itself writes the signal into a pipe. A handler in Python would be too late: it does not run while
    the main thread waits, and a signal that comes just before a wait begins does not interrupt it.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._before: dict[int, Any] = {}
        self._wakeup_before = -1

    def tell(self) -> None:
        """End the wait, from any thread."""
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
        self._wakeup_before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _nothing) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._write)
        os.close(self._read)


def _nothing(_signal: int, _frame: object) -> None:
    """A signal needs a handler to reach the pipe, and the pipe is all that is needed."""
