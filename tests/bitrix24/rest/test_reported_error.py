"""The error that an answer reports is found in every shape that PHP servers write: its code and its words."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.bitrix24.rest import reported_error
from tests.tables.rows import each_row

SHAPES: list[tuple[dict[str, Any], str, str]] = [
    ({"error": "X", "error_description": "why"}, "X", "why"),
    ({"error": "X", "error_description": ["why", "and why"]}, "X", "why; and why"),
    ({"error": "X", "error_description": 7}, "X", "7"),
    ({"error": "Access denied for you"}, "", "Access denied for you"),
    ({"error": "Access denied", "error_description": "why"}, "", "Access denied; why"),
    ({"error": "", "error_description": "why"}, "", "why"),
    ({"error": None, "error_description": "why"}, "", "why"),
    ({"error_description": "why"}, "", "why"),
    ({"error_msg": "why"}, "", "why"),
    ({"error_message": "why", "message": "why"}, "", "why"),
    ({"message": "why"}, "", "why"),
    ({"error": 0, "error_description": "why"}, "", "why"),
    ({"error": False, "msg": "why"}, "", "why"),
    ({"error": True, "msg": "why"}, "", "why"),
    ({"error": 403, "error_description": "why"}, "403", "why"),
    ({"error": ["why", "and why"]}, "", "why; and why"),
    ({"error": {"0": "why"}}, "", "why"),
    ({"error": {"error": "X", "error_description": "why"}}, "X", "why"),
    ({"error": {"code": "X", "message": "why"}}, "X", "why"),
    ({"error": {"code": 7, "message": "why"}}, "7", "why"),
    ({"error": {"code": "X"}}, "X", ""),
    ({"error": [{"code": "X", "message": "why"}, {"code": "Y", "message": "and why"}]}, "X", "why; and why"),
    ({"errors": [{"code": "X", "message": "why"}]}, "X", "why"),
    ({"errors": ["why"]}, "", "why"),
    ({"errors": {"NAME": ["why"]}}, "", "why"),
    ({"errors": "why"}, "", "why"),
    ({"errors": [{"code": "X"}]}, "X", ""),
    # an error, though it says nothing
    ({"error": 0}, "", ""),
    ({"error": 7}, "", ""),
    ({"error": False}, "", ""),
    ({"error": []}, "", ""),
    ({"error": {}}, "", ""),
    # a remark beside a result is an error where a code or a no stands with it
    ({"result": {"a": "A"}, "error_code": 7, "message": "why"}, "", "why"),
    ({"result": {"a": "A"}, "code": "X", "msg": "why"}, "", "why"),
    ({"result": [], "status": "error", "message": "why"}, "", "why"),
    ({"result": {"a": "A"}, "success": False, "error_msg": "why"}, "", "why"),
    ({"result": {"result": False}, "message": "why"}, "", "why"),
    ({"result": {"SUCCESS": False}, "message": "why"}, "", "why"),
    ({"result": [], "message": "why"}, "", "why"),
    ({"result": {}, "error": 0, "error_msg": "why"}, "", "why"),
    ({"SUCCESS": False, "message": "why"}, "", "why"),
    ({"result": False, "message": "why"}, "", "why"),
    ({"result": "error", "message": "why"}, "", "why"),
    ({"result": None, "message": "why"}, "", "why"),
    ({"result": True, "error": 0, "error_description": "why"}, "", "why"),
    ({"result": True, "error": False, "errors": ["why"]}, "", "why"),
    ({"result": True, "error": 7, "message": "why"}, "7", "why"),
    ({"result": True, "error": "X", "message": "why"}, "X", "why"),
]


@each_row(("holder", "code", "words"), SHAPES)
def test_code_and_words_are_found_in_any_shape(holder: dict[str, Any], code: str, words: str) -> None:
    found = reported_error.find(holder)
    assert found is not None
    assert (found.code, found.words) == (code, words)
    assert found.documented is (isinstance(holder.get("error"), str) and holder["error"] != "")


@pytest.mark.parametrize(
    "holder",
    [
        {},
        {"result": True},
        {"error": "", "result": True},
        {"error": None, "errors": [], "error_description": ""},
        {"error_description": None, "message": [], "result": 1},
    ],
)
def test_an_empty_error_is_no_error(holder: dict[str, Any]) -> None:
    assert reported_error.find(holder) is None


REMARKS: list[dict[str, Any]] = [
    {"message": "OK"},
    {"msg": "done"},
    {"error_message": "Success."},
    {"message": "Успешно!"},
    {"error_msg": "Success", "error_code": 0},
    {"errorMessage": "Success", "code": 200, "status": "success"},
    {"error": 0, "message": "OK"},
    {"error": "0"},
    {"error": 0},
    {"error": False},
    {"error": []},
    {"error": {}},
    {"error": ""},
    {"error": None},
]


@each_row("remark", REMARKS)
@each_row("value", [{"result": {"a": "A"}}, {"result": []}, {"SUCCESS": True}, {"access_token": "t"}])
def test_a_message_beside_a_result_is_no_error_at_http_200(value: dict[str, Any], remark: dict[str, Any]) -> None:
    assert reported_error.find(value | remark) is None
    if reported_error.find(remark):
        assert reported_error.find(value | remark, failed=True) is not None


def test_a_shape_of_any_depth_and_length_ends() -> None:
    deep: Any = "why"
    for _ in range(50):
        deep = {"error": [deep] * 50}
    assert reported_error.find({"error": deep}) is not None
