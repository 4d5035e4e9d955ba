"""The bot's HTTP side: liveness, readiness, and Slack's requests handed on to the intake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, Response, jsonify
from waitress import wasyncore
from waitress.server import create_server

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
SLACK_PATH = "/slack/events"
THREADS = 8
BODY_LIMIT = 1024 * 1024
FINISH_SECONDS = 5


def make_site(slack: Wsgi, ready: Callable[[], Mapping[str, bool]], mode: Callable[[], str]) -> Wsgi:
    """A WSGI application. `ready` names each condition of readiness and says whether it holds.

    `mode` is told beside them and is none of them: a bot that was frozen takes what comes, and says so.
    """
    site = Flask("b24bot")

    @site.get("/healthz")
    def healthz() -> Response:
        return jsonify(alive=True)

    @site.get("/readyz")
    def readyz() -> tuple[Response, int]:
        conditions = dict(ready())
        holds = all(conditions.values())
        return jsonify(ready=holds, mode=mode(), **conditions), 200 if holds else 503

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # Slack's requests do not pass through flask: an acknowledgement is a matter of fractions of a millisecond.
        chosen: Wsgi = slack if environ.get("PATH_INFO") == SLACK_PATH else site
        return chosen(environ, start_response)

    return application


class Site:
    """A WSGI application served by waitress; `port` 0 picks a free one."""

    def __init__(self, application: Wsgi, host: str, port: int) -> None:
        self._sockets: dict[int, Any] = {}
        self._stopping = threading.Event()
        self._running = threading.Event()
        self._closing = threading.Lock()
        self._closed = False
        self._server: Any = create_server(
            application,
            map=self._sockets,
            host=host,
            port=port,
            threads=THREADS,
            max_request_body_size=BODY_LIMIT,
            ident=None,
        )

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def run(self) -> None:
        """Serve until `stop`, or until the thread is told to exit."""
        self._running.set()
        try:
            while not self._stopping.is_set():
                wasyncore.loop(timeout=1.0, use_poll=True, map=self._sockets, count=1)
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
