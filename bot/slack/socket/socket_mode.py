"""Socket Mode: the same listeners over connections that the bot opens itself, and opens again when they end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.clock import Backoff, SystemClock
from bot.language.translation import translate
from bot.plugin import Clock
from bot.slack.disconnect_reasons import disconnect_of
from bot.slack.incoming.acknowledged_refusals import MALFORMED, note_malformed
from bot.slack.slack_errors import require_ok, translate_errors
from bot.slack.socket.socket_connection import Connection, ConnectionEnded, Envelope
from bot.slack.token_errors import APP_TOKEN, token_refused
from bot.usecases.chat.delivery_errors import DeliveryError

log = logging.getLogger("b24bot.slack")

LISTENERS = 10
"""How many envelopes are looked at at a time."""
FIRST_WAIT_SECONDS, MOST_WAIT_SECONDS = 1.0, 60.0
STEADY_SECONDS = 60.0
"""A connection that lasted so long was a good one: what ends it is no reason to wait longer than the first time."""
EXCHANGE_SECONDS = 10.0
CLOSE_SECONDS = 2.0
HELLO, LEAVING = "hello", "disconnect"
"""The types of Slack's first word on a connection, and of its notice that it will close it."""


class AppTokenClient:
    """apps.connections.open, which takes the app token alone."""

    def __init__(self, app_token: str, client: WebClient) -> None:
        self._token = app_token
        self._client = WebClient(base_url=client.base_url, timeout=client.timeout, retry_handlers=[], ssl=client.ssl)

    def open(self) -> str:
        """An address that admits one connection. Raises DeliveryError."""
        with translate_errors():
            return str(require_ok(self._client.apps_connections_open(app_token=self._token))["url"])

    def look(self, clock: Clock) -> None:
        """Open a connection, and close it at Slack's hello. Raises DeliveryError, with Slack's reason for a goodbye.

        Slack delivers to every open connection, so nobody should look while a bot serves by Socket Mode.
        """
        try:
            Connection(self.open(), clock).read(_greet)
        except _Greeted:
            return
        except ConnectionEnded as error:
            raise DeliveryError(str(error)) from None


class _Greeted(Exception):
    """Slack has said hello."""


def _greet(envelope: Envelope) -> None:
    if envelope.get("type") == LEAVING:
        raise DeliveryError(str(envelope.get("reason")))
    if envelope.get("type") == HELLO:
        raise _Greeted


class Socket:
    """Keeps one Socket Mode connection open; while Slack exchanges it, two."""

    def __init__(
        self,
        app: App,
        app_token: str,
        client: WebClient,
        *,
        clock: Clock | None = None,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`note` is told why Slack delivers nothing, and an empty text once it has said hello again."""
        self._app = app
        self._tokens = AppTokenClient(app_token, client)
        self._clock = clock or SystemClock()
        self._backoff = Backoff(first=FIRST_WAIT_SECONDS, most=MOST_WAIT_SECONDS)
        self._stopping = threading.Event()
        self._wanted = threading.Event()
        """Set when the newest connection ends, or is about to."""
        self._lock = threading.Lock()
        self._connections: list[Connection] = []
        self._workers = ThreadPoolExecutor(LISTENERS, thread_name_prefix="socket-listener")
        self._connecting = threading.Thread(target=self._keep_connected, name="socket", daemon=True)
        self._note = note
        self._refused = ""
        """Why Slack delivers nothing, where it has said so; said once in the log."""

    def start(self) -> None:
        """Connect as soon as Slack lets us: that it does not answer now is no reason not to start."""
        self._connecting.start()

    @property
    def alive(self) -> bool:
        """Whether a click can arrive: Slack has said hello, and something came over the connection lately."""
        with self._lock:
            return any(connection.alive for connection in self._connections)

    def stop(self) -> None:
        """Take nothing more; what is being looked at is answered first, for a moment."""
        self._stopping.set()
        self._wanted.set()
        finishing = threading.Thread(target=self._workers.shutdown, name="socket-close", daemon=True)
        finishing.start()
        finishing.join(CLOSE_SECONDS)
        with self._lock:
            open_now = list(self._connections)
        for connection in open_now:
            connection.close()

    def _keep_connected(self) -> None:
        while not self._stopping.is_set():
            self._wanted.clear()
            began = self._clock.monotonic()
            trouble = self._connect()
            if trouble is None:
                self._wanted.wait()
            lasted = self._clock.monotonic() - began
            if lasted >= STEADY_SECONDS:
                self._backoff.reset()
            # Slack exchanges a connection now and then: the old one is still there until the new one is.
            if not (trouble is None and self.alive and lasted >= EXCHANGE_SECONDS):
                self._wait(trouble or self._refused or "the connection ended")

    def _connect(self) -> str | None:
        """Open a connection and have it read; why not, when that does not work."""
        try:
            connection = Connection(self._tokens.open(), self._clock)
        except DeliveryError as error:
            self._note_refusal(error)
            return error.reason
        except ConnectionEnded as error:
            return str(error)
        with self._lock:
            self._connections.append(connection)
        if self._stopping.is_set():
            connection.close()
        threading.Thread(target=self._read, args=(connection,), name="socket-reader", daemon=True).start()
        return None

    def _note_refusal(self, error: DeliveryError) -> None:
        """A refused token is an error that somebody has to mend: it is said once, not at each attempt."""
        refused = token_refused(APP_TOKEN, error)
        if refused is not None and self._refused != error.code:
            log.error("%s %s", refused.sentence, refused.hint, extra={"action": "token_refused"})
        self._set_refused(error.code if refused is not None else "")

    def _set_refused(self, reason: str) -> None:
        if reason != self._refused:
            self._refused = reason
            self._note(reason)

    def _wait(self, why: str) -> None:
        """Wait before the next attempt, longer each time, and say so."""
        if not self._stopping.is_set():
            wait = self._backoff.next()
            log.warning("Socket Mode: %s; connecting again in %.1f s", why, wait, extra={"action": "socket_failed"})
            self._stopping.wait(wait)

    def _read(self, connection: Connection) -> None:
        try:
            connection.read(lambda envelope: self._take(connection, envelope))
        except ConnectionEnded as error:
            log.info("a Socket Mode connection ended: %s", error, extra={"action": "socket_ended"})
        finally:
            self._want_another(after=connection)
            with self._lock:
                self._connections.remove(connection)

    def _take(self, connection: Connection, envelope: Envelope) -> None:
        if envelope.get("type") == LEAVING:
            self._leave(connection, str(envelope.get("reason")))
        elif envelope.get("type") == HELLO:
            self._set_refused("")
        elif envelope.get("envelope_id") and not self._stopping.is_set():
            # Between the look and this the workers may have been told to finish; Slack delivers it again.
            with suppress(RuntimeError):
                self._workers.submit(self._answer, connection, envelope).add_done_callback(_note_fault)

    def _leave(self, connection: Connection, reason: str) -> None:
        """Slack will close the connection, or has nothing more for it."""
        what = disconnect_of(reason)
        if not what.exchange:
            connection.close()
        # The same reason again and again is told by the pauses in between.
        level = logging.INFO if reason == self._refused else what.level
        sentence = f"Socket Mode: {translate(what.why)} ({reason}). {translate(what.hint)}".strip()
        log.log(level, "%s", sentence, extra={"action": "socket_leaving"})
        if not what.exchange:
            self._set_refused(reason)
        self._want_another(after=connection)

    def _want_another(self, *, after: Connection) -> None:
        with self._lock:
            newest = self._connections[-1] is after
        if newest:
            self._wanted.set()

    def _answer(self, connection: Connection, envelope: Envelope) -> None:
        """Let the listeners see one envelope, and acknowledge it when they took it."""
        request = SocketModeRequest.from_dict(dict(envelope))
        if request is None:
            return
        try:
            send_response(_Acknowledger(connection), request, run_bolt_app(self._app, request), 0.0)
        except MALFORMED as error:
            note_malformed(error)
        except ConnectionEnded:
            # What is recorded twice has one effect: Slack delivers it again.
            log.warning("a connection ended before its envelope was acknowledged", extra={"action": "ack_lost"})


def _note_fault(done: Future[None]) -> None:
    fault = done.exception()
    if fault is not None:
        log.error("an envelope could not be answered", exc_info=fault, extra={"action": "listener_failed"})


class _Acknowledger(BaseSocketModeClient):
    """What Bolt's own adapter needs of a client: the acknowledgement, and nothing that connects."""

    logger = logging.getLogger("b24bot.bolt")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send_socket_mode_response(self, response: dict[str, Any] | SocketModeResponse) -> None:
        """Acknowledge one envelope. Raises ConnectionEnded."""
        value = response.to_dict() if isinstance(response, SocketModeResponse) else response
        self._connection.send(value)
