"""The arguments of one API call, however they came: query, form or JSON (docs/slack-behaviour.md S34)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any
from urllib.parse import parse_qsl

from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.state.workspace_tokens import Token
from bot.plugin.frozen import dataclass
from bot.plugin.loopback import LoopbackRequest

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls and with what. Values of a form are strings, those of JSON have their types."""

    token: Token
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def flag(self, name: str) -> bool | None:
        """None when it was not given; Slack takes `true`, `1` and JSON's own."""
        value = self.values.get(name)
        return None if value is None else str(value).lower() in ("true", "1")

    def structure(self, name: str) -> Any:
        """A list or object, from JSON text when it came by form; None when not given or not readable."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return None

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None


def missing(name: str) -> Refusal:
    messages = [f"[ERROR] missing required field: {name}"]
    return Refusal("invalid_arguments", response_metadata={"messages": messages})


def bearer(request: LoopbackRequest) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def read(request: LoopbackRequest, *, takes_json: bool) -> Json:
    """All values of the request, the form's `token` among them.

    A method that does not take JSON ignores a JSON body, as Slack does; a token inside a JSON body counts for
    nothing, so it is left out.
    """
    values: Json = dict(request.query_pairs())
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type == FORM:
        values |= dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    elif content_type == "application/json" and takes_json:
        values |= {name: value for name, value in _json_object(request.body).items() if name != "token"}
    elif request.body and content_type != "application/json":
        raise Refusal("invalid_post_type")
    return values


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(value, dict):
        raise Refusal("json_not_object")
    return value
