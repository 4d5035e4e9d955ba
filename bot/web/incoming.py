"""An HTTP request as the value that a plugin gets. What is too large or cannot be read is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from bot.host.web_routes import FoundRoute, choose_page_language
from bot.plugin import WebRequest
from bot.plugin.web import HEADERS

MOST_BODY, MOST_FIELDS, MOST_QUERY, MOST_DEPTH = 64 * 1024, 200, 8 * 1024, 8
"""Bytes of a body, fields of it or of the query, bytes of a query, and objects inside of each other in JSON."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Unacceptable(Exception):
    """The request goes no further; `status` is the answer."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def read_request(environ: Mapping[str, Any], found: FoundRoute, path: str) -> WebRequest:
    """Read one request. Raises Unacceptable."""
    query = _pairs(str(environ.get("QUERY_STRING", "")), MOST_QUERY)
    method = "GET" if environ["REQUEST_METHOD"] == "HEAD" else str(environ["REQUEST_METHOD"])
    if method not in found.route.methods:
        raise Unacceptable(HTTPStatus.METHOD_NOT_ALLOWED)
    headers = _headers(environ)
    return WebRequest(
        method=method,
        path=path,
        parameters=found.parameters,
        query=query,
        form=_read_form(environ, headers) if method == "POST" else {},
        headers=headers,
        language=choose_page_language(query, headers.get("accept-language", "")),
    )


def client_of(environ: Mapping[str, Any]) -> str:
    """The address that asks. Behind a proxy it is the last one that the proxy names: the others are anybody's words."""
    named = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return named[:64] or str(environ.get("REMOTE_ADDR", ""))


def _headers(environ: Mapping[str, Any]) -> Mapping[str, str]:
    names = {name: f"HTTP_{name.replace('-', '_').upper()}" for name in HEADERS} | {"content-type": "CONTENT_TYPE"}
    return {name: str(environ[key]) for name, key in names.items() if environ.get(key)}


def _read_form(environ: Mapping[str, Any], headers: Mapping[str, str]) -> Mapping[str, str]:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    # A number of some thousand digits is more than Python would read.
    if not length.isdecimal() or len(length) > 9 or int(length) > MOST_BODY:
        raise Unacceptable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        text = environ["wsgi.input"].read(int(length)).decode("utf-8")
    except UnicodeDecodeError:
        raise Unacceptable(HTTPStatus.BAD_REQUEST) from None
    kind = headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if kind == FORM:
        return _pairs(text, MOST_BODY)
    if kind == JSON:
        return _flatten(_object(text))
    raise Unacceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _pairs(text: str, most: int) -> Mapping[str, str]:
    """The first value of each name."""
    if len(text) > most or text.count("&") >= MOST_FIELDS:
        raise Unacceptable(HTTPStatus.BAD_REQUEST)
    try:
        return dict(reversed(parse_qsl(text, keep_blank_values=True, errors="strict")))
    except ValueError:
        raise Unacceptable(HTTPStatus.BAD_REQUEST) from None


def _object(text: str) -> Mapping[str, Any]:
    # Depth is bounded before parsing: a deep enough body exhausts the parser's stack.
    if len(re.findall(r"[\[{]", text)) > MOST_FIELDS:
        raise Unacceptable(HTTPStatus.BAD_REQUEST)
    try:
        value = json.loads(text)
    except ValueError:
        raise Unacceptable(HTTPStatus.BAD_REQUEST) from None
    if not isinstance(value, dict) or not _is_text(value):
        raise Unacceptable(HTTPStatus.BAD_REQUEST)
    return value


def _is_text(value: Mapping[str, Any]) -> bool:
    """Whether all its texts can be written again: JSON may name half of a surrogate pair, which is no character."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _flatten(value: Mapping[str, Any]) -> Mapping[str, str]:
    found = dict(_entries("", value, 0))
    if len(found) > MOST_FIELDS:
        raise Unacceptable(HTTPStatus.BAD_REQUEST)
    return found


def _entries(prefix: str, value: Any, depth: int) -> Iterable[tuple[str, str]]:
    """Each text, number and switch with the name that a form would give it."""
    if isinstance(value, dict | list) and depth < MOST_DEPTH:
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _entries(f"{prefix}[{name}]" if prefix else str(name), one, depth + 1)
    elif isinstance(value, bool):
        yield prefix, str(int(value))
    elif isinstance(value, str | int | float):
        yield prefix, str(value)
