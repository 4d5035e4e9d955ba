"""An answer is read within bounds, what stands around it is named, and so is what came in its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.bitrix24.http.exchange import MAX_ANSWER
from plugins.bitrix24.rest import decoding, response
from plugins.bitrix24.rest.decoding import Flaw
from plugins.bitrix24.rest.response import Body, Unreadable
from tests.language.english import en
from tests.tables.quick import fewer
from tests.tables.rows import each_row

WARNING = b"<br />\n<b>Warning</b>:  Undefined index in <b>/home/bitrix/x.php</b> on line <b>12</b><br />\n"
TRUE = b'{"result":true,"time":{}}'


def nest(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@each_row(
    ("raw", "flaw"),
    [
        (b"", decoding.EMPTY),
        (b" \r\n\xef\xbb\xbf", decoding.EMPTY),
        (b"<html>Sign in</html>", decoding.WEB_PAGE),
        (b'<html><script>var a = {"result": true};</script></html>', decoding.WEB_PAGE),
        (b'{"result": tr', decoding.CUT_OFF),
        (b'{"result":{"result":true},"ti', decoding.CUT_OFF),
        (b'{"result":{"result":{"i0":1},"result_error":[]},"time":{"sta', decoding.CUT_OFF),
        (b"[]", decoding.NO_OBJECT),
        (b"true", decoding.NO_OBJECT),
        (b"null", decoding.NO_OBJECT),
        (b'"text"', decoding.NO_OBJECT),
        (b'{"result": NaN}', decoding.NOT_JSON),
        (b'{"result": Infinity}', decoding.NOT_JSON),
        (b"\xff\xfe{}", decoding.UNKNOWN_CHARACTERS),
        (b"\x98\xff", decoding.UNKNOWN_CHARACTERS),
        ('{"result": true}'.encode("utf-16"), decoding.NOT_JSON),
        (b'{"result": ' + b"9" * 5000 + b"}", decoding.NOT_JSON),
        (nest(33), decoding.NOT_JSON),
        (nest(100_000), decoding.NOT_JSON),
        (b'{"a": {"b": ' * 20 + b"[1]" + b"}}" * 20, decoding.NOT_JSON),
        (b'{"a": "' + b"x" * MAX_ANSWER + b'"}', decoding.TOO_LONG),
        (TRUE + TRUE, decoding.SEVERAL),
        (WARNING + TRUE + b'{"error":"X"}', decoding.SEVERAL),
        (WARNING, decoding.PHP_ERROR),
        (b"Access denied", decoding.PLAIN_TEXT),
        (b'text {"a":1} ' * 100 + TRUE, decoding.PLAIN_TEXT),
    ],
)
def test_what_is_not_one_bounded_json_object_is_not_used_and_named(raw: bytes, flaw: Flaw) -> None:
    assert decoding.decode(raw).values is None
    found = response.read(raw)
    assert isinstance(found, Unreadable)
    assert found.flaw is flaw
    assert en(found.flaw.do).endswith(".")


@pytest.mark.parametrize(
    "raw",
    [TRUE, b"\xef\xbb\xbf" + TRUE, b"\r\n\xef\xbb\xbf\xef\xbb\xbf \t" + TRUE + b"\n \n", "\u00a0".encode() + TRUE],
)
def test_a_byte_order_mark_and_blanks_around_the_json_are_harmless(raw: bytes) -> None:
    found = response.read(raw)
    assert isinstance(found, Body)
    assert found.values == {"result": True, "time": {}}
    assert found.around is None


@pytest.mark.parametrize(
    ("raw", "flaw", "words"),
    [
        (WARNING + TRUE, decoding.PHP_OUTPUT["before"], "Warning : Undefined index"),
        (TRUE + WARNING, decoding.PHP_OUTPUT["after"], "Warning : Undefined index"),
        (b"PHP Notice: x\n" + TRUE + b"<!-- 0.2 s -->", decoding.PHP_OUTPUT["around"], "PHP Notice: x"),
        (b"null" + TRUE, decoding.OTHER_TEXT["before"], "null"),
        (b'{"debug":1}' + TRUE, decoding.OTHER_TEXT["before"], "debug"),
        ('{"result":true,"time":{},"a":"Линия"}'.encode("cp1251"), decoding.WINDOWS_1251, ""),
    ],
)
def test_other_bytes_around_the_json_are_named(raw: bytes, flaw: Flaw, words: str) -> None:
    found = response.read(raw)
    assert isinstance(found, Body)
    assert found.values["result"] is True
    assert found.around is not None
    assert found.around.flaw is flaw
    assert words in found.around.words


def test_text_in_windows_1251_is_read_as_that() -> None:
    found = response.read('{"result":{"a":"Линия"}}'.encode("cp1251"))
    assert isinstance(found, Body)
    assert found.values == {"result": {"a": "Линия"}}


def test_thirty_two_levels_are_read() -> None:
    assert decoding.decode(nest(32)).values is not None


def body(value: object) -> Body:
    found = response.read(json.dumps(value).encode(), nested=True)
    assert isinstance(found, Body)
    return found


def test_an_error_is_found_flat_and_nested() -> None:
    flat = body({"result": False, "error": "X", "error_description": "why"}).error
    nested = body({"result": {"result": False, "error": "X", "error_description": "why"}, "time": {}}).error
    assert flat == nested
    assert flat is not None
    assert (flat.code, flat.words, flat.documented) == ("X", "why", True)


def test_a_connector_called_error_is_not_an_error_of_the_list() -> None:
    found = response.read(b'{"result": {"error": "Error reports"}}')
    assert isinstance(found, Body)
    assert found.error is None


PIECES = st.sampled_from(
    [
        TRUE,
        WARNING,
        b'{"error":""',
        b'"x"}',
        b"\xef\xbb\xbf",
        b"null",
        b"<html>",
        b"<script>",
        b"{",
        b"}",
        b"\xff",
        b"]",
    ]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=8))
@settings(max_examples=fewer(120, 30))
def test_no_bytes_make_the_reader_fail_and_none_make_two_answers_one(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    found = response.read(raw)
    if isinstance(found, Body) and found.around is None:
        assert isinstance(json.loads(raw.decode("utf-8").strip("\ufeff\u00a0 \t\r\n")), dict)
    if isinstance(found, Unreadable):
        assert en(found.flaw.says)
        assert len(found.words) <= 5_000


def test_a_page_full_of_unfinished_scripts_is_read_in_no_time() -> None:
    """What is searched for words is bounded, so a hostile page costs little."""
    found = response.read(b"<html>" + b"<script " * 100_000)
    assert isinstance(found, Unreadable)
    assert found.flaw is decoding.WEB_PAGE
