"""How many requests each command costs, by the journal of the portal. A portal takes two a second."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plugin import CallVerdict
from tests.bitrix24.plugin_bot import PluginBot


def requests(plugin_bot: PluginBot) -> int:
    """How many requests the portal has got; what travels inside a batch is none."""
    return len([call for call in plugin_bot.calls() if not call.in_batch])


def cost(plugin_bot: PluginBot, path: str, **arguments: Any) -> int:
    before = requests(plugin_bot)
    plugin_bot.run(path, **arguments)
    return requests(plugin_bot) - before


LISTS: list[tuple[str, dict[str, Any], int, int]] = [
    ("connector list", {}, 2, 1),
    ("connector show", {"connector": "myconnector"}, 2, 1),
    ("connector status", {"connector": "myconnector"}, 2, 1),
    ("connector status", {"all": True}, 2, 1),
    ("line list", {}, 1, 1),
    ("line show", {"line": 1}, 2, 1),
    ("portal check", {}, 1, 1),
]
"""What a command costs on the seeded portal, with 13 connectors and 3 lines: at first, and once it was read before."""


@pytest.mark.parametrize(("path", "arguments", "first", "then"), LISTS, ids=[f"{row[0]}{row[1]}" for row in LISTS])
def test_a_read_of_a_small_portal_costs_one_request_once_the_portal_is_known(
    plugin_bot: PluginBot, path: str, arguments: dict[str, Any], first: int, then: int
) -> None:
    assert cost(plugin_bot, path, **arguments) == first
    for _ in range(3):
        plugin_bot.clock.sleep(60)
        assert cost(plugin_bot, path, **arguments) == then


@pytest.mark.parametrize("lines", [40, 53, 90])
def test_statuses_cost_one_request_for_each_50_and_one_for_the_lists(plugin_bot: PluginBot, lines: int) -> None:
    plugin_bot.portal.seed(lines=[{"id": number} for number in range(10, 10 + lines - 3)])
    for _ in range(2):
        assert cost(plugin_bot, "connector show", connector="myconnector") <= 1 + -(-lines // 50)
        assert cost(plugin_bot, "connector status", connector="shopchat") <= 1 + -(-lines // 50)


def test_a_removal_from_40_lines_costs_five_requests_from_typing_to_the_verified_ending(plugin_bot: PluginBot) -> None:
    """The plan, the same plan again before it runs, the call, and the look at what came of it."""
    plugin_bot.hold_time()
    plugin_bot.portal.seed(
        lines=[{"id": number} for number in range(10, 47)],
        activations=[{"connector": "myconnector", "line": number} for number in range(10, 47)],
    )
    begun = requests(plugin_bot)
    plan = plugin_bot.plan()
    again = plugin_bot.plan()
    assert plan == again
    assert plugin_bot.perform(again).verdict is CallVerdict.DONE
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, again) == {}
    assert requests(plugin_bot) - begun == 5


def test_what_was_seen_before_is_no_answer_the_lists_are_read_anew_with_it(plugin_bot: PluginBot) -> None:
    """A line that came meanwhile is read too, one that went is not shown, and a verification sees both."""
    plugin_bot.run("connector show", connector="myconnector")
    plugin_bot.portal.seed(lines=[{"id": 30, "name": "New"}], activations=[{"connector": "myconnector", "line": 30}])
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.lines.drop(2)
    shown = {row[2] for row in plugin_bot.rows("connector status", connector="myconnector")}
    assert shown == {"line 1 · Sales EU", "line 3 · Chat DE", "line 30 · New"}
    assert "line:30" in plugin_bot.plan().before
