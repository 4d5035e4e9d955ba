"""The error that an answer reports is found in every shape that PHP servers write: its code and its words."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.bitrix24 import reported

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
]


@pytest.mark.parametrize(("holder", "code", "words"), SHAPES)
def test_code_and_words_are_found_in_any_shape(holder: dict[str, Any], code: str, words: str) -> None:
    found = reported.find(holder)
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
    assert reported.find(holder) is None


def test_a_shape_of_any_depth_and_length_ends() -> None:
    deep: Any = "why"
    for _ in range(50):
        deep = {"error": [deep] * 50}
    assert reported.find({"error": deep}) is not None
