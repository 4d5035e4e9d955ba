"""Reading a REST request: address, parameters and token, the way PHP and the portal read them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import field
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl, unquote

from bot.plugin.frozen import dataclass
from bot.plugin.loopback import LoopbackRequest
from plugins.bitrix24.simulator.php import php_values

FORMATS = (".json", ".xml")
NO_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a path under `/rest/` names. `webhook` is (user id, code) when the path holds one."""

    method: str
    xml: bool = False
    webhook: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRequest:
    """A parsed call. `token` is what the caller showed, empty when nothing; `start` is the page asked for."""

    address: Address
    params: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    auth_connector: str = ""
    start: Any = None
    source: str = ""
    name: str = ""
    """The X-Request-ID that it came with."""


def read_address(path: str) -> Address:
    """`/rest/METHOD`, `/rest/METHOD/`, `/rest/METHOD.json`, `/rest/UID/CODE/METHOD`."""
    parts = [unquote(part) for part in path.split("/") if part][1:]
    webhook = None
    if len(parts) >= 2 and parts[0].isdigit():
        webhook = (int(parts[0]), parts[1])
        parts = parts[2:]
    name = parts[0].lower() if len(parts) == 1 else "/".join(parts).lower()
    xml = name.endswith(".xml")
    for suffix in FORMATS:
        name = name.removesuffix(suffix)
    return Address(method=name, xml=xml, webhook=webhook)


def read_request(request: LoopbackRequest) -> RestRequest:
    params = {**parse_pairs(request.query_pairs()), **read_body(request)}
    start = params.pop("start", None)
    params.pop("state", None)
    connector = params.pop("auth_connector", "")
    token = _token(request, params)
    return RestRequest(
        address=read_address(request.path),
        params=params,
        token=token,
        auth_connector="" if php_values.is_array(connector) else php_values.text(connector),
        start=start,
        source=request.client,
        name=request.headers.get("x-request-id", ""),
    )


def _token(request: LoopbackRequest, params: dict[str, Any]) -> str:
    """The Bearer header first, then `auth`, then `access_token`; arrays are passed over."""
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    shown = [params.pop("auth", None), params.pop("access_token", None)]
    if kind.lower() == "bearer" and bearer.strip():
        return bearer.strip()
    return next(
        (php_values.text(each) for each in shown if not php_values.is_array(each) and not php_values.empty(each)), ""
    )


def read_body(request: LoopbackRequest) -> dict[str, Any]:
    """Parameters of the body. JSON that does not parse is no error: it holds nothing (docs/portal-behaviour.md P5)."""
    kind = (request.headers.get("content-type") or NO_TYPE).partition(";")[0].strip().lower()
    if kind == "application/json":
        return _json(request.body)
    if kind == "multipart/form-data":
        return parse_pairs(_multipart(request))
    return parse_query(request.body.decode("utf-8", "replace"))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"null")
    except ValueError:
        return {}
    return dict(php_values.items(found)) if php_values.is_array(found) else {}


def _multipart(request: LoopbackRequest) -> list[tuple[str, str]]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body)
    pairs = []
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            pairs.append((name, payload.decode("utf-8", "replace")))
    return pairs


def parse_query(query: str) -> dict[str, Any]:
    return parse_pairs(parse_qsl(query, keep_blank_values=True))


def parse_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """PHP's `parse_str`: bracket keys become nested arrays, `a[]` appends, the last of equal names wins."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, keys = _split(name)
        if head:
            _put(found, [head, *keys], value)
    return {key: _tidy(value) for key, value in found.items()}


def _split(name: str) -> tuple[str, list[str]]:
    head, bracket, rest = name.lstrip(" ").partition("[")
    head = head.replace(".", "_").replace(" ", "_")
    if not bracket:
        return head, []
    if "]" not in rest:
        return f"{head}_{rest}", []
    return head, [part.partition("]")[0] for part in rest.split("[")]


def _put(target: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        step = key or _next_index(target)
        inner = target.get(step)
        if not isinstance(inner, dict):
            inner = target[step] = {}
        target = inner
    target[keys[-1] or _next_index(target)] = value


def _next_index(target: dict[str, Any]) -> str:
    return str(max((int(key) + 1 for key in target if key.isdigit()), default=0))


def _tidy(value: Any) -> Any:
    if isinstance(value, dict):
        return php_values.as_list({key: _tidy(each) for key, each in value.items()})
    return value
