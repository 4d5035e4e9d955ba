"""A workspace in which the bot speaks the pseudo-language: people see its texts without the marks, the test with them.

So each story reads English, and what the bot showed in it is looked through for words that are in no message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import LoopbackReply, LoopbackRequest

UPLOAD = "/upload/"
SHOWN = frozenset({"text", "blocks", "view", "attachments", "initial_comment", "files"})
"""The arguments of Slack's methods whose texts people see."""


def unmark(text: str) -> str:
    """A text as it is in English."""
    return text.replace("⟦", "").replace("⟧", "")


class MarkedWorkspace(SlackWorkspace):
    """Takes the marks out of whatever comes in, and keeps each text as it came."""

    def __init__(self, *, rate_limit: bool, **more: Any) -> None:
        self.shown: list[str] = []
        super().__init__(rate_limit=rate_limit, **more)
        self._carrier.read_ack = self._read_ack

    def _answer(self, request: LoopbackRequest) -> LoopbackReply:
        return super()._answer(self._read(request))

    def _read(self, request: LoopbackRequest) -> LoopbackRequest:
        if request.path.startswith("/control/") or not request.body:
            return request
        if request.path.startswith(UPLOAD):
            return self._read_file(request)
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind == "application/json":
            values: dict[str, Any] = json.loads(request.body)
            body = json.dumps(self._take(values)).encode()
        elif kind == "application/x-www-form-urlencoded":
            values = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
            body = urlencode(self._take(values)).encode()
        else:
            return request
        return replace(request, body=body)

    def _read_file(self, request: LoopbackRequest) -> LoopbackRequest:
        """The length that was announced is that of the marked text."""
        text = request.body.decode()
        self.shown.append(text)
        body = unmark(text).encode()
        with self.world.lock:
            self.world.files[request.path.removeprefix(UPLOAD)]["size"] = len(body)
        return replace(request, body=body)

    def _read_ack(self, body: str) -> str:
        said = _structure(body)
        self.shown += _texts_in(said)
        return str(_unmarked(said, body))

    def _take(self, values: dict[str, Any]) -> dict[str, Any]:
        for name in SHOWN & set(values):
            self.shown += _texts_in(_structure(values[name]))
        return {name: _unmarked(_structure(value), value) for name, value in values.items()}


def _structure(value: Any) -> Any:
    """A list or an object that came as JSON text in a form; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _unmarked(value: Any, came: Any) -> Any:
    clean = _without_marks(value)
    return json.dumps(clean) if isinstance(came, str) and not isinstance(clean, str) else clean


def _without_marks(value: Any) -> Any:
    if isinstance(value, str):
        return unmark(value)
    if isinstance(value, dict):
        return {name: _without_marks(one) for name, one in value.items()}
    return [_without_marks(one) for one in value] if isinstance(value, list) else value


def _texts_in(value: Any) -> Iterator[str]:
    """Every text that people see in blocks, a view or a plain value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(one) if not isinstance(one, str) else ()
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "errors" and isinstance(one, dict):
                yield from map(str, one.values())
            elif name in ("text", "title", "alt_text", "markdown") and isinstance(one, str):
                yield one
            elif not isinstance(one, str):
                yield from _texts_in(one)
