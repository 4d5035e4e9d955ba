"""One WebSocket connection to Slack: what comes in, a ping when nothing does, and whether it still lives."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from websocket import ABNF, WebSocket, WebSocketException, WebSocketTimeoutException, create_connection

from bot.plugin import Clock

log = logging.getLogger("b24bot.slack")

CONNECT_SECONDS = 15.0
"""For the connection, and as long again for Slack's hello."""
READ_SECONDS, PING_SECONDS = 1.0, 5.0
SILENT_SECONDS = 3 * PING_SECONDS
"""Three pings without an answer: the way is dead, whatever the operating system says of it."""

Envelope = Mapping[str, Any]


class ConnectionEnded(Exception):
    """The connection is over; the text says why."""


class Connection:
    """`read` runs in one thread; `send` and `close` may be called from any."""

    def __init__(self, url: str, clock: Clock) -> None:
        """Connect. Raises ConnectionEnded, never with the address, which holds a ticket."""
        self._clock = clock
        with _ends_the_connection():
            self._socket: WebSocket = create_connection(
                url, timeout=CONNECT_SECONDS, enable_multithread=True, redirect_limit=0
            )
        self._socket.settimeout(READ_SECONDS)
        self._opened = self._heard = self._pinged = clock.monotonic()
        self.greeted = False
        """Whether Slack has said hello: before that it delivers nothing here."""
        self.over = False

    @property
    def alive(self) -> bool:
        """Whether something came in lately: that a socket is open shows nothing."""
        silent = self._clock.monotonic() - self._heard
        return self.greeted and not self.over and silent < SILENT_SECONDS

    def read(self, take: Callable[[Envelope], None]) -> None:
        """Hand on every object that comes until the connection ends. Raises ConnectionEnded, and what `take` raises."""
        try:
            while True:
                received = self._receive()
                if received is not None:
                    self._take(received, take)
        finally:
            self.close()
            raw = self._socket.sock
            if raw is not None:
                raw.close()

    def _receive(self) -> bytes | None:
        """The next text; None when something else came, or nothing for a moment. Raises ConnectionEnded."""
        with _ends_the_connection():
            try:
                kind, frame = self._socket.recv_data_frame(True)
            except WebSocketTimeoutException:
                self._ping()
                return None
        self._heard = self._clock.monotonic()
        if kind == ABNF.OPCODE_CLOSE:
            raise ConnectionEnded("Slack closed it")
        return bytes(frame.data) if kind in (ABNF.OPCODE_TEXT, ABNF.OPCODE_BINARY) else None

    def _ping(self) -> None:
        """Nothing came for a moment. Raises ConnectionEnded when that has lasted."""
        now = self._clock.monotonic()
        if now - self._heard >= SILENT_SECONDS:
            raise ConnectionEnded("three pings were not answered")
        if not self.greeted and now - self._opened >= CONNECT_SECONDS:
            raise ConnectionEnded("Slack did not say hello")
        if now - self._pinged >= PING_SECONDS:
            self._pinged = now
            self._socket.ping()

    def _take(self, text: bytes, take: Callable[[Envelope], None]) -> None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            log.warning("Socket Mode: what came is not JSON", extra={"action": "malformed"})
            return
        if isinstance(value, dict):
            self.greeted = self.greeted or value.get("type") == "hello"
            take(value)

    def send(self, value: Envelope) -> None:
        """Raises ConnectionEnded."""
        text = json.dumps(value)
        with _ends_the_connection():
            self._socket.send(text)

    def close(self) -> None:
        """End it from any thread; whoever reads it finds that at once, and lets go of the socket."""
        self.over = True
        raw = self._socket.sock
        if raw is not None:
            with suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)


@contextmanager
def _ends_the_connection() -> Iterator[None]:
    """Turn what the library raises inside into ConnectionEnded, without its words.

    The last two are what TLS makes of a socket that another thread has shut down meanwhile.
    """
    try:
        yield
    except (WebSocketException, OSError, ValueError, AttributeError) as error:
        raise ConnectionEnded(_reason(error)) from None


def _reason(error: Exception) -> str:
    """The kind of fault and the status of a refused handshake: a message may hold the address with its ticket."""
    status = getattr(error, "status_code", None)
    return f"{type(error).__name__} (HTTP {status})" if status else type(error).__name__
