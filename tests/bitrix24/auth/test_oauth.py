"""The token endpoint: what is asked, and what an answer means."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bot.plugin.loopback import LoopbackReply
from plugins.bitrix24.auth import oauth
from plugins.bitrix24.auth.oauth import Grant, RefreshFailure, Tokens
from plugins.bitrix24.http.compression import unpack
from plugins.bitrix24.http.exchange import MAX_ANSWER, HttpAnswer, Undelivered, redact_exchange
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulator.php.answer_shapes import SHAPES, Shape
from tests.language.english import en
from tests.tables.rows import each_row

FORM = {
    "grant_type": "refresh_token",
    "client_id": "local.1",
    "client_secret": "s&cret",
    "refresh_token": "r+fresh",
}
GRANT = Grant(client_id="local.1", client_secret=Secret("s&cret"), refresh=Secret("r+fresh"))
PAIR = {"access_token": "a", "refresh_token": "r", "member_id": "m"}


def answer(status: int, body: Any) -> HttpAnswer:
    return HttpAnswer(status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(status: int, body: Any) -> RefreshFailure:
    found = oauth.judge_refresh(answer(status, body))
    assert isinstance(found, RefreshFailure)
    return found


def test_the_first_form_of_the_question_has_everything_in_the_body() -> None:
    request = oauth.token_request("https://oauth.bitrix.info/oauth/token/", GRANT)
    assert (request.verb, request.query) == ("POST", None)
    assert dict(parse_qsl(request.body.reveal())) == FORM
    assert "cret" not in repr(request)


def test_the_other_form_has_it_in_the_query_and_shows_it_nowhere() -> None:
    request = oauth.token_request_in_query("https://oauth.bitrix.info/oauth/token/", GRANT)
    assert request.verb == "GET"
    assert not request.body
    assert request.query
    assert dict(parse_qsl(request.query.reveal())) == FORM
    assert "cret" not in repr(request)


def test_a_pair_is_taken_with_its_owner() -> None:
    assert oauth.judge_refresh(answer(200, PAIR)) == Tokens(access=Secret("a"), refresh=Secret("r"), member_id="m")
    assert oauth.judge_refresh(answer(200, {**PAIR, "member_id": 7})) == Tokens(access=Secret("a"), refresh=Secret("r"))


@pytest.mark.parametrize(
    "body",
    [
        {**PAIR, "access_token": ""},
        {**PAIR, "refresh_token": None},
        {**PAIR, "access_token": ["a"]},
        {},
        b"<html>",
        b"",
        {"error": {"code": "x"}},
    ],
)
def test_without_a_whole_pair_there_is_no_usable_answer_and_nothing_is_final(body: Any) -> None:
    found = refused(200, body)
    assert not found.final
    assert "no usable reply" in en(found.sentence)


def test_an_error_counts_in_http_200_as_well() -> None:
    """An unknown client id comes so, see docs/portal-behaviour.md P75."""
    found = refused(200, {**PAIR, "error": "wrong_client"})
    assert (found.code, found.final) == ("wrong_client", True)


def test_a_server_in_trouble_is_not_final() -> None:
    assert not refused(500, {"error": "invalid_grant"}).final
    assert not refused(502, b"<html>").final
    assert not refused(503, {}).final


def test_no_answer_is_not_final() -> None:
    found = oauth.judge_refresh(Undelivered(sent=True, reason="no answer in time"))
    assert isinstance(found, RefreshFailure)
    assert not found.final
    assert "no answer in time" in en(found.sentence)


def test_only_invalid_request_leads_to_the_other_form() -> None:
    assert refused(400, {"error": "invalid_request"}).other_form
    assert not refused(400, {"error": "invalid_grant"}).other_form
    assert not refused(500, {"error": "invalid_request"}).other_form


def test_secrets_that_the_server_echoes_are_redacted() -> None:
    echo = HttpAnswer(status=400, body=b'{"error":"r3fresh"}', location="https://x/?r3fresh")
    found = redact_exchange(echo, Secret("r3fresh"), Secret(""))
    assert isinstance(found, HttpAnswer)
    assert b"r3fresh" not in found.body
    assert "r3fresh" not in found.location
    lost = Undelivered(sent=True, reason="r")
    assert redact_exchange(lost, Secret("r")) is lost


@each_row("shape", SHAPES)
def test_a_token_answer_of_any_shape_gives_a_pair_or_says_why_not(shape: Shape) -> None:
    """A pair inside PHP noise is used: the old one is spent, and throwing the new one away locks the bot out."""
    reply = shape.put(LoopbackReply.json(PAIR))
    plain = unpack(reply.body, reply.headers.get("Content-Encoding", ""), MAX_ANSWER)
    exchange = HttpAnswer(status=reply.status, body=plain, location=reply.headers.get("Location", ""))
    found = oauth.judge_refresh(exchange, asked="https://oauth.bitrix.info/oauth/token/")
    if isinstance(found, Tokens):
        assert (found.access.reveal(), found.refresh.reveal()) == ("a", "r")
        assert shape.effect
    else:
        assert en(found.sentence).endswith((".", ")", "”."))
        assert en(found.hint)
        assert found.final is (shape.name == "error_escaped"), "only a documented code ends a pair"
    whole = {"bom", "blanks", "gzip", "gzip_unlabelled", "deflate", "warning_before", "warning_after", "null_before"}
    assert shape.name not in whole or isinstance(found, Tokens)
