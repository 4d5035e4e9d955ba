"""One WebSocket connection to Slack: what comes in, a ping when nothing does, and whether it still lives."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
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
        try:
            self._socket: WebSocket = create_connection(
                url, timeout=CONNECT_SECONDS, enable_multithread=True, redirect_limit=0
            )
        except (WebSocketException, OSError, ValueError) as error:
            raise ConnectionEnded(_reason(error)) from None
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
        """Hand on every object that comes, until the connection ends. Raises ConnectionEnded."""
        try:
            while True:
                self._read_one(take)
        except (WebSocketException, OSError, ValueError, AttributeError) as error:
            # AttributeError is what the library makes of a socket that was closed meanwhile.
            raise ConnectionEnded(_reason(error)) from None
        finally:
            self.over = True
            self.close()

    def _read_one(self, take: Callable[[Envelope], None]) -> None:
        try:
            kind, frame = self._socket.recv_data_frame(True)
        except WebSocketTimeoutException:
            self._ping()
            return
        self._heard = self._clock.monotonic()
        if kind == ABNF.OPCODE_CLOSE:
            raise ConnectionEnded("Slack closed it")
        if kind in (ABNF.OPCODE_TEXT, ABNF.OPCODE_BINARY):
            self._take(frame.data, take)

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
        except ValueError:
            log.warning("Socket Mode: what came is not JSON", extra={"action": "malformed"})
            return
        if isinstance(value, dict):
            self.greeted = self.greeted or value.get("type") == "hello"
            take(value)

    def send(self, value: Envelope) -> None:
        """Raises ConnectionEnded."""
        try:
            self._socket.send(json.dumps(value))
        except (WebSocketException, OSError, AttributeError) as error:
            raise ConnectionEnded(_reason(error)) from None

    def close(self) -> None:
        """End it from any thread; whoever reads it finds that at once."""
        self.over = True
        raw = self._socket.sock
        if raw is not None:
            with suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)
        self._socket.shutdown()  # type: ignore[no-untyped-call]


def _reason(error: Exception) -> str:
    """The kind of fault and the status of a refused handshake: a message may hold the address with its ticket."""
    status = getattr(error, "status_code", None)
    return f"{type(error).__name__} (HTTP {status})" if status else type(error).__name__
