"""Apps to test the workspace against: one that only listens, and a real Bolt app behind a loopback server."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt import App
from slack_bolt.request import BoltRequest

from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest

Json = dict[str, Any]


def words(text: str) -> set[str]:
    """The names of fields, written as one line."""
    return set(text.split())


def payload_of(request: LoopbackRequest) -> Json:
    """A delivery as an object, whichever way it is encoded."""
    if request.headers["content-type"] == "application/json":
        value: Json = json.loads(request.body)
        return value
    fields: Json = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    if "payload" in fields:
        fields = json.loads(fields["payload"])
    return fields


class Receiver:
    """Keeps every delivery and answers what `reply` makes of it; 200 without a body unless told otherwise."""

    def __init__(self) -> None:
        self.requests: list[LoopbackRequest] = []
        self.reply: Callable[[LoopbackRequest], LoopbackReply] = lambda request: LoopbackReply()
        self.server = Loopback(self._answer)

    @property
    def url(self) -> str:
        return f"{self.server.url}/slack/events?from=slack"

    @property
    def payloads(self) -> list[Json]:
        return [payload_of(request) for request in self.requests]

    def answers(self, reply: LoopbackReply) -> None:
        self.reply = lambda request: reply

    def acks(self, value: Any) -> None:
        """Acknowledge with this JSON."""
        self.answers(LoopbackReply.json(value))

    def _answer(self, request: LoopbackRequest) -> LoopbackReply:
        self.requests.append(request)
        return self.reply(request)


def bolt_server(app: App) -> Loopback:
    """Serve a Bolt app for HTTP deliveries."""

    def answer(request: LoopbackRequest) -> LoopbackReply:
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        reply = app.dispatch(BoltRequest(body=request.body.decode(), query=request.query, headers=headers))
        return LoopbackReply(
            status=reply.status,
            headers={name: str(values[0]) for name, values in reply.headers.items()},
            body=reply.body.encode(),
        )

    return Loopback(answer)
