"""Verification of requests: what is not a well-formed request signed by Slack goes no further, and gets a 4xx."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus

from bot.plugin import Clock
from bot.plugin.frozen import dataclass

log = logging.getLogger("b24bot.slack")

MAX_BODY = 256 * 1024
MAX_DEPTH = 64
MAX_FIELDS = 100
WINDOW_SECONDS = 300
_TIMESTAMP = re.compile(r"\A[0-9]{10}\Z")
_SIGNATURE = re.compile(r"\Av0=[0-9a-f]{64}\Z")
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """One HTTP request at the door: header names in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRequest:
    """A request that is Slack's: the text as it was signed, and what it says.

    It is read here and nowhere again. Two readers of one text can be made to see two different things, and Bolt's
    own takes any form with the word "payload" in it, a slash command's too, for an interaction.
    """

    text: str
    content: dict[str, Any]
    headers: Mapping[str, str]


class RequestRejected(Exception):
    """The request goes no further. `status` is the answer; `reason` is for the log, never for the sender."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class RequestVerifier:
    """Checks in the order that costs least: size, type, time, signature, and only then the content."""

    def __init__(self, signing_secret: str, clock: Clock) -> None:
        self._secret = signing_secret.encode()
        self._clock = clock

    def verify(self, request: RawRequest) -> VerifiedRequest:
        """The request, once it is known to be Slack's and to be readable. Raises RequestRejected."""
        if len(request.body) > MAX_BODY:
            raise RequestRejected(413, "too large")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (_FORM, _JSON):
            raise RequestRejected(415, "content type")
        self._check_signature(request)
        try:
            text = request.body.decode("utf-8")
        except UnicodeDecodeError:
            raise RequestRejected(400, "not UTF-8") from None
        content = _object(text) if kind == _JSON else _fields(text)
        return VerifiedRequest(text=text, content=content, headers=request.headers)

    def _check_signature(self, request: RawRequest) -> None:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not _TIMESTAMP.match(stamp) or abs(self._clock.now_ms() // 1000 - int(stamp)) > WINDOW_SECONDS:
            raise RequestRejected(401, "timestamp")
        if not _SIGNATURE.match(signature):
            raise RequestRejected(401, "signature form")
        expected = "v0=" + hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + request.body, sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise RequestRejected(401, "signature")


def _fields(text: str) -> dict[str, Any]:
    """A slash command's fields, or the object in the field `payload` of everything else."""
    fields = _form(text)
    if "payload" not in fields:
        return fields
    payload = _object(fields["payload"])
    if not isinstance(payload.get("type"), str):
        raise RequestRejected(400, "payload without a type")
    return payload


def _form(text: str) -> dict[str, Any]:
    """The fields of a form, those without a value too. It is read for each delivery before the person has an answer."""
    if text.count("&") >= MAX_FIELDS:
        raise RequestRejected(400, "form")
    pairs = [pair for pair in text.split("&") if pair]
    fields: dict[str, Any] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        # Most names and values stand for themselves.
        if "%" in pair or "+" in pair:
            name, value = _decoded(name), _decoded(value)
        fields[name] = value
    if len(fields) < len(pairs):
        raise RequestRejected(400, "a field twice")
    return fields


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise RequestRejected(400, "form") from None


def _object(text: str) -> dict[str, Any]:
    # Depth is bounded before parsing: a deep enough body exhausts the parser's stack.
    if _nesting_bound(text) > MAX_DEPTH:
        raise RequestRejected(400, "too deep")
    try:
        value = json.loads(text)
    except ValueError:
        raise RequestRejected(400, "JSON") from None
    if not isinstance(value, dict):
        raise RequestRejected(400, "not an object")
    return value


def _nesting_bound(text: str) -> int:
    """An upper bound of the nesting: brackets in strings count too, which real payloads never come near."""
    depth = deepest = 0
    for mark in re.findall(r"[\[\]{}]", text):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
Dispatch = Callable[[VerifiedRequest], tuple[int, Mapping[str, str], bytes]]


def as_wsgi(door: RequestVerifier, dispatch: Dispatch, *, note: Callable[[str], None] = lambda _: None) -> Wsgi:
    """The HTTP side of the intake: the verifier, then `dispatch(admitted)` → status, headers, body.

    `note` is told the reason of each rejection, one of a few fixed words.
    """

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            if environ["REQUEST_METHOD"] != "POST":
                raise RequestRejected(405, "method")
            status, headers, body = dispatch(door.verify(_read_request(environ)))
        except RequestRejected as refusal:
            # Neither the body nor the headers are logged: they may be anybody's.
            note(refusal.reason)
            log.warning("a request was turned away: %s", refusal.reason, extra={"action": "turned_away"})
            status, headers, body = refusal.status, {"Content-Type": "text/plain"}, b""
        start_response(f"{status} {HTTPStatus(status).phrase}", [*headers.items(), ("Content-Length", str(len(body)))])
        return [body]

    return application


def _read_request(environ: Mapping[str, Any]) -> RawRequest:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    length = str(environ.get("CONTENT_LENGTH") or "0")
    # A number of some thousand digits is more than Python would read.
    if not length.isdecimal() or len(length) > 9 or int(length) > MAX_BODY:
        raise RequestRejected(413, "too large")
    return RawRequest(headers=headers, body=environ["wsgi.input"].read(int(length)))
