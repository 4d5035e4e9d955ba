"""Answers of Slack of every shape near the right one: only `"ok": true` is sent, all else is one known kind."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from functools import partial
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from bot.core.audit.audit_record import AuditRecord
from bot.core.messages.notices import PrivateNotice
from bot.plugin import Reply
from bot.slack.outgoing.http_client import KeptClient
from bot.slack.outgoing.messenger import Gateway
from bot.store.sealing.keyring import Keyring
from bot.usecases.chat.chat_port import PostedMessage
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError, Impossible, Lost, Unchangeable
from tests.long.form import sized
from tests.slack.kit import OLGA, a_change

SHAPES = sized(10_000, 1_000_000)
SHARDS = 2
TOKEN = "xoxb-canary-4711"
API = "https://slack.invalid/api/"


class Wire(KeptClient):
    """Slack's own client with another wire: what would be sent gets the answer that is set."""

    status = 200
    headers: dict[str, str]
    raw = b""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        headers = Message()
        for name, value in self.headers.items():
            headers[name] = value
        if not 200 <= self.status < 300:
            raise HTTPError(url, self.status, "Because", headers, io.BytesIO(self.raw))
        if headers.get_content_type() == "application/gzip":
            return {"status": self.status, "headers": headers, "body": self.raw}
        charset = headers.get_content_charset() or "utf-8"
        return {"status": self.status, "headers": headers, "body": self.raw.decode(charset)}


WORDS = [True, False, None, 0, 1, 2, -1, 0.0, 1.5, "true", "false", "", "ok", [], {}, [True], {"ok": True}]
CONTENT = ["msg_too_long", "invalid_blocks", "no_text", "metadata_too_large"]
STANDING = ["message_not_found", "cant_update_message", "is_inactive"]
PASSING = ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"]
WAITING = ["is_archived", "not_in_channel", "restricted_action", "token_revoked", "missing_scope", "never_heard_of"]
CODES = [*CONTENT * 3, *STANDING, *PASSING, *WAITING * 2]
STATUSES = [*[200] * 60, 201, 202, 204, 304, 400, 401, 403, 404, 429, 500, 502, 503]
KINDS = [*["application/json; charset=utf-8"] * 8, "text/html", "application/gzip", "application/json; charset=ascii"]


class Shapes:
    """Answers from one source of chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def body(self) -> Any:
        one, often = self._chance.choice, self._chance.random
        body: dict[str, Any] = {}
        if often() < 0.9:
            body["ok"] = one([True, True, False, False, False, one(WORDS)])
        if often() < 0.7:
            body["error"] = one([*CODES, *CODES, one(WORDS), "Not A Code", "x" * 5_000, "é"])
        if often() < 0.9:
            body["ts"] = one(["1.1", "1.1", "1.1", one(WORDS)])
        for name in ("message_ts", "view"):
            if often() < 0.9:
                body[name] = one(["1.1", "1.1", "1.1", one(WORDS)])
        if often() < 0.7:
            body["channel"] = one(["C0002", one(WORDS)])
        if often() < 0.5:
            body["team_id"] = "T0001"
        return one([body] * 80 + [[body], json.dumps(body), *WORDS])

    def answer(self, wire: Wire) -> None:
        """Set the next answer."""
        one = self._chance.choice
        whole = json.dumps(self.body(), ensure_ascii=one([True, False])).encode()
        wire.raw = bytes(one([whole] * 60 + [whole[:-1], whole + b"}", b"", b"<html>", b"\xff", b"\x00", b"[" * 9]))
        wire.status, wire.headers = one(STATUSES), {"Content-Type": one(KINDS)}
        if one([True, False]):
            wire.headers[one(["Retry-After", "retry-after"])] = one(["1", "30", "", "soon", "-1", "1e9", "9" * 40, "²"])


def text_of(wire: Wire) -> str | None:
    """The body as text; None when it is no text, or is not taken for any."""
    kind = wire.headers["Content-Type"]
    if kind == "application/gzip" and 200 <= wire.status < 300:
        return None
    try:
        return wire.raw.decode("ascii" if "ascii" in kind else "utf-8")
    except UnicodeDecodeError:
        return None


def read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def expected(wire: Wire, *, wants: str) -> type[DeliveryError] | None:
    """What one answer is, said a second time; None is sent."""
    text = text_of(wire)
    if text is None:
        return Lost
    body = read(text)
    named = body.get("error") if isinstance(body, dict) else None
    code = named if isinstance(named, str) and named in {*CODES, "true", "false", "ok"} else ""
    if wire.status == 200 and isinstance(body, dict) and body.get("ok"):
        return None if body["ok"] is True and NEEDS[wants](body) else Lost
    if wire.status == 429 or code == "ratelimited":
        return Busy
    if wire.status >= 500 or not code or code in PASSING:
        return Lost
    if code in STANDING and wants == "the same ts":
        return Unchangeable
    return Impossible if code in CONTENT else ChannelDead


NEEDS: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "a ts": lambda body: isinstance(body.get("ts"), str) and body["ts"] != "",
    "the same ts": lambda body: body.get("ts", "1.1") == "1.1",
    "a message_ts": lambda body: bool(body.get("message_ts")),
    "a view": lambda body: bool(body.get("view")),
}
"""What an answer that says ok must hold, by the call."""

RECORD = AuditRecord(seq=1, at=0, tag="x:y:z", actor="b24bot", subject="CR-1042", facts={}, key_id="k1", mac=bytes(32))
PRIVATE_NOTICE = PrivateNotice(person=OLGA, channel="C0002", reply=Reply(title="Hello"))
CALLS: list[tuple[str, str, Callable[[Gateway], object]]] = [
    ("post", "a ts", lambda gateway: gateway.post_card(a_change())),
    ("rewrite", "the same ts", lambda gateway: gateway.rewrite_card(a_change(card="1.1"))),
    ("reply", "a ts", lambda gateway: gateway.reply(a_change(card="1.1"), "words")),
    ("whisper", "a message_ts", lambda gateway: gateway.send_privately(PRIVATE_NOTICE)),
    ("audit", "a ts", lambda gateway: gateway.audit_lines("C0003", [RECORD])),
    ("note", "a ts", lambda gateway: gateway.note("C0002", "words", None)),
    (
        "renote",
        "the same ts",
        lambda gateway: gateway.note("C0002", "words", PostedMessage(channel="C0002", message="1.1")),
    ),
    ("form", "a view", lambda gateway: gateway.ask_reason("trigger", a_change(), "1042.a.b")),
]


@pytest.fixture
def silence() -> Iterator[None]:
    """The client logs each answer it cannot read."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def outcome(say: Callable[[], object]) -> DeliveryError | None:
    try:
        say()
    except DeliveryError as error:
        return error
    return None


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_only_a_true_ok_is_sent_and_all_else_is_of_its_kind(shard: int) -> None:
    chance = Random(f"slack {shard}")
    shapes = Shapes(chance)
    wire = Wire(token=TOKEN, base_url=API, retry_handlers=[])
    gateway = Gateway(wire, Keyring({"k1": bytes(32)}), command="/b24", api_url=API)
    met: Counter[str] = Counter()
    for number in range(SHAPES // SHARDS):
        name, wants, say = CALLS[number % len(CALLS)]
        shapes.answer(wire)
        error = outcome(partial(say, gateway))
        kind = type(error) if error is not None else None
        assert kind is expected(wire, wants=wants), (name, wire.status, wire.headers, wire.raw, error)
        assert error is None or (TOKEN not in f"{error!r}{error.__dict__}" and error.__cause__ is None)
        assert not isinstance(error, Busy) or 0 <= error.seconds <= 3_600
        met[kind.__name__ if kind else "sent"] += 1
    assert met.total() == SHAPES // SHARDS
    assert min(met[kind] for kind in ("sent", "Busy", "Lost", "ChannelDead", "Impossible")) > met.total() // 100, met
    assert met["Unchangeable"], met
