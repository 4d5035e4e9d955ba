"""What a plugin hands over is of its declared types to the last cell; of what is not, the path to it is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NewType, cast

import pytest

from bot.host.guarded_calls import require_answer, require_type
from bot.host.value_types import find_mismatch
from bot.language.translation import translate
from bot.plugin import (
    Arg,
    Call,
    CallOutcome,
    CallVerdict,
    Message,
    Nothing,
    Observation,
    Plan,
    Remember,
    Reply,
    Risk,
    Setting,
    Table,
    Undo,
    UndoKind,
)
from tests.language.english import en
from tests.tables.rows import each_row

NUMBER: Any = 7
UNDO = Undo(kind=UndoKind.NONE, sentence="No.")
Name = NewType("Name", str)


def plan(**parts: Any) -> Plan:
    whole = {"summary": "s", "target": "t", "calls": (), "before": {}, "wanted": {}, "undo": UNDO, **parts}
    return Plan(**whole)


def call(value: Any) -> Call:
    return Call(method="m", params={"a": value}, note="n")


FITTING: list[tuple[object, Any]] = [
    (plan(), Plan),
    (plan(risk=Risk.DESTROY, wanted={"a": None}, radius=("x",)), Plan | Nothing),
    (plan(calls=(call([1, {"b": (True, None, 1.5)}]),)), Plan),
    (plan(remember=(Remember(kind="k", key="k", value=None),)), Plan),
    (Reply(title="t", facts=(("a", "b"),), table=Table(columns=("c",), rows=(("d",),)), data=[1]), Reply),
    (Reply(title="t", data=[1, [Message("a.b")]]), Reply),
    (Setting(name="A", help="a"), Setting),
    (Arg(help="a", label="A", parse=int), Arg),
    (CallOutcome(verdict=CallVerdict.DONE, sentence="s", facts={"ms": 3}, sent_ms_ago=4), CallOutcome),
    ("x", Name),
    (1, float),
    (object(), object),
    (("a", 1), tuple[str, int]),
]
WRONG: list[tuple[object, Any, str]] = [
    (None, Plan, "is NoneType instead of Plan"),
    (None, Plan | Nothing, "is NoneType instead of Plan | Nothing"),
    ("x", Plan | None, "is str instead of Plan | None"),
    (plan(before={"a": NUMBER}), Plan, ".before['a'] is int instead of Text"),
    (plan(before={NUMBER: "a"}), Plan, ".before[7]: the key is int instead of str"),
    (plan(wanted={"a": NUMBER}), Plan, ".wanted['a'] is int instead of Text | None"),
    (plan(calls=[]), Plan, ".calls is list instead of tuple"),
    (plan(calls=(None,)), Plan, ".calls[0] is NoneType instead of Call"),
    (plan(calls=(call({"b": [datetime(2026, 1, 1, tzinfo=UTC)]}),)), Plan, ".calls[0].params['a']['b'][0] is datetime"),
    (plan(calls=(call({"b": {NUMBER}}),)), Plan, ".calls[0].params['a']['b'] is set instead of JSON"),
    (plan(calls=(call(float("nan")),)), Plan, ".calls[0].params['a'] is nan instead of JSON"),
    (plan(calls=(call({NUMBER: "b"}),)), Plan, ".calls[0].params['a'][7]: the key is int instead of str"),
    (plan(undo=None), Plan, ".undo is NoneType instead of Undo"),
    (plan(risk="destroy"), Plan, ".risk is str instead of Risk | None"),
    (plan(summary=None), Plan | Nothing, ".summary is NoneType instead of Text"),
    (Reply(title="t", table=Table(columns=("c",), rows=(("d",), (NUMBER,)))), Reply, ".table.rows[1][0] is int"),
    (Reply(title="t", facts=cast(Any, (("a",),))), Reply, ".facts[0] has 1 items instead of 2"),
    (
        Reply(title="t", facts=cast(Any, ("ab",))),
        Reply,
        ".facts[0] is str instead of tuple[Text, Text]",
    ),
    (Reply(title="t", facts=(("a", NUMBER),)), Reply, ".facts[0][1] is int instead of Text"),
    (
        Reply(title="t", data=["a", cast(Any, NUMBER), Message("a.b", at=cast(Any, 1.5))]),
        Reply,
        ".data[2].arguments['at']",
    ),
    (plan(calls=(call(Message("a.b")),)), Plan, ".calls[0].params['a'] is Message instead of JSON"),
    (Reply(title="t", data=cast(Any, {1: 2})), Reply, ".data[1]: the key is int instead of str"),
    ({"a": None}, Observation, "['a'] is NoneType instead of Text"),
    (["a"], Observation, "is list instead of Mapping"),
]


@each_row(("value", "kind"), FITTING)
def test_what_is_of_its_declared_type_passes_as_it_is(value: object, kind: Any) -> None:
    assert find_mismatch(value, kind) is None
    assert require_type(value, kind) is value


@each_row(("value", "kind", "words"), WRONG)
def test_what_is_not_is_told_with_the_path_to_it(value: object, kind: Any, words: str) -> None:
    found = find_mismatch(value, kind)
    assert found is not None
    assert str(found).startswith(words)
    assert en(found.describe()) in (str(found), f"the value {found}")
    assert not re.search("[a-z]{3,} [a-z]{3,}", translate(found.describe(), "ru"))
    with pytest.raises(TypeError, match=r"^it returned "):
        require_type(value, kind)


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ((Call(method="m", params={}, note="n"),), ""),
        ((Setting(name="A", help="a"),), "it returned a Reply whose data [0] is Setting instead of Call"),
        (None, "it returned a Reply whose data is NoneType instead of tuple"),
    ],
)
def test_the_data_of_an_answer_is_of_the_type_that_its_command_declares(data: Any, wrong: str) -> None:
    answer = Reply(title="t", data=data)
    assert require_answer(answer) is answer, "a command that declares none may give any"
    if not wrong:
        assert require_answer(answer, tuple[Call, ...]) is answer
        return
    with pytest.raises(TypeError) as refused:
        require_answer(answer, tuple[Call, ...])
    assert str(refused.value) == wrong
