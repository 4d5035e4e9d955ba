"""Every code of the tables has a meaning in our own words, and an unknown one is shown as what it is."""

from __future__ import annotations

import itertools
import json

import pytest

from bot.plugin import CallVerdict, Message, Text
from plugins.bitrix24.auth import oauth
from plugins.bitrix24.http.exchange import HttpAnswer
from plugins.bitrix24.rest import error_codes
from plugins.bitrix24.rest.error_codes import PORTAL, TOKEN, WHEN_KNOWN, RetryHint, Row
from plugins.bitrix24.rest.methods import METHODS
from plugins.bitrix24.rest.protocol import Judgement, judge
from tests.language.english import en
from tests.tables.rows import each_row

UNREGISTER = METHODS["imconnector.unregister"]


def raw(code: str, words: str = "Some words") -> bytes:
    return json.dumps({"error": code, "error_description": words}).encode()


@each_row("row", [*PORTAL, *TOKEN])
def test_every_row_has_a_whole_sentence_and_its_advice_too(row: Row) -> None:
    assert en(row.says).endswith(".")
    assert en(row.do).endswith((".", "/b24 connector list")) or row.do.arguments
    assert error_codes.safe_code(row.code) == row.code


def says_whether_it_retries(hint: Text) -> bool:
    """Whether a hint is an advice, and then says what the bot does by itself."""
    assert isinstance(hint, Message)
    retries = hint.arguments["second"]
    return isinstance(retries, Message) and retries.key.startswith("bitrix24.error.retry_")


SHARED = "WRONG_AUTH_TYPE ERROR_ARGUMENT INTERNAL_SERVER_ERROR ERROR_METHOD_NOT_FOUND ACCESS_DENIED ERROR_CORE"
REGISTRATION = """APPLICATION_REGISTRATION_ERROR_POINT CONNECTOR_ID_REQUIRED NAME_REQUIRED ICON_REQUIRED
    NO_APPLICATION_ID NO_PLACEMENT_HANDLER GENERAL_CONNECTOR_REGISTRATION_ERROR APPLICATION_REGISTRATION_ERROR
    APPLICATION_UNREGISTRATION_ERROR"""
MESSAGES = """IMCONNECTOR_NO_CORRECT_PROVIDER NOT_ACTIVE_LINE IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR
    IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND CHAT_RENAMING_FAILED"""
SYSTEM = """QUERY_LIMIT_EXCEEDED OPERATION_TIME_LIMIT OVERLOAD_LIMIT expired_token invalid_token NO_AUTH_FOUND
    INVALID_CREDENTIALS insufficient_scope user_access_error authorization_error APPLICATION_NOT_FOUND ERROR_OAUTH
    PAYMENT_REQUIRED CONNECTION_ERROR WRONG_LICENSE ERROR_MANIFEST_IS_NOT_AVAILABLE INVALID_REQUEST
    ERROR_BATCH_METHOD_NOT_ALLOWED ERROR_BATCH_LENGTH_EXCEEDED METHOD_CONFIRM_WAITING METHOD_CONFIRM_DENIED
    ERROR_UNEXPECTED_ANSWER PORTAL_DELETED PORTAL_BLOCKED_BY_LICENSE_SCANNER WRONG_ENCODING NOT_INSTALLED
    invalid_client"""
AUTHORISATION = """invalid_request unsupported_grant_type unauthorized_client invalid_client wrong_client invalid_grant
    expired_token invalid_token NOT_INSTALLED PAYMENT_REQUIRED insufficient_scope invalid_scope verification_needed"""
"""What the portal's documentation and source name; typed here and not read from the rows."""


@each_row("code", " ".join([SHARED, REGISTRATION, MESSAGES, SYSTEM]).split())
def test_every_code_that_a_portal_is_known_to_send_is_explained(code: str) -> None:
    """A sentence that says what it means here, then what to do, then whether the bot tries again."""
    judgement = judge(UNREGISTER, HttpAnswer(status=400, body=raw(code)))
    assert "unknown code" not in en(judgement.sentence)
    assert f"({code})" in en(judgement.sentence)
    assert judgement.code == code
    assert says_whether_it_retries(judgement.hint)


@each_row("code", AUTHORISATION.split())
def test_every_code_that_the_authorisation_server_is_known_to_send_is_explained(code: str) -> None:
    refusal = oauth.judge_refresh(HttpAnswer(status=400, body=raw(code)))
    assert isinstance(refusal, oauth.RefreshFailure)
    assert "unknown code" not in en(refusal.sentence)
    assert f"({code})" in en(refusal.sentence)
    assert says_whether_it_retries(refusal.hint)


@pytest.mark.parametrize("table", [PORTAL, TOKEN], ids=["portal", "token"])
def test_what_the_bot_says_that_it_does_is_what_its_row_makes_it_do(table: tuple[Row, ...]) -> None:
    """A change is never sent twice when it may have run, so then nobody may be told that it was."""
    for row in table:
        once, repeated = error_codes.advice(row, repeated=False), error_codes.advice(row, repeated=True)
        assert "retried" not in en(once)
        assert ("retried" in en(repeated)) is (row.again in (RetryHint.WAIT, RetryHint.REFRESH))


@pytest.mark.parametrize("code", ["", "constructor", "__class__", "error"])
def test_a_code_that_is_no_rows_is_not_taken_for_one(code: str) -> None:
    assert error_codes.portal_row(code).says == Message("bitrix24.error.unknown_portal_code")


def test_no_code_has_two_rows() -> None:
    for table in (PORTAL, TOKEN):
        assert len({row.code.casefold() for row in table}) == len(table)


@each_row("row", PORTAL)
def test_a_row_decides_whatever_the_status_and_the_case(row: Row) -> None:
    spellings = (row.code, row.code.upper(), row.code.lower())
    for code, status in itertools.product(spellings, (200, 400, 401, 403, 500, 503)):
        check_row(row, judge(UNREGISTER, HttpAnswer(status=status, body=raw(code))))


def check_row(row: Row, judgement: Judgement) -> None:
    assert en(row.says) in en(judgement.sentence)
    assert row.code in en(judgement.sentence)
    if row.ran is False:
        assert judgement.verdict in (CallVerdict.FAILED, CallVerdict.NOT_SENT)
        assert judgement.again is row.again
    elif row.ran:
        assert judgement.verdict is CallVerdict.UNKNOWN
    unknown = judgement.verdict is CallVerdict.UNKNOWN
    assert en(judgement.hint).startswith(en(row.do if unknown else WHEN_KNOWN.get(row.do, row.do)))
    assert ("before you repeat" in en(judgement.hint)) is (unknown and row.do in WHEN_KNOWN)
    assert says_whether_it_retries(judgement.hint)


@each_row("row", TOKEN)
def test_a_code_of_the_token_endpoint_is_final_at_any_status_below_500(row: Row) -> None:
    for status in (200, 302, 400, 401, 403):
        refusal = oauth.judge_refresh(HttpAnswer(status=status, body=raw(row.code.upper())))
        assert isinstance(refusal, oauth.RefreshFailure)
        assert refusal.final
        assert en(row.says) in en(refusal.sentence)
        assert en(refusal.hint).startswith(en(row.do))
        assert says_whether_it_retries(refusal.hint)


def test_an_unknown_code_is_shown_with_what_the_portal_says() -> None:
    judgement = judge(UNREGISTER, HttpAnswer(status=400, body=raw("BRAND_NEW", "It rains.")))
    assert judgement.code == "BRAND_NEW"
    assert "with an unknown code. (BRAND_NEW)" in en(judgement.sentence)
    assert "The portal says: “It rains.”" in en(judgement.sentence)


def test_a_code_of_the_token_endpoint_that_is_unknown_is_shown_as_such() -> None:
    refusal = oauth.judge_refresh(HttpAnswer(status=400, body=raw("BRAND_NEW")))
    assert isinstance(refusal, oauth.RefreshFailure)
    assert "with an unknown code. (BRAND_NEW)" in en(refusal.sentence)


@pytest.mark.parametrize("code", ["<script>", "a b", "x" * 65, "код", "a\nb"])
def test_an_error_that_does_not_look_like_a_code_is_quoted_and_is_no_code(code: str) -> None:
    judgement = judge(UNREGISTER, HttpAnswer(status=400, body=raw(code)))
    assert judgement.code == ""
    assert judgement.sentence == (error_codes.portal_says(error_codes.WORDS_ONLY.says, f"{code}; Some words"))
    assert "<script>" not in en(judgement.sentence)


def test_the_portals_words_are_made_harmless_and_short() -> None:
    refused = Message("bitrix24.error.refused")
    assert error_codes.quote("a\x00\n b\u202e" + "x" * 500) == f"a b {'x' * 156}"
    assert error_codes.quote("Quota &quot;disk&quot; is full.<br>Ask <b>us</b> \ud800") == (
        'Quota "disk" is full. Ask us'
    )
    assert error_codes.portal_says(refused, " \n ") == refused
    assert en(error_codes.portal_says(refused, "why")) == "The portal refused the call. The portal says: “why”."
    assert en(error_codes.server_says(refused, "why")).endswith(". The authorisation server says: “why”.")


def test_only_these_codes_ask_for_a_new_token_and_only_these_for_patience() -> None:
    """A code that wrongly asked for a refresh would spend refresh tokens for nothing."""
    by_again = {again: {row.code for row in PORTAL if row.again is again} for again in RetryHint}
    assert by_again[RetryHint.REFRESH] == {"expired_token", "invalid_token", "NO_AUTH_FOUND"}
    assert by_again[RetryHint.WAIT] == {"QUERY_LIMIT_EXCEEDED", "INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"}


def test_a_deleted_portal_is_told_with_both_causes() -> None:
    """The same code comes when the application or its licence is gone."""
    row = error_codes.portal_row("PORTAL_DELETED")
    assert "deleted or closed, or the application or its licence is gone" in en(row.says)
    assert "the subscription is paid" in en(row.do)
