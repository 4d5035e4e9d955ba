"""A secret prints as *** whatever one does to it."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from plugins.bitrix24.auth.credentials import Credentials, StoredCredentials
from plugins.bitrix24.auth.oauth import Tokens
from plugins.bitrix24.http.exchange import HttpAnswer, HttpRequest
from plugins.bitrix24.redaction.secret import Secret

CANARY = "canary-7f3a91c2"


@pytest.mark.parametrize(
    "holder",
    [
        Secret(CANARY),
        [Secret(CANARY)],
        Tokens(access=Secret(CANARY), refresh=Secret(CANARY)),
        HttpRequest(verb="POST", url="https://x/", body=Secret(CANARY), query=Secret(CANARY)),
        HttpAnswer(status=200, body=CANARY.encode()),
        StoredCredentials(
            generation=1,
            credentials=Credentials(
                member_id="m",
                client_id="c",
                client_secret=Secret(CANARY),
                access=Secret(CANARY),
                refresh=Secret(CANARY),
                token_url="https://x/",
            ),
        ),
    ],
)
def test_no_way_of_printing_shows_the_secret(holder: object) -> None:
    assert CANARY not in f"{holder!r} {holder!s} {holder} {[holder]}"


def test_a_secret_cannot_be_pickled_or_written_as_json() -> None:
    for attempt in (pickle.dumps, copy.copy, json.dumps):
        with pytest.raises(TypeError):
            attempt(Secret(CANARY))


def test_secrets_compare_by_value_and_only_with_secrets() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
    assert not Secret("")
    assert Secret("a").reveal() == "a"
    assert f"{Secret('a'):>5}" == "***"
