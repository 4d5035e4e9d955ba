"""Socket Mode's server side: admits connections by ticket, sends every envelope to one of them, waits for its ack."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from bot.playground.workspace.base.installation import APP_ID
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.state.tickets import Tickets
from bot.plugin.frozen import dataclass
from bot.plugin.loopback import wait_until

CONNECTIONS = 10


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """An envelope on its way; `payload` is what the ack carried."""

    acked: threading.Event = field(default_factory=threading.Event)
    payload: Any = None


class _Connection(ServerConnection):
    """One that can fall silent: it stays open, and nothing leaves it any more, no pong either."""

    silent = False

    def send_data(self) -> None:
        if self.silent:
            self.protocol.data_to_send()
        else:
            super().send_data()


class Sockets:
    """Listens on 127.0.0.1, on a port of its own, from start() to stop()."""

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets
        self._lock = threading.Lock()
        self._open: list[ServerConnection] = []
        self._turn = 0
        self._waiting: dict[str, _Waiting] = {}
        self._closers: list[threading.Timer] = []
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.used = False
        """Whether an app has ever connected: from then on it is waited for instead of called by HTTP."""
        self.mode_on = True
        """Whether Socket Mode is switched on for the app; `switch` changes that."""
        self.acks: list[Json] = []
        """Every message that came from the app, as it came."""

    @property
    def connected(self) -> int:
        with self._lock:
            return len(self._open)

    def start(self) -> None:
        self._server = serve(
            self._talk, "127.0.0.1", 0, process_request=self._admit, close_timeout=1, create_connection=_Connection
        )
        self._tickets.base = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="sockets", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        for closer in self._closers:
            closer.cancel()
        if self._server is not None:
            self._server.shutdown()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def send(self, envelope: Json, *, within: float) -> tuple[bool, Any]:
        """Whether it was acked in `within` seconds, and with what payload."""
        deadline = time.monotonic() + within
        waiting = self._waiting[envelope["envelope_id"]] = _Waiting()
        text = json.dumps(envelope)
        while wait_until(lambda: self.connected > 0, within=max(0.0, deadline - time.monotonic())):
            connection = self._next()
            if connection is not None and self._sent(connection, text):
                break
        return waiting.acked.wait(max(0.0, deadline - time.monotonic())), waiting.payload

    def disconnect(self, reason: str = "refresh_requested", *, grace: float = 1.0) -> int:
        """Ask every connected app to come back by a new ticket; the old sockets close after `grace` seconds."""
        with self._lock:
            leaving, self._open = self._open, []
        for connection in leaving:
            self._take_leave(connection, reason, grace)
        return len(leaving)

    def switch(self, on: bool) -> int:
        """Switch Socket Mode of the app on or off. Off, addresses are still given out, and no connection gets a hello.

        Returns how many connections ended by it.
        """
        self.mode_on = on
        return 0 if on else self.disconnect("link_disabled", grace=0.0)

    def _take_leave(self, connection: ServerConnection, reason: str, grace: float) -> None:
        self._sent(connection, json.dumps({"type": "disconnect", "reason": reason, "debug_info": {}}))
        closer = threading.Timer(grace, connection.close)
        closer.daemon = True
        closer.start()
        self._closers.append(closer)

    def drop(self) -> int:
        """Break every connection without a closing handshake."""
        with self._lock:
            broken, self._open = self._open, []
        for connection in broken:
            with suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        return len(broken)

    def silence(self) -> int:
        """Let nothing more out of any connection, as on a way that is dead; both sides still hold it for open."""
        with self._lock:
            quiet, self._open = self._open, []
        for connection in quiet:
            if isinstance(connection, _Connection):
                connection.silent = True
        return len(quiet)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        if self._tickets.redeem(ticket):
            return None
        return connection.respond(403, "this ticket is unknown or used\n")

    def _talk(self, connection: ServerConnection) -> None:
        with self._lock:
            self.used = True
            why = "" if self.mode_on else "link_disabled"
            why = why or ("too_many_websockets" if len(self._open) >= CONNECTIONS else "")
            if not why:
                self._open.append(connection)
            many = len(self._open)
        if why:
            self._take_leave(connection, why, 0.0)
            with suppress(ConnectionClosed):
                connection.recv()
            return
        hello = {
            "type": "hello",
            "num_connections": many,
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "playground", "approximate_connection_time": 18060},
        }
        with suppress(ConnectionClosed):
            connection.send(json.dumps(hello))
            for text in connection:
                self._receive(text)
        self._forget(connection)

    def _receive(self, text: str | bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        self.acks.append(message)
        waiting = self._waiting.get(str(message.get("envelope_id")))
        if waiting is not None and not waiting.acked.is_set():
            waiting.payload = message.get("payload")
            waiting.acked.set()

    def _sent(self, connection: ServerConnection, text: str) -> bool:
        try:
            connection.send(text)
        except ConnectionClosed:
            self._forget(connection)
            return False
        return True

    def _next(self) -> ServerConnection | None:
        with self._lock:
            if not self._open:
                return None
            self._turn += 1
            return self._open[self._turn % len(self._open)]

    def _forget(self, connection: ServerConnection) -> None:
        with self._lock:
            self._open = [one for one in self._open if one is not connection]
