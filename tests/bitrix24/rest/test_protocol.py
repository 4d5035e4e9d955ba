"""The verdict table: done only where True itself stands in its place, failed only where refusal is proven."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.plugin import CallVerdict, Message
from plugins.bitrix24.http.exchange import HttpAnswer, Undelivered
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import protocol
from plugins.bitrix24.rest.error_codes import RetryHint
from plugins.bitrix24.rest.methods import METHODS, Method
from plugins.bitrix24.rest.protocol import judge
from tests.language.english import en
from tests.tables.rows import each_row

ACTIVATE = METHODS["imconnector.activate"]
UNREGISTER = METHODS["imconnector.unregister"]
LIST = METHODS["imconnector.list"]
DONE, FAILED, NOT_SENT, UNKNOWN = CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN
TRUE = {"result": True}
ERROR = {"error": "X_Y", "error_description": "why"}


def answer(status: int, body: Any) -> HttpAnswer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status=status, body=raw)


def coded(code: str) -> dict[str, str]:
    return {"error": code, "error_description": "some words"}


CASES: list[tuple[Method, int, Any, CallVerdict]] = [
    (ACTIVATE, 200, {"result": True, "time": {}}, DONE),
    (UNREGISTER, 200, {"result": {"result": True}, "time": {}}, DONE),
    (UNREGISTER, 200, {"result": {"result": True}, "error": ""}, DONE),
    (ACTIVATE, 200, {"result": False}, FAILED),
    (UNREGISTER, 200, {"result": {"result": False}}, FAILED),
    (UNREGISTER, 200, {"result": False, **coded("APPLICATION_UNREGISTRATION_ERROR")}, FAILED),
    (UNREGISTER, 200, {"result": {"result": False, **coded("NO_APPLICATION_ID")}}, FAILED),
    (UNREGISTER, 200, {"result": False, **ERROR}, FAILED),
    # in the wrong place, or of the wrong kind
    (UNREGISTER, 200, TRUE, UNKNOWN),
    (UNREGISTER, 200, {"result": False}, UNKNOWN),
    (ACTIVATE, 200, {"result": {"result": True}}, UNKNOWN),
    (ACTIVATE, 200, {"result": "true"}, UNKNOWN),
    (ACTIVATE, 200, {"result": 1}, UNKNOWN),
    (ACTIVATE, 200, {"result": "Y"}, UNKNOWN),
    (UNREGISTER, 200, {"result": {"result": 1}}, UNKNOWN),
    (UNREGISTER, 200, {"result": {"result": "true"}}, UNKNOWN),
    (UNREGISTER, 200, {"result": {"result": [True]}}, UNKNOWN),
    (UNREGISTER, 200, {"result": [True]}, UNKNOWN),
    (ACTIVATE, 200, {}, UNKNOWN),
    (ACTIVATE, 200, [], UNKNOWN),
    (ACTIVATE, 200, b"<html>Sign in</html>", UNKNOWN),
    (ACTIVATE, 200, b'{"result": tr', UNKNOWN),
    (ACTIVATE, 200, b"", UNKNOWN),
    (ACTIVATE, 201, TRUE, UNKNOWN),
    (ACTIVATE, 204, b"", UNKNOWN),
    # True and an error at once prove nothing
    (ACTIVATE, 200, {**TRUE, **ERROR}, UNKNOWN),
    (ACTIVATE, 200, {**TRUE, **coded("expired_token")}, UNKNOWN),
    (UNREGISTER, 200, {"result": {"result": True, **ERROR}}, UNKNOWN),
    (ACTIVATE, 200, {**TRUE, "error": {"code": "X"}}, UNKNOWN),
    (ACTIVATE, 400, {"error": 7}, UNKNOWN),
    # refused
    (ACTIVATE, 400, coded("ERROR_ARGUMENT"), FAILED),
    (ACTIVATE, 403, coded("WRONG_AUTH_TYPE"), FAILED),
    (ACTIVATE, 404, coded("ERROR_METHOD_NOT_FOUND"), FAILED),
    (ACTIVATE, 405, ERROR, FAILED),
    (ACTIVATE, 401, coded("APPLICATION_NOT_FOUND"), FAILED),
    (ACTIVATE, 410, coded("PORTAL_DELETED"), FAILED),
    (ACTIVATE, 500, coded("PORTAL_DELETED"), FAILED),
    (ACTIVATE, 503, coded("OVERLOAD_LIMIT"), FAILED),
    (ACTIVATE, 400, coded("ERROR_CORE"), FAILED),
    # provably not carried out, and worth another try
    (ACTIVATE, 401, coded("expired_token"), NOT_SENT),
    (ACTIVATE, 401, coded("EXPIRED_TOKEN"), NOT_SENT),
    (ACTIVATE, 401, coded("NO_AUTH_FOUND"), NOT_SENT),
    (ACTIVATE, 401, coded("invalid_token"), NOT_SENT),
    (ACTIVATE, 503, coded("QUERY_LIMIT_EXCEEDED"), NOT_SENT),
    (ACTIVATE, 429, coded("OPERATION_TIME_LIMIT"), NOT_SENT),
    (ACTIVATE, 401, coded("CONNECTION_ERROR"), NOT_SENT),
    (ACTIVATE, 401, coded("METHOD_CONFIRM_WAITING"), NOT_SENT),
    # no proof
    (ACTIVATE, 503, b"<html>503</html>", UNKNOWN),
    (ACTIVATE, 503, {}, UNKNOWN),
    (ACTIVATE, 429, {}, UNKNOWN),
    (ACTIVATE, 500, b"<html>500</html>", UNKNOWN),
    (ACTIVATE, 502, b"<html>502</html>", UNKNOWN),
    (ACTIVATE, 504, b"", UNKNOWN),
    (ACTIVATE, 500, TRUE, UNKNOWN),
    (ACTIVATE, 500, ERROR, UNKNOWN),
    (ACTIVATE, 500, coded("INTERNAL_SERVER_ERROR"), UNKNOWN),
    (ACTIVATE, 500, coded("ERROR_UNEXPECTED_ANSWER"), UNKNOWN),
    (ACTIVATE, 500, coded("ERROR_CORE"), UNKNOWN),
    (ACTIVATE, 200, coded("WRONG_ENCODING"), UNKNOWN),
    (ACTIVATE, 400, b"<html>400</html>", UNKNOWN),
    (ACTIVATE, 404, {}, UNKNOWN),
    (ACTIVATE, 302, b"", UNKNOWN),
    # reads
    (LIST, 200, {"result": []}, DONE),
    (LIST, 200, {"result": {"error": "Error reports"}}, DONE),
    (LIST, 200, {"result": False}, DONE),
    (LIST, 200, {}, UNKNOWN),
    (LIST, 200, {"result": [], **ERROR}, FAILED),
    (LIST, 400, coded("ACCESS_DENIED"), FAILED),
]


WORDS = {"error": "", "error_description": "Access denied."}
OTHER_SHAPES: list[tuple[Any, str]] = [
    (WORDS, ""),
    ({"error_description": "Access denied."}, ""),
    ({"error": 0, "error_msg": "Access denied."}, ""),
    ({"error": 403, "error_description": "Access denied."}, "403"),
    ({"error": ["Access denied."]}, ""),
    ({"error": {"error": "ACCESS_DENIED", "error_description": "Access denied."}}, "ACCESS_DENIED"),
    ({"errors": [{"code": "ACCESS_DENIED", "message": "Access denied."}]}, "ACCESS_DENIED"),
    (b"Access denied.", ""),
]
"""A refusal with words, in every shape but the documented one."""


@pytest.mark.parametrize(("body", "code"), OTHER_SHAPES)
def test_a_refusal_in_another_shape_counts_where_the_status_proves_it_and_is_always_quoted(
    body: Any, code: str
) -> None:
    """400 with an empty `error` and a description was once told as “no reason”."""
    for status in (200, 201, 400, 401, 403, 404, 405, 408, 422, 429, 499, 500, 502, 503):
        refused = 400 <= status < 500 and status not in (408, 499)
        for method in (ACTIVATE, UNREGISTER, LIST):
            judgement = judge(method, answer(status, body))
            assert judgement.verdict is (FAILED if refused else UNKNOWN), (status, method.name)
            assert judgement.code == code
            assert "The portal says: “Access denied.”" in en(judgement.sentence)
            if not refused or method is LIST:
                assert ("before you repeat" in en(judgement.hint)) is (method is not LIST)


@each_row(
    ("method", "body", "verdict"),
    [
        # words beside a yes prove nothing
        (ACTIVATE, {**TRUE, **WORDS}, UNKNOWN),
        (ACTIVATE, {**TRUE, "errors": ["Access denied."]}, UNKNOWN),
        (UNREGISTER, {"result": {"result": True, "error_msg": "Access denied."}}, UNKNOWN),
        (UNREGISTER, {"result": {"result": True, "error_description": "Access denied."}}, UNKNOWN),
        # an empty list would prove that a connector is gone
        (LIST, {"result": [], "message": "Access denied."}, UNKNOWN),
        (LIST, {"result": {}, "error": 0, "error_msg": "Access denied."}, UNKNOWN),
        (UNREGISTER, {"result": {"result": True}, "error_msg": "Access denied.", "error_code": 7}, UNKNOWN),
        (UNREGISTER, {"result": {"result": True, "error_msg": "Access denied."}, "status": "error"}, UNKNOWN),
        (LIST, {"result": [], "status": "error", "message": "Access denied."}, UNKNOWN),
        (LIST, {"result": {"a": "A"}, **WORDS}, UNKNOWN),
        # words beside a no tell why
        (ACTIVATE, {"result": False, **WORDS}, FAILED),
        (UNREGISTER, {"result": {"result": False, "error_msg": "Access denied."}}, FAILED),
        (UNREGISTER, {"result": {"result": False}, "message": "Access denied."}, FAILED),
    ],
)
def test_words_beside_a_result_are_quoted(method: Method, body: Any, verdict: CallVerdict) -> None:
    judgement = judge(method, answer(200, body))
    assert judgement.verdict is verdict
    assert "The portal says: “Access denied.”" in en(judgement.sentence)


@pytest.mark.parametrize(
    "remark",
    [{"message": "OK"}, {"error_code": 0, "error_message": "Success"}, {"error": 0}, {"error": False}, {"error": []}],
    ids=str,
)
def test_a_message_beside_a_success_leaves_a_read_read_and_a_change_done(remark: dict[str, Any]) -> None:
    read = judge(LIST, answer(200, {"result": {"a": "A"}, **remark}))
    assert (read.verdict, read.result) == (DONE, {"a": "A"})
    assert judge(LIST, answer(200, {"result": [], **remark})).verdict is DONE
    assert judge(ACTIVATE, answer(200, {**TRUE, **remark})).verdict is DONE
    assert judge(UNREGISTER, answer(200, {"result": {"result": True, **remark}})).verdict is DONE
    assert judge(ACTIVATE, answer(200, {"result": 1, **remark})).verdict is UNKNOWN
    assert judge(ACTIVATE, answer(200, {"result": False, **remark})).verdict in (FAILED, UNKNOWN)


def test_what_php_prints_before_the_answer_is_named_and_lets_a_read_through() -> None:
    noise = b"<b>Warning</b>: Undefined index in /x.php on line 1<br />"
    read = judge(LIST, answer(200, noise + b'{"result":{"a":"A"}}'))
    assert (read.verdict, read.result) == (DONE, {"a": "A"})
    assert read.remark == Message("bitrix24.call.remark_php_before")
    change = judge(ACTIVATE, answer(200, noise + b'{"result":true}'))
    assert change.verdict is UNKNOWN
    assert en(change.sentence).startswith("The portal writes PHP output before the reply. (HTTP 200)")
    assert "“Warning : Undefined index" in en(change.sentence)
    assert "display_errors" in en(change.hint)
    refused = judge(LIST, answer(401, noise + b'{"error":"expired_token"}'))
    assert (refused.verdict, refused.again) == (NOT_SENT, RetryHint.REFRESH)


@each_row(("method", "status", "body", "verdict"), CASES)
def test_the_verdict_table(method: Method, status: int, body: Any, verdict: CallVerdict) -> None:
    judgement = judge(method, answer(status, body))
    assert judgement.verdict is verdict
    assert judgement.status == status
    assert en(judgement.sentence).endswith((".", ")", "”."))


@each_row(("method", "status", "body", "verdict"), CASES)
def test_what_may_have_run_is_never_to_be_sent_again_with_a_new_token(
    method: Method, status: int, body: Any, verdict: CallVerdict
) -> None:
    judgement = judge(method, answer(status, body))
    if verdict in (DONE, FAILED, UNKNOWN):
        assert judgement.again is not RetryHint.REFRESH


def test_a_read_brings_its_result() -> None:
    assert judge(LIST, answer(200, {"result": {"a": "A"}})).result == {"a": "A"}


def test_without_an_answer_it_is_not_sent_when_nothing_left_and_unknown_otherwise() -> None:
    assert judge(ACTIVATE, Undelivered(sent=False, reason="no connection in time")).verdict is NOT_SENT
    lost = judge(ACTIVATE, Undelivered(sent=True, reason="no answer in time"))
    assert lost.verdict is UNKNOWN
    assert "no answer in time" in en(lost.sentence)


ASKED = "https://shop.bitrix24.com/rest/imconnector.activate.json"


@each_row(
    ("location", "says"),
    [
        # a renamed portal
        ("https://new.bitrix24.com/rest/x.json?auth=canary", "has a new address: new.bitrix24.com."),
        ("https://new.bitrix24.com?auth=canary", "has a new address: new.bitrix24.com."),
        ("https://canary:canary@new.bitrix24.com/", "has a new address: new.bitrix24.com."),
        ("//new.bitrix24.com/", "has a new address: new.bitrix24.com."),
        # a login page, on the portal or elsewhere
        ("/auth/?backurl=canary", "to a login page: https://shop.bitrix24.com/auth/."),
        ("/stssync/auth/?a=canary", "to a login page: https://shop.bitrix24.com/stssync/auth/."),
        ("https://sso.corp.example/adfs/ls/?wreply=canary", "to a login page: https://sso.corp.example/adfs/ls/."),
        ("https://id.example/?SAMLRequest=canary", "to a login page: https://id.example/."),
        # the portal's own web server
        ("http://shop.bitrix24.com/rest/?auth=canary", "without encryption: http://shop.bitrix24.com/rest/."),
        ("/index.php?auth=canary", "to another of its own addresses: https://shop.bitrix24.com/index.php."),
        ("https://SHOP.bitrix24.com/rest/x/", "to another of its own addresses: https://SHOP.bitrix24.com/rest/x/."),
        ("?auth=canary", f"to another of its own addresses: {ASKED}."),
        # what stands between
        (
            "https://proxy.example/blocked?u=canary",
            "A proxy or a network sign-in page redirects the call to another host: ",
        ),
        # nothing usable
        ("https://n\u00e9w.example/", "b24bot does not follow: an unreadable address."),
        ("http://[::1/rest/", "b24bot does not follow: an unreadable address."),
        ("ftp://new.bitrix24.com/canary", "b24bot does not follow: ftp://new.bitrix24.com."),
    ],
)
def test_a_redirect_names_its_target_in_words_and_what_to_do(location: str, says: str) -> None:
    for body in (b"", b"<html><head><title>302 Found</title></head></html>"):
        for method in (ACTIVATE, LIST):
            judgement = judge(method, HttpAnswer(status=302, location=location, body=body), asked=ASKED)
            assert judgement.verdict is (UNKNOWN if body else NOT_SENT)
            assert says.removesuffix(".") in en(judgement.sentence)
            assert ("before you repeat" in en(judgement.hint)) is (body != b"" and method is ACTIVATE)
            assert len(en(judgement.hint)) > 20
            assert "canary" not in repr(judgement)
            assert bool(judgement.moved_to) is ("a new address" in says and not body)


def test_only_the_redirect_of_a_renamed_portal_may_be_followed() -> None:
    for status in (301, 303, 307, 308):
        assert not judge(ACTIVATE, HttpAnswer(status=status, location="https://new.bitrix24.com/rest/")).moved_to


def test_the_token_is_in_the_body_and_never_in_the_address() -> None:
    request = protocol.encode("https://shop.bitrix24.com/rest/", UNREGISTER, {"ID": "й"}, Secret("canary"))
    assert request.url == "https://shop.bitrix24.com/rest/imconnector.unregister.json"
    assert request.query is None
    assert json.loads(request.body.reveal()) == {"ID": "й", "auth": "canary"}
    assert "canary" not in repr(request)
