"""What a card says that a removal would hurt, against the simulated portal in every position of its switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.core.change.drift import find_drift
from bot.plugin import CallVerdict, Impact, Plan
from plugins.bitrix24.rest import methods
from plugins.bitrix24.simulator.calls.call import Cause
from plugins.bitrix24.simulator.effects.dialogs import close
from tests.bitrix24.hand import Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.test_requests import requests
from tests.language.english import en


def write_messages(plugin_bot: PluginBot, line: int, customers: Sequence[str], connector: str = "myconnector") -> None:
    """Each of the customers writes to the line, which opens a dialogue."""
    for customer in customers:
        message = {"user": {"id": customer, "name": "Eve"}, "message": {"id": f"m-{customer}", "text": "Hello"}}
        params: dict[str, Any] = {
            "CONNECTOR": connector,
            "LINE": line,
            "MESSAGES": [{**message, "chat": {"id": customer}}],
        }
        call = methods.call("imconnector.send.messages", "Write.", **params)
        assert plugin_bot.plugin.perform(plugin_bot.services, plugin_bot.place, call).verdict is CallVerdict.DONE


def customers(count: int, first: int = 0) -> list[str]:
    return [f"c{number}" for number in range(first, first + count)]


def close_dialogues(plugin_bot: PluginBot, count: int) -> None:
    with plugin_bot.portal.world.lock:
        rows = plugin_bot.portal.state.dialogs.where(lambda row: not row.closed)[:count]
        for row in rows:
            close(plugin_bot.portal.world, row, Cause())


def grant_crm(plugin_bot: PluginBot) -> None:
    """Give the application the scope of the CRM."""
    with plugin_bot.portal.world.lock:
        apps, client_id = plugin_bot.portal.state.apps, plugin_bot.portal.client_id
        apps.put(client_id, replace(apps[client_id], scope=(*apps[client_id].scope, "crm")))


def rows(plan: Plan) -> dict[str, Impact]:
    return {one.label: one for one in plan.impact}


def sentence(plan: Plan, label: str) -> str:
    return en(rows(plan)[label].sentence)


def details(plan: Plan, label: str) -> list[str]:
    return [en(each) for each in rows(plan)[label].details]


def test_the_portals_counter_tells_of_all_connectors_on_the_line(plugin_bot: PluginBot) -> None:
    write_messages(plugin_bot, 2, customers(3))
    write_messages(plugin_bot, 2, customers(1, first=10), connector="shopchat")
    plan = plugin_bot.plan()
    assert {label: one.count for label, one in rows(plan).items()} == {"all": 4, "line:1": 0, "line:2": 4}
    assert sentence(plan, "line:2").startswith("line 2 · Support: about 4 open dialogues of all connectors, by the")
    assert sentence(plan, "all") == "2 lines together: about 4 open dialogues of all connectors, by the numbers below."
    assert [one.label for one in plan.impact] == ["all", "line:2", "line:1"]


def test_the_crm_tells_of_the_connector_alone(plugin_bot: PluginBot) -> None:
    grant_crm(plugin_bot)
    write_messages(plugin_bot, 2, customers(3))
    write_messages(plugin_bot, 2, customers(1, first=10), connector="shopchat")
    close_dialogues(plugin_bot, 1)
    assert sentence(plugin_bot.plan(), "line:2").startswith(
        "line 2 · Support: at least 2 open dialogues in the CRM at "
    )


def test_a_lower_limit_and_an_estimate_are_not_added(plugin_bot: PluginBot) -> None:
    grant_crm(plugin_bot)
    write_messages(plugin_bot, 1, customers(2))
    write_messages(plugin_bot, 2, customers(3, first=10), connector="shopchat")
    plan = plugin_bot.plan()
    assert sentence(plan, "line:1").startswith("line 1 · Sales EU: at least 2 open dialogues in the CRM")
    assert sentence(plan, "line:2").startswith("line 2 · Support: about 3 open dialogues of all connectors")
    assert [one.label for one in plan.impact] == ["line:2", "line:1"]


def test_lower_limits_together_are_a_lower_limit(plugin_bot: PluginBot) -> None:
    grant_crm(plugin_bot)
    write_messages(plugin_bot, 1, customers(2))
    write_messages(plugin_bot, 2, customers(3, first=10))
    assert sentence(plugin_bot.plan(), "all") == "2 lines together: at least 5 open dialogues, by the numbers below."


def test_a_crm_that_shows_one_page_of_many_leaves_the_word_to_the_counter(plugin_bot: PluginBot) -> None:
    grant_crm(plugin_bot)
    write_messages(plugin_bot, 1, customers(53))
    assert sentence(plugin_bot.plan(), "line:1").startswith("line 1 · Sales EU: about 53 open dialogues")
    plugin_bot.switch(statistic_select="absent")
    assert sentence(plugin_bot.plan(), "line:1").startswith("line 1 · Sales EU: at least 50 open dialogues in the CRM")


def test_where_no_dialogue_is_found_the_card_says_how_sure_that_is(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    assert {one.count for one in plan.impact} == {0}
    assert sentence(plan, "line:1").startswith("line 1 · Sales EU: no open dialogue of any connector, by the portal's")
    assert sentence(plan, "line:1").endswith("The counter may be inexact.")
    assert sentence(plan, "all") == "2 lines together: no open dialogue is known, by the numbers below."
    grant_crm(plugin_bot)
    plugin_bot.switch(statistic_select="absent")
    plan = plugin_bot.plan()
    assert sentence(plan, "line:1").startswith("line 1 · Sales EU: no open dialogue in the CRM at ")
    assert sentence(plan, "line:1").endswith("Dialogues that are not in the CRM are unknown.")


@pytest.mark.parametrize("position", ["refused", "absent"])
def test_without_any_source_the_card_says_that_nobody_knows(plugin_bot: PluginBot, position: str) -> None:
    plugin_bot.switch(statistic_select=position)
    write_messages(plugin_bot, 1, customers(3))
    plan = plugin_bot.plan()
    assert set(rows(plan)) == {"line:1", "line:2"}
    assert [one.count for one in plan.impact] == [None, None]
    assert sentence(plan, "line:1").startswith("line 1 · Sales EU: the number of open dialogues is unknown")
    assert details(plan, "line:1")[0] == "Operators in the queue: Anna, Klaus."


@pytest.mark.sampled(5)
@pytest.mark.parametrize("limit", ["50", "none"])
@pytest.mark.parametrize("drafts", ["present", "none"])
@pytest.mark.parametrize("statistic", ["allowed", "refused", "absent"])
@pytest.mark.parametrize("lines", [3, 40, 60, 120])
def test_in_every_position_of_the_switches_a_plan_says_the_same_twice(
    plugin_bot: PluginBot, limit: str, drafts: str, statistic: str, lines: int
) -> None:
    """The first plan knows no line of the portal yet, the second does: they must not differ for that."""
    plugin_bot.hold_time()
    plugin_bot.switch(config_list_default_limit=limit, temporary_lines=drafts, statistic_select=statistic)
    more = range(10, 7 + lines)
    plugin_bot.portal.seed(
        lines=[{"id": number} for number in more],
        activations=[{"connector": "myconnector", "line": number} for number in more],
    )
    write_messages(plugin_bot, 2, customers(3))
    plan = plugin_bot.plan()
    assert len([one for one in plan.impact if one.label != "all"]) == lines - 1
    assert (rows(plan)["line:2"].count == 3) is (statistic == "allowed")
    assert all(en(one.details[0]).startswith("Operators in the queue:") for one in plan.impact if one.label != "all")
    again = plugin_bot.plan()
    assert find_drift(plan, again) == ()
    assert {one.label: one.count for one in again.impact} == {one.label: one.count for one in plan.impact}
    assert {one.label: one.details for one in again.impact} == {one.label: one.details for one in plan.impact}


def test_an_empty_queue_and_a_queue_of_many_are_told(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(
        people=[{"id": number, "name": f"User {number}"} for number in range(50, 56)],
        lines=[{"id": 1, "queue": [50, 51, 52, 53, 54]}, {"id": 2, "queue": []}],
    )
    plan = plugin_bot.plan()
    assert details(plan, "line:1")[0] == "Operators in the queue: User 50, User 51, User 52 and 2 more."
    assert details(plan, "line:2")[0] == "The queue of the line has no operator."


def test_other_active_connectors_of_a_line_are_named(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    assert details(plan, "line:1")[1:] == ["No other connector is active on the line."]
    assert details(plan, "line:2")[1:] == ["Other active connectors on the line: shopchat."]


def test_where_not_every_connector_fits_into_the_request_the_card_says_so(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(lines=[{"id": number} for number in range(10, 40)])
    plan = plugin_bot.plan()
    assert details(plan, "line:1")[-1].startswith("b24bot did not check all ")
    assert "Other active connectors on the line: shopchat." not in details(plan, "line:1")


def test_a_connector_that_is_added_elsewhere_changes_nothing_of_what_was_approved(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(lines=[{"id": number} for number in range(10, 40)])
    approved = plugin_bot.plan()
    plugin_bot.portal.seed(connectors=[{"id": "lonely"}])
    assert details(plugin_bot.plan(), "line:1") == details(approved, "line:1")


def test_a_connector_that_is_active_nowhere_hurts_nobody(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(connectors=[{"id": "lonely"}])
    assert plugin_bot.plan("lonely").impact == ()


def test_a_deactivation_counts_the_lines_that_it_takes_the_connector_off(plugin_bot: PluginBot) -> None:
    write_messages(plugin_bot, 1, customers(2))
    plan = Hand(plugin_bot=plugin_bot).plan("connector deactivate myconnector 1")
    assert {label: one.count for label, one in rows(plan).items()} == {"line:1": 2}


def test_a_number_that_stays_near_is_no_drift_and_one_that_does_not_is(plugin_bot: PluginBot) -> None:
    write_messages(plugin_bot, 1, customers(12))
    approved = plugin_bot.plan()
    write_messages(plugin_bot, 1, customers(10, first=12))
    assert find_drift(approved, plugin_bot.plan()) == ()
    write_messages(plugin_bot, 1, customers(1, first=22))
    drift = [en(each) for each in find_drift(approved, plugin_bot.plan())]
    assert len(drift) == 2
    assert drift[1].startswith("Approved: line 1 · Sales EU: about 12 open dialogues of all connectors")
    assert "Now: line 1 · Sales EU: about 23 open dialogues of all connectors" in drift[1]


@pytest.mark.parametrize("crm", [False, True])
def test_the_numbers_of_a_removal_cost_no_request(plugin_bot: PluginBot, *, crm: bool) -> None:
    """From typing to the verified ending a removal takes five requests, and a later one four."""
    if crm:
        grant_crm(plugin_bot)
    write_messages(plugin_bot, 2, customers(3))
    begun = requests(plugin_bot)
    plan, again = plugin_bot.plan(), plugin_bot.plan()
    assert find_drift(plan, again) == ()
    assert plugin_bot.perform(again).verdict is CallVerdict.DONE
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, again) == {}
    assert requests(plugin_bot) - begun == 5
