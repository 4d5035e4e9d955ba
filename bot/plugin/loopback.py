"""A small HTTP server on 127.0.0.1 for simulators: one handler function, keep-alive, and the faults a network has.

Nothing here knows what is simulated. It never listens on another address than 127.0.0.1.
"""

from __future__ import annotations

import json
import logging
import re
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from bot.plugin.frozen import dataclass

log = logging.getLogger(__name__)

MAX_BODY = 8 * 1024 * 1024
GIVE_UP_SECONDS = 60.0
"""How long something is waited for that has to come. It measures nothing: a machine with other work is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopbackRequest:
    """One HTTP request as it came: header names in lower case, the path without its query, the caller's address."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = "127.0.0.1"

    def query_pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopbackReply:
    """One HTTP answer. `drop` closes the connection without a byte; `truncate` sends only that many bytes."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    drop: bool = False
    truncate: int | None = None
    stall: float = 0.0
    """Seconds to wait before the answer goes out."""

    @classmethod
    def json(cls, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> LoopbackReply:
        head = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return cls(status=status, headers=head, body=json.dumps(value).encode())


Handler = Callable[[LoopbackRequest], LoopbackReply]


class Loopback:
    """Serve `handler` on 127.0.0.1; `port` 0 picks a free one. Use as a context manager, or start() and stop().

    An exception in the handler is logged and answered with 500: a simulator's fault must never look like a
    fault of what it simulates.
    """

    def __init__(self, handler: Handler, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _make_endpoint(handler, self._stopping))
        if tls is not None:
            # The handshake belongs to the connection's own thread: a silent client must not hold up the others.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._scheme = "https" if tls is not None else "http"
        self._thread: threading.Thread | None = None
        # Last: where the port is taken, nothing is left open.
        self._wake, self._woken = socket.socketpair()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Base address without a trailing slash, for example `http://127.0.0.1:40001`."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def start(self) -> Self:
        self._thread = threading.Thread(target=self._serve, name="loopback", daemon=True)
        self._thread.start()
        return self

    def _serve(self) -> None:
        """Take connections until `stop` wakes it. The library's own loop would look for its end many times a second."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._server, selectors.EVENT_READ)
            waiting.register(self._woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                waiting.select()
                if not self._stopping.is_set():
                    self._server.handle_request()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._wake.send(b".")
            self._thread.join(timeout=5)
            self._thread = None
        self._server.server_close()
        self._server.end_kept()
        self._wake.close()
        self._woken.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    timeout = 0.0
    """Seconds that `handle_request` waits for a connection: it is called when there is one."""
    request_queue_size = 128
    """Of connections that nobody has taken yet. Beyond it the system drops one, and its client tries again a second
    later: a server on the internet has room for more than the usual five."""

    def __init__(self, *args: Any) -> None:
        self._connected: set[socket.socket] = set()
        super().__init__(*args)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._connected.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connected.discard(request)

    def end_kept(self) -> None:
        """Close connections that wait for another request, as a server does that ends; answers go out first."""
        for connected in list(self._connected):
            with suppress(OSError):
                # Of the socket itself: the TLS object would lose the means to finish its answer.
                socket.socket.shutdown(connected, socket.SHUT_RD)
        wait_until(lambda: not self._connected, within=1.0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is a fault under test, not news for stderr."""
        log.debug("a connection broke", exc_info=True)


def _make_endpoint(handler: Handler, stopping: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60
        disable_nagle_algorithm = True
        wbufsize = -1

        def _answer(self) -> None:
            if stopping.is_set():
                # A connection that was kept open must not outlive the server.
                self.close_connection = True
                return
            body = _body_of(self)
            if body is None:
                self.close_connection = True
                return
            parts = urlsplit(self.path)
            request = LoopbackRequest(
                method=self.command,
                path=parts.path,
                query=parts.query,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
                client=str(self.client_address[0]),
            )
            try:
                reply = handler(request)
            except Exception:
                log.exception("the handler failed on %s %s", request.method, request.path)
                reply = LoopbackReply.json({"error": "SIMULATOR_FAULT"}, status=500)
            self._send(reply)

        def _send(self, reply: LoopbackReply) -> None:
            if reply.stall:
                stopping.wait(reply.stall)
            if reply.drop:
                self.close_connection = True
                return
            body = reply.body
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if reply.truncate is not None:
                body = body[: reply.truncate]
                self.close_connection = True
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _answer

        def log_message(self, format: str, *args: Any) -> None:
            """Without the query, which may carry a secret of the client under test."""
            log.debug("%s %s", self.address_string(), re.sub(r"\?\S*", "?***", format % args))

    return Endpoint


LOOPBACK_NAMES = ("127.0.0.1", "localhost")


def refuse_web_page(request: LoopbackRequest, port: int) -> str | None:
    """Say why a request may come from a web page of somebody else; None when it does not.

    For what steers a simulator: a page that is open in a browser on the same machine can send requests to loopback,
    under a name of its own that leads there, or across origins.
    """
    hosts = [f"{name}:{port}" for name in LOOPBACK_NAMES]
    if request.headers.get("host") not in hosts:
        return f"This answers as {' and '.join(hosts)} only."
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] not in hosts:
        return "This answers no web page of another origin."
    return None


def _body_of(request: BaseHTTPRequestHandler) -> bytes | None:
    """What came after the head; None for what is refused, and for what whoever is gone had sent half of.

    No web server hands on half a request.
    """
    said = request.headers.get("Content-Length", "0")
    known = said.isascii() and said.isdecimal() and "Transfer-Encoding" not in request.headers
    length = int(said[:12]) if known else 0
    if not known or length > MAX_BODY:
        request.send_error(413 if known else 411)
        return None
    body = request.rfile.read(length) if length else b""
    return body if len(body) == length else None


def wait_until(ready: Callable[[], bool], *, within: float = GIVE_UP_SECONDS, every: float = 0.01) -> bool:
    """Poll `ready` until it says yes; False when `within` seconds passed without."""
    end = time.monotonic() + within
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
