"""The simulated Slack workspace as one object: servers on 127.0.0.1, people, and everything a test looks at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from bot.playground.workspace.control.control_api import Control
from bot.playground.workspace.control.facade import Workspace
from bot.playground.workspace.state.workspace_tokens import DEFAULT_BOT_SCOPES
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi.web_api import WebApi
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest


class SlackWorkspace(Workspace):
    """Use as a context manager, or start() and stop().

    `port` 0 picks a free one. `request_url` is where the app takes deliveries by HTTP; it can be set later, and an
    app connected by Socket Mode goes before it. `ack_within` is Slack's limit in seconds. `bot_scopes` are those
    of the installed app; by default what the bot's manifest asks for (docs/slack-behaviour.md S36).
    """

    def __init__(
        self,
        *,
        port: int = 0,
        request_url: str = "",
        rate_limit: bool = True,
        bot_scopes: tuple[str, ...] = DEFAULT_BOT_SCOPES,
        ack_within: float = 3.0,
    ) -> None:
        super().__init__(World(rate_limit=rate_limit, bot_scopes=bot_scopes), ack_within=ack_within)
        self.request_url = request_url
        self._api = WebApi(self.world)
        self._control = Control(self)
        self._server = Loopback(self._answer, port=port)
        self.world.base_url = self._server.url

    def start(self) -> Self:
        self._server.start()
        self.sockets.start()
        self._retries.start()
        return self

    def stop(self) -> None:
        self._retries.stop()
        self.sockets.stop()
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answer(self, request: LoopbackRequest) -> LoopbackReply:
        if request.path.startswith("/control/"):
            return self._control.answer(request)
        reply = self._api.answer(request)
        return reply or LoopbackReply.json({"ok": False, "error": "no such page"}, status=404)

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Inside, nobody listens on the workspace's port: new connections are refused."""
        port = self._server.port
        self._server.stop()
        try:
            yield
        finally:
            self._server = Loopback(self._answer, port=port).start()
