"""PHP's reading of values and of form bodies, as facts in and out."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plugin.loopback import LoopbackRequest
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.php.params import parse_query, read_address, read_request
from tests.tables.rows import each_row


@each_row(
    ("value", "whole"),
    [
        ("12x", 12),
        ("abc", 0),
        (" 7", 7),
        ("-3", -3),
        ("1.9", 1),
        ("1e3", 1000),
        ("1e999", 0),
        (float("inf"), 0),
        (None, 0),
        (True, 1),
        (2.7, 2),
        ([], 0),
        ([0], 1),
        ({"a": 1}, 1),
    ],
)
def test_int_casts(value: Any, whole: int) -> None:
    assert php_values.to_int(value) == whole


@pytest.mark.parametrize("value", [None, False, 0, 0.0, "", "0", [], {}])
def test_what_is_empty(value: Any) -> None:
    assert php_values.empty(value)


@pytest.mark.parametrize("value", ["N", "false", " ", "0.0", True, 1, [0], {"a": None}])
def test_what_is_not_empty(value: Any) -> None:
    assert not php_values.empty(value)


@pytest.mark.parametrize(
    ("value", "yes"), [("1", True), ("1.5 ", True), (3, True), ("1x", False), ("x", False), (True, False), ([], False)]
)
def test_what_is_numeric(value: Any, yes: bool) -> None:
    assert php_values.is_numeric(value) is yes


@pytest.mark.parametrize(("value", "text"), [(None, ""), (False, ""), (True, "1"), (5, "5"), (2.0, "2"), (2.5, "2.5")])
def test_string_casts(value: Any, text: str) -> None:
    assert php_values.text(value) == text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("a=1&a=2", {"a": "2"}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[x][y]=1&a[x][z]=2", {"a": {"x": {"y": "1", "z": "2"}}}),
        ("a[1]=x", {"a": {"1": "x"}}),
        ("a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a.b c=1", {"a_b_c": "1"}),
        ("a[b=1", {"a_b": "1"}),
        ("[x]=1&=2&a", {"a": ""}),
        ("a%5B0%5D%5Bid%5D=%D0%B6", {"a": [{"id": "ж"}]}),
    ],
)
def test_form_bodies_become_nested_arrays(query: str, found: dict[str, Any]) -> None:
    assert parse_query(query) == found


def test_json_bodies_of_any_shape() -> None:
    def params(body: bytes) -> dict[str, Any]:
        head = {"content-type": "application/json; charset=utf-8"}
        return read_request(LoopbackRequest(method="POST", path="/rest/x", headers=head, body=body)).params

    assert params(b'{"a": {"b": 1}}') == {"a": {"b": 1}}
    assert params(b'["x"]') == {"0": "x"}
    assert params(b"5") == params(b"") == params(b"{") == params(b"\xff") == {}


def test_addresses() -> None:
    hook = read_address("/rest/1/code/imconnector.list.json")
    assert (hook.method, hook.webhook) == ("imconnector.list", (1, "code"))
    assert read_address("/rest/1/code/").method == ""
    assert read_address("/rest/a/b").method == "a/b"
    assert read_address("/rest/scope.xml").xml is True


def test_json_out() -> None:
    value = {"a": {}, "b": php_values.PhpObject(), "c": "/ж", "d": ("x",)}
    assert php_values.encode(value) == b'{"a":[],"b":{},"c":"\\/\\u0436","d":["x"]}'


def test_an_events_body_drops_null_and_empty_arrays() -> None:
    value = {"a": None, "b": [], "c": True, "d": False, "e": [{"f": 1}]}
    assert list(php_values.flatten("x", value)) == [("x[c]", "1"), ("x[d]", ""), ("x[e][0][f]", "1")]
    assert list(php_values.flatten("x", 7)) == [("x", "7")]
