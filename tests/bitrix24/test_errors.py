"""Every code of the tables has a meaning in our own words, and an unknown one is shown as what it is."""

from __future__ import annotations

import itertools
import json

import pytest

from bot.plugin import CallVerdict
from plugins.bitrix24 import errors, oauth
from plugins.bitrix24.catalogue import METHODS
from plugins.bitrix24.errors import PORTAL, TOKEN, Again, Row
from plugins.bitrix24.protocol import Judgement, judge
from plugins.bitrix24.wire import HttpAnswer

UNREGISTER = METHODS["imconnector.unregister"]


def raw(code: str, words: str = "Some words") -> bytes:
    return json.dumps({"error": code, "error_description": words}).encode()


@pytest.mark.parametrize("row", [*PORTAL, *TOKEN], ids=lambda row: row.code)
def test_every_row_has_a_whole_sentence_and_its_advice_too(row: Row) -> None:
    assert row.says.endswith(".")
    assert not row.do or row.do.endswith(".")
    assert errors.safe_code(row.code) == row.code


def test_no_code_has_two_rows() -> None:
    for table in (PORTAL, TOKEN):
        assert len({row.code.casefold() for row in table}) == len(table)


@pytest.mark.parametrize("row", PORTAL, ids=lambda row: row.code)
def test_a_row_decides_whatever_the_status_and_the_case(row: Row) -> None:
    spellings = (row.code, row.code.upper(), row.code.lower())
    for code, status in itertools.product(spellings, (200, 400, 401, 403, 500, 503)):
        check_row(row, judge(UNREGISTER, HttpAnswer(status=status, body=raw(code))))


def check_row(row: Row, judgement: Judgement) -> None:
    assert row.says in judgement.sentence
    assert row.code in judgement.sentence
    if row.ran is False:
        assert judgement.verdict in (CallVerdict.FAILED, CallVerdict.NOT_SENT)
        assert judgement.again is row.again
    elif row.ran:
        assert judgement.verdict is CallVerdict.UNKNOWN
    assert judgement.hint == row.do


@pytest.mark.parametrize("row", TOKEN, ids=lambda row: row.code)
def test_a_code_of_the_token_endpoint_is_final_at_any_status_below_500(row: Row) -> None:
    for status in (200, 302, 400, 401, 403):
        refusal = oauth.judge(HttpAnswer(status=status, body=raw(row.code.upper())))
        assert isinstance(refusal, oauth.NoTokens)
        assert refusal.final
        assert row.says in refusal.sentence
        assert refusal.hint == row.do


def test_an_unknown_code_is_shown_with_the_portals_own_words_beside_ours() -> None:
    judgement = judge(UNREGISTER, HttpAnswer(status=400, body=raw("BRAND_NEW", "It rains.")))
    assert judgement.code == "BRAND_NEW"
    assert "a code this bot does not know: BRAND_NEW" in judgement.sentence
    assert "The portal's own words: “It rains.”" in judgement.sentence


def test_a_code_of_the_token_endpoint_that_is_unknown_is_shown_as_such() -> None:
    refusal = oauth.judge(HttpAnswer(status=400, body=raw("BRAND_NEW")))
    assert isinstance(refusal, oauth.NoTokens)
    assert "a code this bot does not know: BRAND_NEW" in refusal.sentence


@pytest.mark.parametrize("code", ["<script>", "a b", "x" * 65, "код", "a\nb"])
def test_a_code_that_does_not_look_like_one_is_not_repeated(code: str) -> None:
    judgement = judge(UNREGISTER, HttpAnswer(status=400, body=raw(code)))
    assert judgement.code == "unreadable code"
    assert code not in judgement.sentence


def test_the_portals_words_are_made_harmless_and_short() -> None:
    assert errors.quoted("a\x00\n b\u202e" + "x" * 500) == f" The portal's own words: “a b {'x' * 156}”."
    assert errors.quoted(" \n ") == ""


def test_only_these_codes_ask_for_a_new_token_and_only_these_for_patience() -> None:
    """A code that wrongly asked for a refresh would spend refresh tokens for nothing."""
    by_again = {again: {row.code for row in PORTAL if row.again is again} for again in Again}
    assert by_again[Again.REFRESH] == {"expired_token", "invalid_token", "NO_AUTH_FOUND"}
    assert by_again[Again.WAIT] == {"QUERY_LIMIT_EXCEEDED", "INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"}
