"""No secret goes out in text: neither the ones we know nor what looks like one."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.redact import SHORTEST, redact

SECRET = "s3cr3t/with+odd=signs \"and\" 'quotes' \\ ключ"


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        repr(SECRET),
        repr({"token": SECRET}),
        json.dumps(SECRET),
        json.dumps({"token": SECRET}, ensure_ascii=False),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        urlencode({"x": SECRET}),
        f"https://host/path?x={quote_plus(SECRET)}&y=1",
    ],
)
def test_a_known_secret_is_hidden_however_it_is_written(written: str) -> None:
    hidden = redact(f"before {written} after", [SECRET])
    assert "***" in hidden
    assert "s3cr3t" not in hidden
    assert "odd" not in hidden
    assert "signs" not in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("token xoxb-123456789012-abcDEF.", "token ***."),
        ("xoxp-1234567890", "***"),
        ("xoxe.xoxp-1-Mi0yLTEyMzQ", "***"),
        ("xoxe-1-My0xLTEyMzQ", "***"),
        ("xapp-1-A0123456789-abc", "***"),
        ("client_secret=abc&x=1", "client_secret=***&x=1"),
        ("refresh_token=abc access_token=d", "refresh_token=*** access_token=***"),
        ("https://h/?auth=abc", "https://h/?auth=***"),
        ("/callback?code=abc&state=1", "/callback?code=***&state=1"),
        ("CLIENT_SECRET=abc", "CLIENT_SECRET=***"),
        ('{"access_token": "abc", "x": 1}', '{"access_token": "***", "x": 1}'),
        ('{"refresh_token":"abc"}', '{"refresh_token":"***"}'),
        ("{'application_token': 'abc'}", "{'application_token': '***'}"),
        ("auth[access_token]=abc&x=1", "auth[access_token]=***&x=1"),
        ("auth%5Baccess_token%5D=abc", "auth%5Baccess_token%5D=***"),
        ("Authorization: Bearer abcdefgh.ij==", "Authorization: Bearer ***"),
        ("signing_secret: abc", "signing_secret: ***"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, hidden: str) -> None:
    assert redact(text, ()) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "connector remove shop",
        "error code: 400",
        "the access token has run out",
        "xoxb is a prefix",
        "encode=1 author=anna",
        "the bearer of news",
        "",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text, ["", "a", "shop"[:3]]) == text


def test_secrets_that_overlap_are_hidden_to_the_last_letter() -> None:
    assert redact("<abcdefghijkl>", ["abcdefgh", "efghijkl"]) == "<***>"
    assert redact("<abcdefghijkl>", ["abcdefghijkl", "cdefgh"]) == "<***>"
    assert redact("<aaaaaaaaa>", ["aaaaaa"]) == "<***>"
    assert redact("<abcdefabcdef>", ["abcdef"]) == "<******>"


def test_values_too_short_to_be_secrets_are_not_looked_for() -> None:
    assert redact("connector", ["conne"]) == "connector"
    assert redact("connector", ["connec"]) == "***tor"
    assert SHORTEST == 6


def test_a_secret_that_is_not_utf_8_does_not_stop_the_filter() -> None:
    assert redact("x \udcffsecret y", ["\udcffsecret"]) == "x *** y"


@given(st.text(), st.lists(st.text("abc", min_size=6, max_size=9), max_size=3), st.text("abc", max_size=30))
def test_no_known_secret_is_left(before: str, secrets: list[str], after: str) -> None:
    hidden = redact("".join([before, *secrets, after]), secrets)
    assert not any(secret in hidden for secret in secrets)


@given(st.text(), st.lists(st.text(min_size=6, max_size=9), max_size=3))
def test_redacting_twice_is_redacting_once(text: str, secrets: list[str]) -> None:
    once = redact(text, ())
    assert redact(once, ()) == once
