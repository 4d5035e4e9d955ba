"""The portal that planners get reads in batches, keeps what it read, and refuses every method that does more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import DeclarationError, Json, Refusal, TargetRefused, TargetUnreachable
from plugins.bitrix24.connectors.model import Status
from plugins.bitrix24.rest.methods import ROWS, Effect
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, raises


@pytest.mark.parametrize("method", [row.name for row in ROWS if row.effect is not Effect.READ] + ["batch"])
def test_a_method_that_does_more_than_read_is_refused_before_anything_is_sent(
    plugin_bot: PluginBot, method: str
) -> None:
    with raises(Refusal, match="only reading methods can be called"):
        plugin_bot.open().read(method, ID="myconnector")
    assert plugin_bot.calls() == []


def test_a_method_without_a_row_is_refused(plugin_bot: PluginBot) -> None:
    with raises(DeclarationError):
        plugin_bot.open().read("crm.deal.list")
    assert plugin_bot.calls() == []


def test_what_was_read_is_kept_for_the_length_of_a_plan(plugin_bot: PluginBot) -> None:
    portal = plugin_bot.open()
    assert (portal.connectors(), portal.lines()) == (portal.connectors(), portal.lines())
    assert len(plugin_bot.calls()) == 2
    assert plugin_bot.open().connectors() == portal.connectors()
    assert len(plugin_bot.calls()) == 3


def test_a_connector_over_all_lines_costs_one_batch(plugin_bot: PluginBot) -> None:
    statuses = plugin_bot.open().statuses("myconnector", also=[2, 77])
    assert [(each.line, en(each.state)) for each in statuses] == [
        (1, "active"),
        (2, "active"),
        (3, "not connected"),
        (77, "not connected"),
    ]
    assert len([entry for entry in plugin_bot.calls() if not entry.in_batch]) == 2


def many(make_plugin_bot: Callable[..., PluginBot], count: int = 120) -> PluginBot:
    """A portal whose connector is active on every third of many lines."""
    plugin_bot = make_plugin_bot(seeded=False)
    plugin_bot.portal.seed(
        lines=[{"id": number, "name": f"L{number}"} for number in range(1, count + 1)],
        connectors=[{"id": "c"}],
        activations=[{"connector": "c", "line": number} for number in range(1, count + 1, 3)],
    )
    return plugin_bot


def test_more_than_fifty_statuses_come_back_in_order_from_parallel_batches(
    make_plugin_bot: Callable[..., PluginBot],
) -> None:
    plugin_bot = many(make_plugin_bot)
    statuses = plugin_bot.open().statuses("c")
    assert [each.line for each in statuses] == list(range(1, 121))
    assert [each.line for each in statuses if each.present] == list(range(1, 121, 3))
    assert len(plugin_bot.calls("batch")) == 3
    assert len(plugin_bot.calls("imopenlines.config.list.get")) == 3, "the portal pages its lines"


def test_a_batch_that_fails_costs_its_own_items_only(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = many(make_plugin_bot)
    portal = plugin_bot.open()
    portal.lines()
    plugin_bot.fault("reply", "batch", status=403, body={"error": "WRONG_LICENSE", "error_description": "no"})
    statuses = portal.statuses("c")
    assert [each.line for each in statuses] == list(range(1, 121))
    broken = [each for each in statuses if each.problem]
    assert len(broken) in (20, 50)
    assert "WRONG_LICENSE" in en(broken[0].problem or "")
    assert all(each.present is (each.line % 3 == 1) for each in statuses if not each.problem)


def test_when_all_batches_fail_that_is_an_error_and_not_a_table_of_holes(
    make_plugin_bot: Callable[..., PluginBot],
) -> None:
    plugin_bot = many(make_plugin_bot)
    plugin_bot.fault("too_many", "batch", times="forever")
    with raises(TargetRefused, match="OPERATION_TIME_LIMIT"):
        plugin_bot.open().statuses("c")


def test_one_item_that_fails_inside_a_batch_leaves_the_others(plugin_bot: PluginBot) -> None:
    body = {"error": "insufficient_scope", "error_description": ""}
    plugin_bot.fault("reply", "imconnector.status", status=401, body=body, skip=1)
    one, two, three = plugin_bot.open().statuses("myconnector")
    assert (en(one.state), en(two.state), en(three.state)) == ("active", "not readable", "not connected")
    assert "insufficient_scope" in en(two.problem or "")


def test_no_pairs_cost_no_request(plugin_bot: PluginBot) -> None:
    assert plugin_bot.open().matrix([]) == ()
    assert plugin_bot.calls() == []


def test_a_portal_that_ignores_paging_is_not_asked_for_ever(plugin_bot: PluginBot) -> None:
    page = {"result": [{"ID": str(number), "LINE_NAME": "L", "ACTIVE": "Y"} for number in range(1, 51)]}
    plugin_bot.fault("reply", "imopenlines.config.list.get", status=200, body=page, times="forever")
    assert len(plugin_bot.open().lines()) == 50
    assert len(plugin_bot.calls("imopenlines.config.list.get")) == 2


def test_a_portal_of_endless_lines_is_not_read_to_its_end(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = make_plugin_bot(seeded=False)
    plugin_bot.portal.seed(lines=[{"id": number, "name": "L"} for number in range(1, 5200)])
    assert len(plugin_bot.open().lines()) == 5000


def test_an_answer_about_another_line_is_not_readable(plugin_bot: PluginBot) -> None:
    about: dict[str, Json] = {"LINE": 9, "CONNECTOR": "myconnector", "ERROR": False, "CONFIGURED": True}
    wrong = {"result": {"result": {"i0": about, "i1": about}, "result_error": []}}
    plugin_bot.fault("reply", "batch", status=200, body=wrong)
    statuses = plugin_bot.open().statuses("myconnector")
    assert [en(each.state) for each in statuses] == ["not readable"] * 3
    assert isinstance(statuses[0], Status)


def test_a_list_that_cannot_be_read_is_an_error(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("reply", "imconnector.list", status=200, body={"result": "x"})
    with raises(TargetUnreachable):
        plugin_bot.open().connectors()


@pytest.mark.parametrize(("value", "refuses"), [("", False), ("warn", False), ("refuse", True), (" Refuse ", True)])
def test_only_the_word_refuse_makes_us_leave_unowned_connectors_alone(
    make_plugin_bot: Callable[..., PluginBot], value: str, refuses: bool
) -> None:
    assert make_plugin_bot(BITRIX24_UNOWNED=value).open().refuses_unowned is refuses


def test_another_word_stops_the_bot_at_its_start(make_plugin_bot: Callable[..., PluginBot]) -> None:
    """A misspelt `refuse` must not quietly mean `warn`."""
    with raises(Refusal, match="BITRIX24_UNOWNED has the unknown value “refused”"):
        make_plugin_bot(BITRIX24_UNOWNED="refused")
