"""A batch never puts an answer on the wrong item, and one failed item does not lose the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plugin import DeclarationError, Message
from plugins.bitrix24.rest import batch
from plugins.bitrix24.rest.batch import Item
from tests.language.english import en, raises
from tests.tables.quick import fewer


def item(number: int) -> Item:
    return Item(method="imconnector.status", params={"CONNECTOR": f"c{number}", "LINE": number + 1})


def test_items_are_cut_into_fifties_in_their_order() -> None:
    items = [item(number) for number in range(120)]
    parts = list(batch.batches(items))
    assert [len(part) for part in parts] == [50, 50, 20]
    assert [each for part in parts for each in part] == items
    assert list(batch.batches([])) == []


def test_more_than_fifty_in_one_batch_are_refused() -> None:
    with raises(DeclarationError, match="at most 50"):
        batch.params([item(number) for number in range(51)])


def test_a_command_is_the_method_and_an_escaped_query_in_php_brackets() -> None:
    lines = Item(
        method="imopenlines.config.list.get",
        params={"PARAMS": {"select": ["ID", "NA&ME"], "filter": {"=A": True, "B": False}, "limit": 5}},
    )
    query = batch.command(lines).removeprefix("imopenlines.config.list.get?")
    assert parse_qsl(query, strict_parsing=True) == [
        ("PARAMS[select][0]", "ID"),
        ("PARAMS[select][1]", "NA&ME"),
        ("PARAMS[filter][=A]", "1"),
        ("PARAMS[filter][B]", "0"),
        ("PARAMS[limit]", "5"),
    ]
    assert " " not in query


def test_the_batch_does_not_stop_at_the_first_error() -> None:
    assert batch.params([item(0)]) == {"halt": 0, "cmd": {"i0": "imconnector.status?CONNECTOR=c0&LINE=1"}}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Item(method="imconnector.unregister", params={"ID": "a"}), "cannot be part of a batch"),
        (Item(method="batch", params={"cmd": {}}), "cannot be part of a batch"),
        (Item(method="imconnector.status", params={"CONNECTOR": "$result[i0]", "LINE": 1}), "Send this call alone"),
        (Item(method="imopenlines.config.list.get", params={"PARAMS": {"a": None}}), "is empty"),
        (Item(method="imconnector.status", params={"CONNECTOR": "a"}), "lacks these parameters: LINE"),
    ],
)
def test_what_must_not_be_in_a_batch_is_refused(wrong: Item, why: str) -> None:
    with raises(DeclarationError, match=why):
        batch.params([wrong])


def test_a_failed_item_leaves_the_others() -> None:
    result = {
        "result": {"i0": "zero", "i2": "two"},
        "result_error": {"i1": {"error": "ERROR_ARGUMENT", "error_description": "no", "argument": "LINE"}},
    }
    zero, one, two, three = batch.split_answer([item(number) for number in range(4)], result)
    assert (zero.value, two.value) == ("zero", "two")
    assert one.code == "ERROR_ARGUMENT"
    assert "ERROR_ARGUMENT" in en(one.problem or "")
    assert three.problem == Message("bitrix24.call.item_missing")


def test_an_error_beats_a_value_of_the_same_item() -> None:
    result = {"result": {"i0": True}, "result_error": {"i0": {"error": "insufficient_scope"}}}
    assert batch.split_answer([item(0)], result)[0].code == "insufficient_scope"


@pytest.mark.parametrize("odd", [None, True, [], "text", {}, {"result": []}, {"result": ["a"]}, {"result": "a"}])
def test_an_answer_that_is_not_a_batch_gives_no_item_a_value(odd: Any) -> None:
    assert all(each.problem and each.value is None for each in batch.split_answer([item(0), item(1)], odd))


@pytest.mark.parametrize("odd", [7, [], {}, {"error": 7}, {"error": ""}, {"error": {"code": "X"}}])
def test_an_error_that_cannot_be_read_is_still_an_error(odd: Any) -> None:
    found = batch.split_answer([item(0)], {"result": {"i0": True}, "result_error": {"i0": odd}})[0]
    assert found.problem
    assert found.value is None


@settings(max_examples=fewer(200, 50))
@given(count=st.integers(0, 50), data=st.data())
def test_every_answer_lands_on_its_own_item_whatever_the_order(count: int, data: st.DataObject) -> None:
    items = [item(number) for number in range(count)]
    commands = batch.params(items)["cmd"]
    assert isinstance(commands, Mapping)
    keys = list(commands)
    failed = set(data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else [])
    order = data.draw(st.permutations(keys))
    result: dict[str, Any] = {
        "result": {key: f"value of {key}" for key in order if key not in failed} or [],
        "result_error": {key: {"error": f"CODE_{key}"} for key in order if key in failed} or [],
    }
    for key, found in zip(keys, batch.split_answer(items, result), strict=True):
        expected = (None, f"CODE_{key}") if key in failed else (f"value of {key}", "")
        assert (found.value, found.code) == expected
