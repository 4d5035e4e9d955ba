"""A connection of the driver on which no round trip waits for ever: the server that is silent for too long is left."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import suppress
from typing import Any, TypeVar

from bot.clock import SystemClock
from bot.store.postgres.server_faults import ServerSilent, psycopg

SILENT_SECONDS = 10.0
"""How long a server may say nothing while it is asked. A lock is waited for two seconds, so this is a server that is
stopped, or a COMMIT that waits for a standby which is not there."""
CANCEL_SECONDS = 2.0
"""How long the server is told to cancel what it was asked."""
_CLOCK = SystemClock()
_T = TypeVar("_T")


class LimitedConnection(psycopg.Connection[Any]):
    """Raises ServerSilent, and is closed then, when the server says nothing for `silent_seconds`; None is no limit."""

    silent_seconds: float | None = SILENT_SECONDS

    def wait(self, gen: Generator[Any, Any, _T], *values: Any, **options: Any) -> _T:
        return super().wait(self._limit(gen), *values, **options)

    def _limit(self, gen: Generator[Any, Any, _T]) -> Generator[Any, Any, _T]:
        """Pass on what the driver waits for, and look at the time whenever it was woken without an answer."""
        seconds, since = self.silent_seconds, _CLOCK.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    since = _CLOCK.monotonic()
                elif seconds is not None and _CLOCK.monotonic() - since > seconds:
                    raise self._leave(seconds)
                wanted = gen.send(ready)
        except StopIteration as end:
            found: _T = end.value
            return found

    def _leave(self, seconds: float) -> ServerSilent:
        """Have the server end what it was asked, so that it gives back its locks, and close the connection."""
        # A driver with an older library waits for a silent server without a limit.
        cancelling = threading.Thread(target=self._cancel, name="cancel", daemon=True)
        cancelling.start()
        cancelling.join(2 * CANCEL_SECONDS)
        self.close()
        return ServerSilent(seconds)

    def _cancel(self) -> None:
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=CANCEL_SECONDS)
