"""What the portal answers is read strictly: what cannot be right is not readable, never half-right."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plugin import TargetUnreachable
from plugins.bitrix24 import values
from plugins.bitrix24.batch import ItemAnswer
from plugins.bitrix24.values import Connector, Line, Ownership, Status

GOOD = {"LINE": 1, "CONNECTOR": "c", "ERROR": False, "CONFIGURED": True, "STATUS": True}


def test_connectors_are_ours_built_in_or_not_proven_and_built_in_wins() -> None:
    found = values.connectors({"mine": "Mine", "livechat": "Live", "theirs": ""}, frozenset({"mine", "livechat"}))
    assert found == (
        Connector(id="livechat", name="Live", ownership=Ownership.BUILT_IN),
        Connector(id="mine", name="Mine", ownership=Ownership.OURS),
        Connector(id="theirs", name="theirs", ownership=Ownership.NOT_PROVEN),
    )


def test_an_empty_list_of_php_is_an_empty_map() -> None:
    assert values.connectors([], frozenset()) == ()


@pytest.mark.parametrize("odd", [None, False, "text", ["a"], 7])
def test_a_list_of_connectors_that_is_none_is_not_readable(odd: Any) -> None:
    with pytest.raises(TargetUnreachable, match="list of connectors cannot be read"):
        values.connectors(odd, frozenset())


def test_lines_have_a_number_a_name_and_a_switch() -> None:
    rows = [{"ID": "15", "LINE_NAME": "Sales", "ACTIVE": "Y"}, {"ID": 2, "LINE_NAME": None, "ACTIVE": "N"}]
    sales, nameless = values.lines(rows)
    assert sales == Line(id=15, name="Sales", on=True)
    assert (sales.title, sales.switch) == ("line 15 · Sales", "on")
    assert nameless == Line(id=2, name="without a name", on=False)
    assert nameless.switch == "switched off"


@pytest.mark.parametrize("odd", [None, {}, ["x"], [{}], [{"ID": "0"}], [{"ID": "-1"}], [{"ID": "a"}], [{"ID": "²"}]])
def test_a_list_of_lines_that_is_none_is_not_readable(odd: Any) -> None:
    with pytest.raises(TargetUnreachable, match="list of open lines cannot be read"):
        values.lines(odd)


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
    found = values.status("c", 1, ItemAnswer(value={**GOOD, "ERROR": error, "CONFIGURED": configured}))
    assert (found.word, found.present) == (word, present)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        False,
        {},
        {**GOOD, "LINE": 2},
        {**GOOD, "LINE": "1"},
        {**GOOD, "LINE": True},
        {**GOOD, "CONNECTOR": "d"},
        {**GOOD, "ERROR": "N"},
        {**GOOD, "CONFIGURED": 1},
    ],
)
def test_a_status_of_something_else_is_not_readable(odd: Any) -> None:
    found = values.status("c", 1, ItemAnswer(value=odd))
    assert found.problem
    assert found.word == "not readable"
    assert not found.present


def test_a_status_that_the_portal_refused_says_why() -> None:
    assert values.status("c", 1, ItemAnswer(problem="No.")) == Status(connector="c", line=1, problem="No.")


def test_the_application_is_described_with_booleans_or_letters() -> None:
    info = values.app_info({"INSTALLED": "Y", "PAYMENT_EXPIRED": "Y", "STATUS": "T", "LICENSE": "ru_ent"})
    assert (info.installed, info.paid, info.status, info.licence) == (True, False, "trial", "ru_ent")
    info = values.app_info({"INSTALLED": False, "PAYMENT_EXPIRED": False, "STATUS": "?"})
    assert (info.installed, info.paid, info.status, info.licence) == (False, True, "unknown", "unknown")
    with pytest.raises(TargetUnreachable):
        values.app_info("x")
