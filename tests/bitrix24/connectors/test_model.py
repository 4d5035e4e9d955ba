"""What the portal answers is read strictly: what cannot be right is not readable, never half-right."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plugin import TargetUnreachable
from plugins.bitrix24.connectors import model
from plugins.bitrix24.connectors.model import Connector, Line, Ownership, Status
from plugins.bitrix24.rest.batch import ItemAnswer
from tests.language.english import en, raises
from tests.tables.rows import each_row

GOOD = {"LINE": 1, "CONNECTOR": "c", "ERROR": False, "CONFIGURED": True, "STATUS": True}


def test_connectors_are_ours_built_in_or_not_proven_and_built_in_wins() -> None:
    found = model.connectors({"mine": "Mine", "livechat": "Live", "theirs": ""}, frozenset({"mine", "livechat"}))
    assert found.rows == (
        Connector(id="livechat", name="Live", ownership=Ownership.BUILT_IN),
        Connector(id="mine", name="Mine", ownership=Ownership.OURS),
        Connector(id="theirs", name="theirs", ownership=Ownership.NOT_PROVEN),
    )
    assert found.unread == ()


def test_an_empty_list_of_php_is_an_empty_map() -> None:
    assert model.connectors([], frozenset()).rows == ()
    assert model.lines({}).rows == ()


@pytest.mark.parametrize("odd", [None, False, "text", ["a"], 7, {"0": "a"}, [None, 7]])
def test_a_list_of_connectors_that_is_none_is_not_readable(odd: Any) -> None:
    with raises(TargetUnreachable, match="list of connectors cannot be read"):
        model.connectors(odd, frozenset())


@pytest.mark.parametrize(
    ("listed", "ids", "unread"),
    [
        ({"a": "A", "0": "zero"}, ["a"], ("a row with the id “0”",)),
        ({"a": "A", "": "nothing", " ": "blank"}, ["a"], ("a row with the id “”", "a row with the id “ ”")),
        ({"a": None, "b": 7, "c": ["x"], "d": True}, ["a", "b", "c", "d"], ()),
        ({"My.Conn": "M", "my-conn": "m"}, ["My.Conn", "my-conn"], ()),
        ([{"ID": "a", "NAME": "A"}, {"id": "b", "name": "B"}], ["a", "b"], ()),
        ([{"ID": "a"}, None, "x", {"ID": 7}], ["a"], ("a row with the id null",) * 2 + ("a row with the id 7",)),
    ],
)
def test_one_odd_connector_costs_its_own_row(listed: Any, ids: list[str], unread: tuple[str, ...]) -> None:
    found = model.connectors(listed, frozenset())
    assert [row.id for row in found.rows] == ids
    assert tuple(map(en, found.unread)) == unread
    assert all(row.name for row in found.rows)


def test_lines_have_a_number_a_name_and_a_switch() -> None:
    rows = [{"ID": "15", "LINE_NAME": "Sales", "ACTIVE": "Y"}, {"ID": 2, "LINE_NAME": None, "ACTIVE": "N"}]
    sales, nameless = model.lines(rows).rows
    assert sales == Line(id=15, name="Sales", on=True)
    assert (en(sales.title), en(sales.switch)) == ("line 15 · Sales", "on")
    assert nameless == Line(id=2, name="", on=False)
    assert en(nameless.title) == "line 2 · without a name"
    assert en(nameless.switch) == "switched off"


@pytest.mark.parametrize(
    "odd", [None, "x", 7, ["x"], [{}], [{"ID": "0"}], [{"ID": "-1"}], [{"ID": "a"}], [{"ID": "²"}], [{"ID": "1"}]]
)
def test_a_list_of_lines_that_is_none_is_not_readable(odd: Any) -> None:
    with raises(TargetUnreachable, match="list of open lines cannot be read"):
        model.lines(odd)


GOOD_LINE = {"ID": "1", "LINE_NAME": "Sales", "ACTIVE": "Y"}


@pytest.mark.parametrize(
    ("row", "unread"),
    [
        (None, "a row with the value null"),
        ("text", "a row with the value “text”"),
        ([1], "a row with the value [1]"),
        ({}, "a row with the number null"),
        ({"ID": "0", "ACTIVE": "Y"}, "a row with the number “0”"),
        ({"ID": True, "ACTIVE": "Y"}, "a row with the number true"),
        ({"ID": ["1"], "ACTIVE": "Y"}, 'a row with the number ["1"]'),
        ({"ID": "2", "ACTIVE": None}, "line 2, whose switch is null"),
        ({"ID": "2", "ACTIVE": "maybe"}, "line 2, whose switch is “maybe”"),
    ],
)
def test_one_odd_line_costs_its_own_row(row: Any, unread: str) -> None:
    for rows in ([row, GOOD_LINE], {"3": row, "7": GOOD_LINE}):
        found = model.lines(rows)
        assert [line.id for line in found.rows] == [1]
        assert tuple(map(en, found.unread)) == (unread,)
        assert found.count == 2


@each_row("on", ["Y", "y", True, 1, "1", "true", "True"])
@each_row("off", ["N", "n", False, 0, "0", "false"])
def test_a_switch_is_read_in_any_way_that_php_writes_one(on: Any, off: Any) -> None:
    first, second = model.lines([{**GOOD_LINE, "ACTIVE": on}, {**GOOD_LINE, "ID": 2, "ACTIVE": off}]).rows
    assert (first.on, second.on) == (True, False)
    found = model.status("c", 1, ItemAnswer(value={**GOOD, "LINE": "1", "ERROR": off, "CONFIGURED": on}))
    assert (found.error, found.configured, found.problem) == (False, True, None)


def test_a_draft_is_no_line() -> None:
    """Whoever opens the form for a new line leaves one behind (TEMPORARY)."""
    rows = [{**GOOD_LINE, "TEMPORARY": "N"}, *({"ID": "9", "TEMPORARY": draft} for draft in ("Y", True, 1, "1"))]
    found = model.lines(rows)
    assert [line.id for line in found.rows] == [1]
    assert (found.unread, found.count) == ((), 5)


def test_a_single_line_without_a_list_around_it_is_one_line() -> None:
    assert [line.id for line in model.lines(GOOD_LINE).rows] == [1]


@pytest.mark.parametrize(
    ("error", "configured", "word", "present"),
    [
        (False, False, "not connected", False),
        (False, True, "active", True),
        (True, True, "active, with an error", True),
        (True, False, "error", True),
    ],
)
def test_a_status_is_one_of_four_words(error: bool, configured: bool, word: str, present: bool) -> None:
    found = model.status("c", 1, ItemAnswer(value={**GOOD, "ERROR": error, "CONFIGURED": configured}))
    assert (en(found.state), found.present) == (word, present)


@each_row(
    "odd",
    [
        None,
        [],
        False,
        {},
        {**GOOD, "LINE": 2},
        {**GOOD, "LINE": "2"},
        {**GOOD, "LINE": True},
        {**GOOD, "CONNECTOR": "d"},
        {**GOOD, "ERROR": "no"},
        {**GOOD, "ERROR": None},
        {**GOOD, "CONFIGURED": 2},
        {**GOOD, "CONFIGURED": []},
    ],
)
def test_a_status_of_something_else_is_not_readable(odd: Any) -> None:
    found = model.status("c", 1, ItemAnswer(value=odd))
    assert found.problem
    assert en(found.state) == "not readable"
    assert not found.present


def test_a_status_that_the_portal_refused_says_why() -> None:
    assert model.status("c", 1, ItemAnswer(problem="No.")) == Status(connector="c", line=1, problem="No.")


def test_the_application_is_described_with_booleans_or_letters() -> None:
    info = model.app_info({"INSTALLED": "Y", "PAYMENT_EXPIRED": "Y", "STATUS": "T", "LICENSE": "ru_ent"})
    assert (info.installed, info.paid, info.status, info.licence) == (True, False, "trial", "ru_ent")
    info = model.app_info({"INSTALLED": False, "PAYMENT_EXPIRED": False, "STATUS": "?"})
    assert (info.installed, info.paid, info.status, info.licence) == (False, True, "unknown", "unknown")
    with pytest.raises(TargetUnreachable):
        model.app_info("x")
