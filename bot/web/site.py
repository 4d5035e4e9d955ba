"""The bot's HTTP side: liveness, readiness, and Slack's requests handed on to the intake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, Response, jsonify
from waitress.server import create_server

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
SLACK_PATH = "/slack/events"
THREADS = 8
BODY_LIMIT = 1024 * 1024


def make_site(slack: Wsgi, ready: Callable[[], Mapping[str, bool]]) -> Wsgi:
    """A WSGI application. `ready` names each condition of readiness and says whether it holds."""
    site = Flask("b24bot")

    @site.get("/healthz")
    def healthz() -> Response:
        return jsonify(alive=True)

    @site.get("/readyz")
    def readyz() -> tuple[Response, int]:
        conditions = dict(ready())
        holds = all(conditions.values())
        return jsonify(ready=holds, **conditions), 200 if holds else 503

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # Slack's requests do not pass through flask: an acknowledgement is a matter of fractions of a millisecond.
        chosen: Wsgi = slack if environ.get("PATH_INFO") == SLACK_PATH else site
        return chosen(environ, start_response)

    return application


class Site:
    """A WSGI application served by waitress; `port` 0 picks a free one."""

    def __init__(self, application: Wsgi, host: str, port: int) -> None:
        self._server: Any = create_server(
            application, host=host, port=port, threads=THREADS, max_request_body_size=BODY_LIMIT, ident=None
        )

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def run(self) -> None:
        """Serve until `stop`, or until the thread is told to exit."""
        self._server.run()

    def stop(self) -> None:
        self._server.close()
