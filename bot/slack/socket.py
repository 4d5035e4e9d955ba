"""Socket Mode: the same listeners over a connection that the bot opens itself."""

from __future__ import annotations

import logging
import threading
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient

from bot.slack.faults import translated
from bot.usecases.undelivered import DeliveryError

log = logging.getLogger("b24bot.slack")

PING_SECONDS = 5
CONNECT_AGAIN_SECONDS = 2.0
CLOSE_SECONDS = 2.0


class Socket:
    """One Socket Mode connection, kept open by Slack's own client over websocket-client."""

    def __init__(self, app: App, app_token: str, client: WebClient) -> None:
        # The handler has no annotations of its own.
        self._handler: Any = SocketModeHandler(
            app, app_token, web_client=_without_token(client), ping_interval=PING_SECONDS
        )
        self._stopping = threading.Event()
        self._connector = threading.Thread(target=self._connect, name="socket", daemon=True)

    def start(self) -> None:
        """Connect as soon as Slack lets us: that it does not answer now is no reason not to start."""
        self._connector.start()

    def _connect(self) -> None:
        # The client's monitor would look before the first connection stands, and open a second one in its place:
        # what Slack delivers over the first is lost then. So it begins later.
        self._handler.client.current_app_monitor_started = True
        while not self._stopping.is_set():
            try:
                with translated():
                    self._handler.connect()
            except DeliveryError as error:
                log.warning("Socket Mode does not connect: %s", error.code, extra={"action": "socket_failed"})
                self._stopping.wait(CONNECT_AGAIN_SECONDS)
                continue
            break
        if not self._stopping.wait(PING_SECONDS):
            self._handler.client.current_app_monitor.start()

    @property
    def alive(self) -> bool:
        """Whether the handshake is done; the client's own word says only that it has begun."""
        session = self._handler.client.current_session
        return session is not None and session.sock is not None and bool(session.sock.connected)

    def stop(self) -> None:
        self._stopping.set()
        # Closing waits for the client's thread, which at worst looks up from a socket only every ten seconds.
        closing = threading.Thread(target=self._handler.close, name="socket-close", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def _without_token(client: WebClient) -> WebClient:
    return WebClient(base_url=client.base_url, timeout=client.timeout, retry_handlers=[], ssl=client.ssl)
