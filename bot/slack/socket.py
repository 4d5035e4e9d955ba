"""Socket Mode: the same listeners over a connection that the bot opens itself."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient

PING_SECONDS = 5


class Socket:
    """One Socket Mode connection, kept open by Slack's own client over websocket-client."""

    def __init__(self, app: App, app_token: str, client: WebClient) -> None:
        # The handler has no annotations of its own.
        self._handler: Any = SocketModeHandler(
            app, app_token, web_client=_without_token(client), ping_interval=PING_SECONDS
        )

    def start(self) -> None:
        self._handler.connect()

    @property
    def alive(self) -> bool:
        return bool(self._handler.client.is_connected())

    def stop(self) -> None:
        self._handler.close()


def _without_token(client: WebClient) -> WebClient:
    return WebClient(base_url=client.base_url, timeout=client.timeout, retry_handlers=[], ssl=client.ssl)
