"""Bytes made into a request to the intake, the same way for a source of chance and for a fuzzer that looks on.

Six bytes say what kind of request it is and the rest is put into its body, so that a fuzzer that changes a byte
changes one thing. Run as a program with atheris installed it fuzzes until so many requests are made:
`python -m tests.long.input.knocks FOLDER RUNS`, where FOLDER holds what it has found worth keeping.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

from bot.clock import SystemClock
from bot.core.messages.deliveries import Inbound, inbound_from_json, inbound_to_json
from bot.slack.bot_identity import Identity
from bot.slack.incoming.bolt_app import dispatcher, make_bolt
from bot.slack.incoming.verification import RequestVerifier, as_wsgi
from bot.slack.outgoing.messenger import make_client
from tests.slack.kit import (
    EVENTS,
    FORM,
    FORMS,
    JSON,
    SECRET,
    click_payload,
    event_payload,
    form_body,
    form_payload,
    payload_body,
    signature,
    slash_fields,
)

HEAD = 6
KINDS = (FORM, JSON, f"{FORM}; charset=utf-8", "application/JSON", "text/plain", "", "é", "multipart/form-data")
TEMPLATES = (
    b"",
    form_body(slash_fields("connector remove myconnector")),
    payload_body(click_payload()),
    payload_body(form_payload()),
    json.dumps(event_payload()).encode(),
    json.dumps({"type": "url_verification", "challenge": "c", "token": "t"}).encode(),
    payload_body({**click_payload(type="block_suggestion"), "action_id": "b24:x", "value": "my"}),
    payload_body({**form_payload(type="shortcut"), "callback_id": "x"}),
)
GENUINE = 0
STAMPS = ("", "abc", "1" * 5_000, " 123 ", "１７７２３６６４００", "0" * 10, "-1", "1e9")
SIGNATURES = ("", "é", "v0=", "v0=" + "0" * 64, "v0=" + "é" * 64, "v1=" + "0" * 64)
HANDS = 1 + len(STAMPS) + len(SIGNATURES) + 2
"""Genuine, with an odd timestamp, with an odd signature, without headers, or with another length than it has."""
HOME = Identity(team="T0001", user="U0B24", bot="B0B24", enterprise=None)


class Door:
    """The real verification with the real Bolt behind it, and a hand that takes what gets in."""

    def __init__(self) -> None:
        self.taken = 0
        app = make_bolt(
            client=make_client("xoxb-none", "http://127.0.0.1:9/api/"),
            signing_secret=SECRET,
            command="/b24",
            receive=self._take,
            forms=FORMS,
            events=EVENTS,
            identity=lambda: HOME,
        )
        self._application = as_wsgi(RequestVerifier(SECRET, SystemClock()), dispatcher(app, lambda: HOME))

    def _take(self, inbound: Inbound) -> None:
        """What is taken has to go to disk and come back as it was."""
        written = inbound_to_json(inbound)
        if inbound_to_json(inbound_from_json(written)) != written:
            raise RuntimeError("what was stored does not come back")
        self.taken += 1

    def knock(self, data: bytes) -> int:
        """Make one request of these bytes; returns its status. Raises AssertionError for one that is not right."""
        kind, hand, template, *where = (*data[:HEAD], *bytes(HEAD))[:HEAD]
        body = _body(TEMPLATES[template % len(TEMPLATES)], where, data[HEAD:])
        hand %= HANDS
        environ = _environ(body, KINDS[kind % len(KINDS)], hand)
        said: list[str] = []
        self._application(environ, lambda status, _headers: said.append(status))
        status = int(said[0].split()[0])
        assert status < 500, (status, data)
        assert hand == GENUINE or status >= 400, (status, data)
        return status


def _body(template: bytes, where: list[int], given: bytes) -> bytes:
    """The given bytes put into a template, at a place and instead of some of it."""
    high, low, length = where
    place = (high * 256 + low) % (len(template) + 1)
    return template[:place] + given + template[place + length :]


def _environ(body: bytes, kind: str, hand: int) -> dict[str, Any]:
    stamp = str(int(time.time()))
    headers = {"HTTP_X_SLACK_REQUEST_TIMESTAMP": stamp, "HTTP_X_SLACK_SIGNATURE": signature(body, stamp)}
    length = str(len(body))
    odd = hand - 1
    if 0 <= odd < len(STAMPS):
        headers["HTTP_X_SLACK_REQUEST_TIMESTAMP"] = STAMPS[odd]
    elif 0 <= odd - len(STAMPS) < len(SIGNATURES):
        headers["HTTP_X_SLACK_SIGNATURE"] = SIGNATURES[odd - len(STAMPS)]
    elif hand == HANDS - 2:
        headers = {}
    elif hand == HANDS - 1:
        length = ("²", "9" * 9, "9" * 5_000, "-1")[len(body) % 4]
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": length,
        "wsgi.input": io.BytesIO(body),
        **headers,
    }


def seeds() -> list[bytes]:
    """One request of each hand and of each template, and the bodies that are known to have hurt others."""
    hurtful = (
        *(b"payload=1", b"payload=notjson", b"payload=[]", b"payload=null", b"payload=", b"payload={}", b"text=%FF"),
        *(b"payload=" + b"[" * 5_000, b"[" * 5_000, b'{"a":' * 5_000, b'{"a":' + b"1" * 5_000 + b"}", b"&" * 5_000),
        *(b"text=\xff\xfe", b'{"type": "url_verification"}', b"--x", b"\xed\xa0\x80", b"payload=%7B%22type%22%3A1%7D"),
    )
    bodies = [bytes((kind, GENUINE, 0, 0, 0, 0)) + body for body in hurtful for kind in range(2)]
    hands = [bytes((0, hand, 1, 0, 0, 0)) for hand in range(HANDS)]
    return [*bodies, *hands, *(bytes((kind, GENUINE, which, 0, 0, 0)) for which in range(8) for kind in range(2))]


def _functions(module: str, owner: object) -> Iterator[FunctionType]:
    """The functions that a module, or a class of it, defines."""
    for value in vars(owner).values():
        if isinstance(value, FunctionType) and value.__module__ == module:
            yield value
        elif isinstance(value, type) and value.__module__ == module:
            yield from _functions(module, value)


def main(folder: str, runs: str) -> None:
    """Fuzz with atheris: the seeds are put into the folder first, what is found is added to it."""
    logging.disable(logging.CRITICAL)
    atheris = import_module("atheris")
    for number, seed in enumerate(seeds()):
        (Path(folder) / f"seed-{number}").write_bytes(seed)
    door = Door()
    for module in (
        "bot.slack.incoming.verification",
        "bot.slack.incoming.payloads",
        "bot.slack.incoming.typed_text",
        "bot.core.messages.deliveries",
        "bot.core.mentions",
    ):
        for function in _functions(module, sys.modules[module]):
            atheris.instrument_func(function)
    atheris.Setup([sys.argv[0], f"-runs={runs}", "-max_len=8192", f"-artifact_prefix={folder}/", folder], door.knock)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
