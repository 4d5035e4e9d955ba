"""The portal that planners get reads in batches, keeps what it read, and refuses every method that does more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import DeclarationError, Json, Refusal, TargetRefused, TargetUnreachable
from plugins.bitrix24.connectors.model import Status
from plugins.bitrix24.rest.methods import ROWS, Effect
from tests.bitrix24.desk import Desk


@pytest.mark.parametrize("method", [row.name for row in ROWS if row.effect is not Effect.READ] + ["batch"])
def test_a_method_that_does_more_than_read_is_refused_before_anything_is_sent(desk: Desk, method: str) -> None:
    with pytest.raises(Refusal, match="cannot be called while planning"):
        desk.open().read(method, ID="myconnector")
    assert desk.calls() == []


def test_a_method_without_a_row_is_refused(desk: Desk) -> None:
    with pytest.raises(DeclarationError):
        desk.open().read("crm.deal.list")
    assert desk.calls() == []


def test_what_was_read_is_kept_for_the_length_of_a_plan(desk: Desk) -> None:
    portal = desk.open()
    assert (portal.connectors(), portal.lines()) == (portal.connectors(), portal.lines())
    assert len(desk.calls()) == 2
    assert desk.open().connectors() == portal.connectors()
    assert len(desk.calls()) == 3


def test_a_connector_over_all_lines_costs_one_batch(desk: Desk) -> None:
    statuses = desk.open().statuses("myconnector", also=[2, 77])
    assert [(each.line, each.word) for each in statuses] == [
        (1, "active"),
        (2, "active"),
        (3, "not connected"),
        (77, "not connected"),
    ]
    assert len([entry for entry in desk.calls() if not entry.in_batch]) == 2


def many(make_desk: Callable[..., Desk], count: int = 120) -> Desk:
    """A portal whose connector is active on every third of many lines."""
    desk = make_desk(seeded=False)
    desk.portal.seed(
        lines=[{"id": number, "name": f"L{number}"} for number in range(1, count + 1)],
        connectors=[{"id": "c"}],
        activations=[{"connector": "c", "line": number} for number in range(1, count + 1, 3)],
    )
    return desk


def test_more_than_fifty_statuses_come_back_in_order_from_parallel_batches(make_desk: Callable[..., Desk]) -> None:
    desk = many(make_desk)
    statuses = desk.open().statuses("c")
    assert [each.line for each in statuses] == list(range(1, 121))
    assert [each.line for each in statuses if each.present] == list(range(1, 121, 3))
    assert len(desk.calls("batch")) == 3
    assert len(desk.calls("imopenlines.config.list.get")) == 3, "the portal pages its lines"


def test_a_batch_that_fails_costs_its_own_items_only(make_desk: Callable[..., Desk]) -> None:
    desk = many(make_desk)
    portal = desk.open()
    portal.lines()
    desk.fault("reply", "batch", status=403, body={"error": "WRONG_LICENSE", "error_description": "no"})
    statuses = portal.statuses("c")
    assert [each.line for each in statuses] == list(range(1, 121))
    broken = [each for each in statuses if each.problem]
    assert len(broken) in (20, 50)
    assert "WRONG_LICENSE" in broken[0].problem
    assert all(each.present is (each.line % 3 == 1) for each in statuses if not each.problem)


def test_when_all_batches_fail_that_is_an_error_and_not_a_table_of_holes(make_desk: Callable[..., Desk]) -> None:
    desk = many(make_desk)
    desk.fault("too_many", "batch", times="forever")
    with pytest.raises(TargetRefused, match="OPERATION_TIME_LIMIT"):
        desk.open().statuses("c")


def test_one_item_that_fails_inside_a_batch_leaves_the_others(desk: Desk) -> None:
    body = {"error": "insufficient_scope", "error_description": ""}
    desk.fault("reply", "imconnector.status", status=401, body=body, skip=1)
    one, two, three = desk.open().statuses("myconnector")
    assert (one.word, two.word, three.word) == ("active", "not readable", "not connected")
    assert "insufficient_scope" in two.problem


def test_no_pairs_cost_no_request(desk: Desk) -> None:
    assert desk.open().matrix([]) == ()
    assert desk.calls() == []


def test_a_portal_that_ignores_paging_is_not_asked_for_ever(desk: Desk) -> None:
    page = {"result": [{"ID": str(number), "LINE_NAME": "L", "ACTIVE": "Y"} for number in range(1, 51)]}
    desk.fault("reply", "imopenlines.config.list.get", status=200, body=page, times="forever")
    assert len(desk.open().lines()) == 50
    assert len(desk.calls("imopenlines.config.list.get")) == 2


def test_a_portal_of_endless_lines_is_not_read_to_its_end(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(seeded=False)
    desk.portal.seed(lines=[{"id": number, "name": "L"} for number in range(1, 5200)])
    assert len(desk.open().lines()) == 5000


def test_an_answer_about_another_line_is_not_readable(desk: Desk) -> None:
    about: dict[str, Json] = {"LINE": 9, "CONNECTOR": "myconnector", "ERROR": False, "CONFIGURED": True}
    wrong = {"result": {"result": {"i0": about, "i1": about}, "result_error": []}}
    desk.fault("reply", "batch", status=200, body=wrong)
    statuses = desk.open().statuses("myconnector")
    assert [each.word for each in statuses] == ["not readable"] * 3
    assert isinstance(statuses[0], Status)


def test_a_list_that_cannot_be_read_is_an_error(desk: Desk) -> None:
    desk.fault("reply", "imconnector.list", status=200, body={"result": "x"})
    with pytest.raises(TargetUnreachable):
        desk.open().connectors()


@pytest.mark.parametrize(("value", "refuses"), [("", False), ("warn", False), ("refuse", True), (" Refuse ", True)])
def test_only_the_word_refuse_makes_us_leave_unowned_connectors_alone(
    make_desk: Callable[..., Desk], value: str, refuses: bool
) -> None:
    assert make_desk(B24BOT_UNOWNED=value).open().refuses_unowned is refuses


def test_another_word_stops_the_bot_at_its_start(make_desk: Callable[..., Desk]) -> None:
    """A misspelt `refuse` must not quietly mean `warn`."""
    with pytest.raises(Refusal, match="B24BOT_UNOWNED is “refused”"):
        make_desk(B24BOT_UNOWNED="refused")
