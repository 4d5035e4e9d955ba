"""The real intake over real files, and the ways to knock at it: through WSGI, over HTTP, byte by byte."""

from __future__ import annotations

import http.client
import io
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bot.app import Running, assemble, read_settings
from bot.clock import ShiftedClock
from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import wait_until
from bot.store.engine.database import sqlite3
from bot.store.sealing.keyring import create_key_file
from bot.store.sealing.sealed_text import open_text
from bot.store.store import FILE_NAME
from bot.usecases.leases.worker_beat import WorkerBeat
from bot.web.connections import Limits
from bot.web.health import Wsgi
from bot.web.site import SLACK_PATH, Site
from tests.slack.kit import FORM, signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back."""

    status: int
    body: bytes = b""


def settings_for(folder: Path, workspace: SlackWorkspace, **more: str) -> dict[str, str]:
    """What connects a bot in this folder to this workspace."""
    return {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SLACK_API_URL": workspace.api_url,
        "B24BOT_HOME": str(folder / "home"),
        "B24BOT_KEY_FILE": str(folder / "keys" / "key"),
        "B24BOT_APPROVAL_CHANNEL": workspace.channel("approvals").id,
        "B24BOT_AUDIT_CHANNEL": workspace.channel("audit").id,
        **more,
    }


class Intake:
    """A bot that only takes in, as if a worker had been at work until now. Use as a context manager."""

    def __init__(
        self, folder: Path, workspace: SlackWorkspace, *, limits: Limits | None = None, **settings: str
    ) -> None:
        self.workspace = workspace
        self.secret = workspace.signing_secret
        self.clock = ShiftedClock()
        create_key_file(folder / "keys" / "key")
        read = read_settings(settings_for(folder, workspace, **settings))
        self.running = Running(assemble(read, clock=self.clock, synchronous="OFF"), intake=True, work=False)
        self.application: Wsgi = self.running.http()
        self.database = folder / "home" / FILE_NAME
        self._site = Site(self.application, "127.0.0.1", 0, limits=limits, clock=self.clock)
        self._serving = threading.Thread(target=self._site.run, name="site", daemon=True)

    def __enter__(self) -> Self:
        self._serving.start()
        self.workspace.request_url = f"http://127.0.0.1:{self.port}{SLACK_PATH}"
        self.running.start()
        WorkerBeat(self.running.bot.context).run_once()
        assert wait_until(lambda: all(self.running.readiness().values()))
        return self

    def __exit__(self, *_: object) -> None:
        self._site.stop()
        self._serving.join(timeout=8)
        self.running.stop()

    @property
    def port(self) -> int:
        return self._site.port

    def impatient(self) -> None:
        """Wait for a locked database only so long as a test can."""
        self.running.bot.store.database.utils.execute("PRAGMA busy_timeout = 50").fetchall()

    def signed(self, body: bytes, *, kind: str = FORM, shift: int = 0) -> dict[str, str]:
        """The headers of a genuine request; `shift` moves its time by seconds."""
        stamp = str(int(time.time()) + shift)
        return {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(body, stamp, self.secret),
        }

    def post(self, body: bytes, headers: Mapping[str, str] | None = None, *, method: str = "POST") -> Answered:
        """One request over HTTP; genuine unless the headers say otherwise."""
        return over_http(self.port, body, self.signed(body) if headers is None else headers, method=method)

    def call(self, body: bytes, headers: Mapping[str, str] | None = None, *, method: str = "POST") -> Answered:
        """One request straight into the WSGI application, in this thread."""
        return through_wsgi(self.application, body, self.signed(body) if headers is None else headers, method=method)

    def jobs(self) -> list[dict[str, Any]]:
        """The payloads of the jobs on disk, read by another connection."""
        rows = self.rows("SELECT payload FROM jobs ORDER BY id")
        keys = self.running.bot.store.keys
        return [json.loads(open_text(keys, payload)) for (payload,) in rows]

    def rows(self, sql: str) -> list[Any]:
        with connected(self.database) as connection:
            return list(connection.execute(sql))


@contextmanager
def connected(path: Path) -> Iterator[Any]:
    connection = sqlite3.connect(path, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def over_http(port: int, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> Answered:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, SLACK_PATH, body=body, headers=dict(headers))
        reply = connection.getresponse()
        return Answered(status=reply.status, body=reply.read())
    finally:
        connection.close()


def raw(port: int, request: bytes) -> Answered:
    """Send these bytes, and read the answer to its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        reply = http.client.HTTPResponse(connection)
        reply.begin()
        return Answered(status=reply.status, body=reply.read())


def head(headers: Mapping[str, str | bytes], *, method: str = "POST") -> bytes:
    """A request head, byte by byte."""
    lines = [f"{method} {SLACK_PATH} HTTP/1.1".encode(), b"Host: 127.0.0.1", b"Connection: close"]
    lines += [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def through_wsgi(application: Wsgi, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> Answered:
    said: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": SLACK_PATH,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    chunks = application(environ, lambda status, _headers: said.append(status))
    return Answered(status=int(said[0].split()[0]), body=b"".join(chunks))
