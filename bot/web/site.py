"""The bot's HTTP side: liveness, readiness, Slack's requests handed on to the intake, and those for plugins."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from waitress import wasyncore

from bot.clock import SystemClock
from bot.plugin import Clock
from bot.web.connections import LOOK_SECONDS, Limits, TimedServer, connections_allowed
from bot.web.health import METRICS_PATH, Readiness, Wsgi, make_health

SLACK_PATH = "/slack/events"
THREADS = 8
FINISH_SECONDS = 5
NO_PLUGINS: Mapping[str, Wsgi] = {}


def make_site(
    slack: Wsgi | None,
    readiness: Readiness,
    plugins: Mapping[str, Wsgi] = NO_PLUGINS,
    *,
    metrics: Wsgi | None = None,
) -> Wsgi:
    """A WSGI application: health, metrics, Slack's requests for the intake, and the routes of plugins.

    `plugins` has them by the first part of their paths. Without `slack` or `metrics` that path is not found.
    """
    health = make_health(readiness)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if slack is not None and path == SLACK_PATH:
            return slack(environ, start_response)
        if metrics is not None and path == METRICS_PATH:
            return metrics(environ, start_response)
        chosen = plugins.get(path.split("/")[1] if path.startswith("/") else "", health)
        return chosen(environ, start_response)

    return application


class Site:
    """A WSGI application served by waitress; `port` 0 picks a free one."""

    def __init__(
        self,
        application: Wsgi,
        host: str,
        port: int,
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._sockets: dict[int, Any] = {}
        self._stopping = threading.Event()
        self._running = threading.Event()
        self._closing = threading.Lock()
        self._closed = False
        self._server: Any = TimedServer(
            application,
            self._sockets,
            host=host,
            port=port,
            threads=THREADS,
            limits=limits or Limits(connections=connections_allowed()),
            clock=clock or SystemClock(),
        )

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def run(self) -> None:
        """Serve until `stop`, or until the thread is told to exit."""
        self._running.set()
        try:
            while not self._stopping.is_set():
                wasyncore.loop(timeout=LOOK_SECONDS, use_poll=True, map=self._sockets, count=1)
        finally:
            self._close()

    def stop(self) -> None:
        """Take no more requests; `run` returns once those at hand are answered."""
        self._stopping.set()
        if not self._running.is_set():
            self._close()
            return
        with self._closing:
            if not self._closed:
                self._server.pull_trigger()

    def _close(self) -> None:
        # The threads come first: one that is still at work would wake the loop through a file descriptor which,
        # once closed, may belong to the database.
        self._server.task_dispatcher.shutdown(timeout=FINISH_SECONDS)
        wasyncore.loop(timeout=0.0, use_poll=True, map=self._sockets, count=2)
        with self._closing:
            self._closed = True
            self._server.close()
            wasyncore.close_all(self._sockets)
