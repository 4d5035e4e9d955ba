"""A call that does not fit its method's row is a fault of the plugin and never leaves."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.plugin import Call, DeclarationError, Json
from plugins.bitrix24.rest import methods
from plugins.bitrix24.rest.methods import ROWS, Effect, Kind, Method, Param, VerdictLocation
from tests.language.english import en, raises
from tests.tables.rows import each_row


def test_every_method_has_one_row_and_the_rows_are_sorted() -> None:
    names = [row.name for row in ROWS]
    assert names == sorted(set(names))


def test_every_changing_method_says_where_its_verdict_stands_and_every_read_gives_a_value() -> None:
    for row in ROWS:
        assert (row.verdict is VerdictLocation.VALUE) is (row.effect is Effect.READ), row.name


def used_by() -> str:
    """What makes calls and judges their answers, as one text."""
    own = Path(methods.__file__)
    plugin = own.parents[1]
    files = [path for path in sorted(plugin.rglob("*.py")) if plugin / "simulator" not in path.parents and path != own]
    return "".join(path.read_text(encoding="utf-8") for path in files)


def test_every_row_is_used_by_something() -> None:
    """A row that nothing calls is a claim about the portal that nothing checks."""
    source = used_by()
    assert [row.name for row in ROWS if f'"{row.name}"' not in source] == []


def test_every_parameter_of_a_row_is_sent_by_something() -> None:
    source = used_by()
    unsent = [f"{row.name} {param.name}" for row in ROWS for param in row.params if not sends(source, param.name)]
    assert unsent == []


def sends(source: str, name: str) -> bool:
    """Whether a parameter is named as a key or as a keyword."""
    return f'"{name}"' in source or re.search(rf"\b{name}=", source) is not None


def test_every_field_of_a_row_is_read_by_something_and_every_word_stands_in_one() -> None:
    source = used_by() + inspect.getsource(methods.check) + inspect.getsource(Method.param)
    named = [field.name for kind in (Method, Param) for field in fields(kind)]
    assert [name for name in named if f".{name}" not in source] == []
    assert {row.effect for row in ROWS} == set(Effect)
    assert {row.verdict for row in ROWS} == set(VerdictLocation)
    assert {param.kind for row in ROWS for param in row.params} == set(Kind)


def test_a_fitting_call_is_made_with_its_note() -> None:
    made = methods.call("imconnector.activate", "On.", CONNECTOR="c", LINE=1, ACTIVE=0)
    assert made == Call(method="imconnector.activate", params={"CONNECTOR": "c", "LINE": 1, "ACTIVE": 0}, note="On.")


REGISTER: dict[str, Json] = {"ID": "c", "NAME": "C", "ICON": {"DATA_IMAGE": "x"}, "PLACEMENT_HANDLER": "https://x/"}


def test_optional_parameters_may_be_there_and_must_fit_as_well() -> None:
    methods.check("imconnector.register", {**REGISTER, "CHAT_GROUP": "Y"})
    with raises(DeclarationError, match=r"CHAT_GROUP of imconnector\.register must be “Y” or “N”"):
        methods.check("imconnector.register", {**REGISTER, "CHAT_GROUP": True})


@each_row(
    ("method", "params", "why"),
    [
        ("imconnector.deactivate", {}, "not in the plugin's table of methods"),
        ("imconnector.unregister", {}, "lacks these parameters: ID"),
        ("imconnector.unregister", {"ID": ""}, "must be text that is not empty"),
        ("imconnector.unregister", {"ID": ["a"]}, "must be text"),
        ("imconnector.unregister", {"ID": "a", "id": "a"}, "has no parameter id"),
        ("imconnector.status", {"CONNECTOR": "a"}, "lacks these parameters: LINE"),
        ("imconnector.status", {"CONNECTOR": "a", "LINE": 0}, "positive whole number"),
        ("imconnector.status", {"CONNECTOR": "a", "LINE": "1"}, "positive whole number"),
        ("imconnector.status", {"CONNECTOR": "a", "LINE": True}, "positive whole number"),
        ("imconnector.activate", {"CONNECTOR": "a", "LINE": 1, "ACTIVE": "N"}, "the number 1 or 0"),
        ("imconnector.activate", {"CONNECTOR": "a", "LINE": 1, "ACTIVE": False}, "the number 1 or 0"),
        ("imconnector.activate", {"CONNECTOR": "a", "LINE": 1, "ACTIVE": ""}, "the number 1 or 0"),
        ("imconnector.connector.data.set", {"CONNECTOR": "a", "LINE": 1, "DATA": "x"}, "must be an object"),
        ("app.info", {"auth": "x"}, "has no parameter auth"),
    ],
)
def test_a_call_that_does_not_fit_its_row_is_refused_and_the_parameter_named(
    method: str, params: dict[str, Json], why: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        methods.check(method, params)
    assert why in en(caught.value.sentence)
