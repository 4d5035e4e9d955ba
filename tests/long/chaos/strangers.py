"""What comes to the bot's HTTP port beside Slack: connections that say nothing, and requests that Slack never makes."""

from __future__ import annotations

import hmac
import json
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from random import Random
from urllib.parse import quote, urlencode, urlsplit

MOST_IDLE = 120
"""Open connections at a time: more than a web server takes by default."""
SECONDS = 5.0
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Body = tuple[str, bytes]

SLASH: Mapping[str, str] = {
    "command": "/b24",
    "text": "connector remove myconnector",
    "team_id": "T0001",
    "user_id": "U0999",
    "channel_id": "C0001",
    "trigger_id": "1.2.3",
}


def _slash(**fields: str) -> Body:
    return FORM, urlencode({**SLASH, **fields}).encode()


def _payload(value: object) -> Body:
    return FORM, b"payload=" + quote(json.dumps(value)).encode()


ODD: tuple[Callable[[Random], Body], ...] = (
    lambda _: _slash(team_id="local", user_id="root"),
    lambda _: _slash(team_id="", user_id=""),
    lambda _: _slash(user_id="U0001\0"),
    lambda rng: _slash(user_id="U" + "0" * rng.choice((300, 3_000))),
    lambda _: (FORM, b"command=/b24&team_id=T0001&user_id=U0999&text=%ED%A0%80"),
    lambda _: _payload({"type": "block_actions", "user": {"id": "root", "team_id": "local"}, "actions": [{}]}),
    lambda _: _payload({"type": "block_actions", "user": [], "team": "T0001", "actions": {}}),
    lambda _: _payload([1, 2, 3]),
    lambda _: (FORM, b"payload=" + b"%5B" * 5_000),
    lambda rng: (FORM, b"text=" + b"a" * rng.choice((300_000, 1_000_000))),
    lambda _: (JSON, b"\xef\xbb\xbf{"),
    lambda _: ("text/plain", b"/b24 freeze"),
)
"""Signed as Slack signs, and each to be turned away."""


@dataclass(slots=True)
class Strangers:
    """Clients that are none of Slack's. `problems` are answers that nobody may get."""

    secret: str
    rng: Random
    problems: list[str] = field(default_factory=list)
    requests: int = 0
    connections: int = 0
    _idle: list[socket.socket] = field(default_factory=list)

    def come(self, url: str) -> None:
        """Open some connections that say nothing or half of something, and send some odd requests."""
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or 0)
        for _ in range(self.rng.choice((0, 5, 20))):
            self._sit_down(address)
        for _ in range(self.rng.choice((0, 1, 3))):
            self._knock(address, parts.path)

    def leave(self) -> None:
        for one in self._idle:
            one.close()
        self._idle.clear()

    def _sit_down(self, address: tuple[str, int]) -> None:
        if len(self._idle) >= MOST_IDLE:
            self._idle.pop(0).close()
        with suppress(OSError):
            made = socket.create_connection(address, timeout=SECONDS)
            self._idle.append(made)
            self.connections += 1
            made.sendall(self.rng.choice((b"", b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n")))

    def _knock(self, address: tuple[str, int], path: str) -> None:
        kind, body = self.rng.choice(ODD)(self.rng)
        stamp = str(int(time.time()))
        signed = hmac.new(self.secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed if self.rng.random() < 0.8 else 'f' * 64}",
        }
        connection = HTTPConnection(*address, timeout=SECONDS)
        try:
            connection.request("POST", path, body, headers)
            status = connection.getresponse().status
        except (OSError, HTTPException):
            # The process was killed meanwhile, or cut the body off.
            return
        finally:
            connection.close()
        self.requests += 1
        if not 400 <= status < 500:
            self.problems.append(f"a request that Slack never makes got {status}: {kind} {body[:200]!r}")
