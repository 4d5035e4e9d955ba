"""Slack's side of HTTP: /api/…, response_url addresses and uploads, with faults, limits and the journal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.state.call_faults import Fault
from bot.playground.workspace.state.call_journal import ApiCall
from bot.playground.workspace.state.method_limits import per_minute
from bot.playground.workspace.state.response_urls import METHOD as RESPONSE_URL
from bot.playground.workspace.state.workspace_tokens import Token
from bot.playground.workspace.state.world import World
from bot.playground.workspace.webapi import file_uploads
from bot.playground.workspace.webapi.arguments import Call, bearer, read
from bot.playground.workspace.webapi.method_table import METHODS
from bot.playground.workspace.webapi.response_url_posts import respond
from bot.plugin.loopback import LoopbackReply, LoopbackRequest


class WebApi:
    """Answers what an app sends to Slack."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: LoopbackRequest) -> LoopbackReply | None:
        """None when the path belongs to nobody here."""
        if request.path.startswith("/api/"):
            return self._suffering(request, request.path.removeprefix("/api/"))
        if request.path.startswith(("/commands/", "/actions/")):
            return self._suffering(request, RESPONSE_URL)
        if request.path.startswith("/upload/") and request.method == "POST":
            with self._world.lock:
                status = file_uploads.receive(self._world, request.path.removeprefix("/upload/"), request.body)
            return LoopbackReply(status=status, body=f"OK - {len(request.body)}".encode())
        return None

    def _suffering(self, request: LoopbackRequest, method: str) -> LoopbackReply:
        """The answer, after whatever fault is due for this method."""
        fault = self._world.faults.take(method)
        if fault is not None and fault.prevents:
            reply = fault.instead()
            self._note(method, {}, reply, fault)
            return reply
        arguments: Json = {}
        try:
            with self._world.lock:
                reply = self._act(request, method, arguments)
        except Refusal as refusal:
            reply = LoopbackReply.json(refusal.to_json(), status=refusal.status, headers=refusal.headers)
        if fault is not None:
            reply = fault.after(reply)
        self._note(method, arguments, reply, fault)
        return reply

    def _act(self, request: LoopbackRequest, method: str, arguments: Json) -> LoopbackReply:
        if method == RESPONSE_URL:
            arguments |= read(replace(request, query=""), takes_json=True)
            return LoopbackReply.json(respond(self._world, request.path, arguments))
        row = METHODS.get(method)
        if row is None:
            raise Refusal("unknown_method", req_method=method)
        arguments |= read(request, takes_json=row.takes_json)
        value = bearer(request) or str(arguments.get("token") or "")
        arguments.pop("token", None)
        token = self._world.tokens.check(value, kind=row.holder)
        token.require(row.scopes)
        if row.per_minute:
            self._world.limits.take(per_minute(row.per_minute), "method", method)
        result = row.function(self._world, Call(token=token, values=arguments))
        return LoopbackReply.json({"ok": True, **result}, headers=_scopes(token, row.scopes))

    def _note(self, method: str, arguments: Json, reply: LoopbackReply, fault: Fault | None) -> None:
        said = _object(reply.body)
        self._world.records.calls.append(
            ApiCall(
                at=self._world.clock.now(),
                method=method,
                arguments=arguments,
                status=0 if reply.drop else reply.status,
                ok=said.get("ok") is True,
                error=str(said.get("error", "")),
                fault=fault.kind if fault else "",
            )
        )


def _scopes(token: Token, accepted: tuple[str, ...]) -> dict[str, str]:
    return {
        "X-OAuth-Scopes": ",".join(sorted(token.scopes)),
        "X-Accepted-OAuth-Scopes": ",".join(accepted),
    }


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
