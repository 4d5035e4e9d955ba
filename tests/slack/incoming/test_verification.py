"""Verification: whatever comes is let in as Slack's or turned away with a 4xx, and none of it is written down."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from bot.plugin import Clock
from bot.slack.incoming.bolt_app import dispatcher, make_bolt
from bot.slack.incoming.verification import (
    MAX_BODY,
    MAX_DEPTH,
    MAX_FIELDS,
    RequestRejected,
    RequestVerifier,
    VerifiedRequest,
)
from bot.slack.outgoing.messenger import make_client
from tests.slack.intake import Answered, Intake, head, raw
from tests.slack.kit import (
    EVENTS,
    FORM,
    FORMS,
    JSON,
    NOON,
    SECRET,
    click_payload,
    event_payload,
    form_body,
    payload_body,
    raw_request,
    slash_fields,
)
from tests.tables.rows import each_row

CANARY = "CANARY-4711"
NOW = NOON // 1000


class StandingClock:
    """Always noon."""

    def now_ms(self) -> int:
        return NOON

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits at the door")

    def jitter(self, most: float) -> float:
        return 0.0


CLOCK: Clock = StandingClock()
BODY = form_body(slash_fields(f"say {CANARY}"))


def admitted(body: bytes = BODY, *, stamp: str = str(NOW), kind: str = FORM, **headers: str) -> VerifiedRequest:
    return RequestVerifier(SECRET, CLOCK).verify(raw_request(body, stamp=stamp, kind=kind, **headers))


def turned_away(body: bytes = BODY, *, stamp: str = str(NOW), kind: str = FORM, **headers: str) -> tuple[int, str]:
    with pytest.raises(RequestRejected) as caught:
        admitted(body, stamp=stamp, kind=kind, **headers)
    assert CANARY not in str(caught.value)
    return caught.value.status, caught.value.reason


# The door by itself, with a clock that stands still


def test_a_genuine_request_is_let_in_and_read_once() -> None:
    entered = admitted()
    assert entered.text == BODY.decode()
    assert entered.content == slash_fields(f"say {CANARY}")


def test_a_form_is_read_as_it_is_written() -> None:
    """Blanks and percent signs in names and values, what has no value, and nothing between two separators."""
    entered = admitted(b"&command=%2Fb24&&text=a+b%2Bc%3D1=2%26+%D1%82&na%6De+x=y&empty=&bare&pay+load=%zz")
    expected = {"command": "/b24", "text": "a b+c=1=2& т", "name x": "y", "empty": "", "bare": "", "pay load": "%zz"}
    assert entered.content == expected


@pytest.mark.parametrize("shift", [-300, -1, 0, 1, 300])
def test_five_minutes_either_way_are_allowed(shift: int) -> None:
    assert admitted(stamp=str(NOW + shift)).content["command"] == "/b24"


@pytest.mark.parametrize("shift", [-315_360_000, -301, 301, 315_360_000])
def test_older_or_younger_than_five_minutes_is_not_let_in(shift: int) -> None:
    assert turned_away(stamp=str(NOW + shift)) == (401, "timestamp")


STAMPS = [
    "",
    "abc",
    "1" * 5_000,
    f" {NOW} ",
    f"{NOW}\n",
    f"+{NOW}",
    f"-{NOW}",
    f"{NOW}.0",
    "1e9",
    "１７７２３６６４００",
    "0" * 10,
]


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_timestamp_is_ten_digits(stamp: str) -> None:
    assert turned_away(x_slack_request_timestamp=stamp) == (401, "timestamp")


SIGNATURES = ["", "é", "v0=", "v0=" + "0" * 63, "v0=" + "0" * 65, "v0=" + "A" * 64, "v1=" + "0" * 64, "v0=" + "é" * 64]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_64_small_hex_digits(signature: str) -> None:
    assert turned_away(x_slack_signature=signature) == (401, "signature form")


def test_another_secret_another_body_or_another_time_is_a_wrong_signature() -> None:
    genuine = raw_request(BODY, stamp=str(NOW))
    signature = genuine.headers["x-slack-signature"]
    assert turned_away(BODY + b"x", x_slack_signature=signature) == (401, "signature")
    assert turned_away(stamp=str(NOW + 1), x_slack_signature=signature) == (401, "signature")
    with pytest.raises(RequestRejected, match="signature"):
        RequestVerifier("another", CLOCK).verify(genuine)


def test_a_signature_in_capitals_is_not_slacks() -> None:
    signature = raw_request(BODY, stamp=str(NOW)).headers["x-slack-signature"]
    assert turned_away(x_slack_signature=signature.upper().replace("V0=", "v0="))[0] == 401


CONTENT: list[tuple[str, bytes, str, int, str]] = [
    ("not UTF-8", b"text=\xff\xfe", FORM, 400, "not UTF-8"),
    ("not UTF-8 once decoded", b"text=%FF", FORM, 400, "form"),
    ("payload=1", b"payload=1", FORM, 400, "not an object"),
    ("payload=notjson", b"payload=notjson", FORM, 400, "JSON"),
    ("payload=[]", b"payload=[]", FORM, 400, "not an object"),
    ("payload=null", b"payload=null", FORM, 400, "not an object"),
    ("payload=", b"payload=", FORM, 400, "JSON"),
    ("payload without a type", b"payload={}", FORM, 400, "payload without a type"),
    ("payload with an odd type", b'payload={"type":1}', FORM, 400, "payload without a type"),
    ("two payloads", payload_body(click_payload()) + b"&payload=1", FORM, 400, "a field twice"),
    ("100,000 brackets in a form", b"payload=" + b"[" * 100_000, FORM, 400, "too deep"),
    ("100,000 brackets", b"[" * 100_000, JSON, 400, "too deep"),
    ("100,000 braces", b'{"a":' * 50_000, JSON, 400, "too deep"),
    ("an array", b"[]", JSON, 400, "not an object"),
    ("a number of 5,000 digits", b'{"a":' + b"1" * 5_000 + b"}", JSON, 400, "JSON"),
    ("nothing", b"", JSON, 400, "JSON"),
    ("too many fields", b"&".join(b"a%d=1" % n for n in range(MAX_FIELDS + 1)), FORM, 400, "form"),
    ("very many fields", b"&" * 200_000, FORM, 400, "form"),
    ("one byte too many", b"a" * (MAX_BODY + 1), FORM, 413, "too large"),
    ("another type", b"{}", "text/plain", 415, "content type"),
    ("no type", b"{}", "", 415, "content type"),
    ("many parts", b"--x", "multipart/form-data; boundary=x", 415, "content type"),
]


@each_row(("body", "kind", "status", "reason"), [row[1:] for row in CONTENT])
def test_a_signature_does_not_excuse_what_cannot_be_read(body: bytes, kind: str, status: int, reason: str) -> None:
    assert turned_away(body, kind=kind) == (status, reason)


def test_size_and_type_are_looked_at_before_anything_is_computed() -> None:
    assert turned_away(b"a" * (MAX_BODY + 1), x_slack_signature="")[0] == 413
    assert turned_away(kind="text/plain", x_slack_signature="")[0] == 415


def test_as_deep_and_as_large_as_is_allowed_gets_in() -> None:
    deep = b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1)
    assert admitted(deep, kind=JSON).content["a"]
    large = b"text=" + b"a" * (MAX_BODY - 5)
    assert len(admitted(large).content["text"]) == MAX_BODY - 5


def test_json_is_known_by_its_type_whatever_stands_behind_it() -> None:
    body = json.dumps(event_payload()).encode()
    assert admitted(body, kind="Application/JSON; charset=utf-8").content == event_payload()


def test_a_form_that_looks_like_json_is_a_form() -> None:
    """Two readers of one text must not see two things: nothing of this is ever read as JSON."""
    assert admitted(b'{"type": "url_verification"}').content == {'{"type": "url_verification"}': ""}


# The same over real HTTP: never a 5xx, never a traceback, and the body in no log


def _knock(
    name: str, body: bytes, kind: str, status: int, _reason: str
) -> tuple[str, dict[str, str | bytes], bytes | None, int]:
    return name, {"Content-Type": kind}, body, status


KNOCKS: list[tuple[str, dict[str, str | bytes], bytes | None, int]] = [
    ("timestamp abc", {"X-Slack-Request-Timestamp": "abc"}, None, 401),
    ("timestamp empty", {"X-Slack-Request-Timestamp": ""}, None, 401),
    ("timestamp of 5,000 digits", {"X-Slack-Request-Timestamp": "1" * 5_000}, None, 401),
    ("timestamp with blanks", {"X-Slack-Request-Timestamp": " 123 "}, None, 401),
    ("signature é", {"X-Slack-Signature": "é".encode("latin-1")}, None, 401),
    ("signature é in UTF-8", {"X-Slack-Signature": "v0=é"}, None, 401),
    ("signature short", {"X-Slack-Signature": "v0=00"}, None, 401),
    ("signature in capitals", {"X-Slack-Signature": "V0=" + "A" * 64}, None, 401),
    ("type", {"Content-Type": "text/plain"}, None, 415),
    ("type é", {"Content-Type": "é".encode("latin-1")}, None, 415),
    *(_knock(*row) for row in CONTENT),
    ("more than the server takes at all", {}, b"a" * 1_100_000, 413),
]


def knock(
    intake: Intake, changed: dict[str, str | bytes], body: bytes, *, method: str = "POST", shift: int = 0
) -> Answered:
    """A signed request with some headers changed, byte by byte."""
    headers: dict[str, str | bytes] = {**intake.signed(body, shift=shift), "Content-Length": str(len(body)), **changed}
    return raw(intake.port, head(headers, method=method) + body)


def assert_nothing_told(caplog: pytest.LogCaptureFixture) -> None:
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []
    assert CANARY not in caplog.text
    assert "aaaaaaaaaa" not in caplog.text


@pytest.mark.parametrize(("changed", "body", "status"), [row[1:] for row in KNOCKS], ids=[row[0] for row in KNOCKS])
def test_malformed_requests_get_a_4xx_and_leave_no_trace(
    module_intake: Intake,
    caplog: pytest.LogCaptureFixture,
    changed: dict[str, str | bytes],
    body: bytes | None,
    status: int,
) -> None:
    """docs/safety.md F3."""
    caplog.set_level(logging.DEBUG)
    before = module_intake.jobs()
    answer = knock(module_intake, changed, BODY if body is None else body)
    assert answer.status == status
    if status != 413:
        assert answer.body == b""
    assert module_intake.jobs() == before
    assert_nothing_told(caplog)


@pytest.mark.parametrize("shift", [-400, -301, 310, 400])
def test_old_and_future_requests_are_turned_away(module_intake: Intake, shift: int) -> None:
    assert knock(module_intake, {}, BODY, shift=shift).status == 401


def test_a_forged_request_is_turned_away_and_not_written_down(
    module_intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    """docs/safety.md F1; Bolt by itself would log the body."""
    caplog.set_level(logging.DEBUG)
    before = module_intake.rows("SELECT count(*) FROM receipts")
    assert knock(module_intake, {"X-Slack-Signature": "v0=" + "0" * 64}, BODY) == Answered(status=401)
    assert module_intake.rows("SELECT count(*) FROM receipts") == before
    assert_nothing_told(caplog)
    assert "a request was turned away: signature" in caplog.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_posts_are_taken(module_intake: Intake, method: str) -> None:
    assert knock(module_intake, {}, b"", method=method).status == 405


def test_a_request_without_a_length_has_no_body(module_intake: Intake) -> None:
    assert raw(module_intake.port, head({**module_intake.signed(BODY)})).status == 401
    assert raw(module_intake.port, head({**module_intake.signed(b"")})).status == 404


def test_a_length_that_is_none_is_turned_away(module_intake: Intake) -> None:
    answer = module_intake.call(BODY, {**module_intake.signed(BODY), "Content-Length": "²"})
    assert answer.status == 413
    assert raw(module_intake.port, head({**module_intake.signed(BODY), "Content-Length": "x"}) + BODY).status == 400


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def test_a_body_in_chunks_is_checked_like_any_other(module_intake: Intake) -> None:
    body = form_body(slash_fields("help", trigger_id="in-chunks"))
    sent = head({**module_intake.signed(body), "Transfer-Encoding": "chunked"})
    assert raw(module_intake.port, sent + chunked(body[:10], body[10:])).status == 200
    assert raw(module_intake.port, sent + chunked(body, b"more")).status == 401
    assert raw(module_intake.port, sent + b"zz\r\nnot a length").status == 400
    large = b"a" * (MAX_BODY + 1)
    sent = head({**module_intake.signed(large), "Transfer-Encoding": "chunked"})
    assert raw(module_intake.port, sent + chunked(large)).status == 413


@pytest.mark.parametrize("word", ["payload", "payload=1", "{", '{"type":"url_verification"}'])
def test_a_slash_command_may_hold_any_words(module_intake: Intake, word: str) -> None:
    """Bolt's own reader takes a form with the word "payload" in it for an interaction and finds nothing in it."""
    body = form_body(slash_fields(f"connector show {word}", trigger_id=f"words-{word}"))
    assert module_intake.post(body).status == 200
    assert module_intake.jobs()[-1]["text"] == f"connector show {word}"


def test_bolt_still_checks_the_signature_behind_the_door(module_intake: Intake) -> None:
    """A second layer: a door with another secret lets in what Bolt then refuses."""
    running = module_intake.running
    taken: list[Any] = []
    app = make_bolt(
        client=make_client("xoxb-none", module_intake.workspace.api_url),
        signing_secret="another",
        command="/b24",
        receive=taken.append,
        forms=FORMS,
        events=EVENTS,
        identity=lambda: running.bot.gateway.identity,
    )
    dispatch = dispatcher(app, lambda: running.bot.gateway.identity)
    assert dispatch(admitted())[0] == 401
    assert taken == []
