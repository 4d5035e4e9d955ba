"""An answer is read within bounds, or not at all."""

from __future__ import annotations

import json

import pytest

from plugins.bitrix24 import answer
from plugins.bitrix24.wire import MAX_ANSWER


def nest(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>Sign in</html>",
        b'{"result": tr',
        b"[]",
        b"true",
        b'"text"',
        b'{"result": NaN}',
        b'{"result": Infinity}',
        b"\xff\xfe{}",
        '{"result": true}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"result": ' + b"9" * 5000 + b"}",
        nest(33),
        nest(100_000),
        b'{"a": {"b": ' * 20 + b"[1]" + b"}}" * 20,
        b'{"a": "' + b"x" * MAX_ANSWER + b'"}',
    ],
)
def test_what_is_not_a_bounded_json_object_is_not_usable(raw: bytes) -> None:
    assert answer.parse(raw) is None
    assert answer.read(raw) is None


def test_thirty_two_levels_are_read() -> None:
    assert answer.parse(nest(32)) is not None


def body(value: object) -> answer.Body:
    found = answer.read(json.dumps(value).encode(), nested=True)
    assert found is not None
    return found


def test_an_error_is_found_flat_and_nested() -> None:
    flat = body({"result": False, "error": "X", "error_description": "why"})
    nested = body({"result": {"result": False, "error": "X", "error_description": "why"}, "time": {}})
    assert (flat.error, flat.words) == (nested.error, nested.words) == ("X", "why")


def test_an_empty_error_is_no_error_and_one_that_is_not_text_is_odd() -> None:
    assert not body({"error": "", "result": 1}).error
    assert not body({"error": None, "result": 1}).odd
    assert body({"error": {"code": "X"}}).odd
    assert body({"error": 1}).odd
    assert body({"result": {"error": False}}).odd
    assert body({"error": "X", "error_description": ["why"]}).words == ""


def test_a_connector_called_error_is_not_an_error_of_the_list() -> None:
    found = answer.read(b'{"result": {"error": "Error reports"}}')
    assert found is not None
    assert not found.error
