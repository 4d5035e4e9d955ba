"""Being told to stop by SIGTERM or SIGINT."""

from __future__ import annotations

import logging
import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGTERM, signal.SIGINT)
END_SECONDS = 25.0
"""A process that is told to stop is ended after this time, whatever hangs (docs/how-to/deploy.md)."""
NOT_ENDED = 4
"""The exit code of one that had to be ended: what it was at is left to the next start."""
_LOG = logging.getLogger(__name__)


class ShutdownSignal:
    """While this is entered, both signals end `wait` instead of the process; repeating them changes nothing.

    The interpreter itself writes the signal into a pipe. A handler in Python would be too late: it does not run while
    the main thread waits, and a signal that comes just before a wait begins does not interrupt it.

    Where this is still entered `end_seconds` after that, the process is ended.
    """

    def __init__(self, *, end_seconds: float = END_SECONDS) -> None:
        self._end_seconds = end_seconds
        self._left = threading.Event()
        self._watch = threading.Thread(target=self._end_late, name="end", daemon=True)
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

    def _end_late(self) -> None:
        self.wait()
        if not self._left.wait(self._end_seconds):
            _LOG.critical(
                "this process was told to stop, and something hangs. It ends now; the next start reads the database "
                "and goes on",
                extra={"action": "ended_late"},
            )
            logging.shutdown()
            os._exit(NOT_ENDED)

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
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self.tell()
        self._watch.join()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._write)
        os.close(self._read)


def _nothing(_signal: int, _frame: object) -> None:
    """A signal needs a handler to reach the pipe, and the pipe is all that is needed."""
