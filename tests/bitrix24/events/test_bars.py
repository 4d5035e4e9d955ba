"""How soon each finding is told, and what it costs: counted in calls and in seconds of the simulated clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from plugins.bitrix24.events.findings.finding_table import BY_NAME
from plugins.bitrix24.simulator.state.rows import Line
from tests.bitrix24.events.test_online_events import Posted
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import REGISTRATION, PluginBot

BY_EVENT, BY_QUEUE, BY_POLLING = 5.0, 60.0, 900.0
"""Seconds until a finding is told at the latest."""
BUDGET = 2.0
"""Requests a second that a portal allows."""


def set_error(watched: Watched) -> None:
    state = watched.bot.portal.state
    state.put_status(replace(state.status("myconnector", 2), error=True))


def rename(watched: Watched) -> None:
    connectors = watched.bot.portal.state.connectors
    connectors.put("myconnector", replace(connectors["myconnector"], name="Mine now"))


def drop_connector(watched: Watched) -> None:
    watched.bot.portal.state.connectors.drop("myconnector")
    watched.bot.portal.state.statuses.drop_where(lambda row: row.connector == "myconnector")


def drop_page(watched: Watched) -> None:
    watched.bot.portal.state.placements.drop_where(lambda row: row.placement == "SETTING_CONNECTOR")


CHANGES: Mapping[str, Callable[[Watched], object]] = {
    "removed": lambda watched: watched.do("uninstall"),
    "unpaid": lambda watched: watched.change_app(paid=False),
    "not_installed": lambda watched: watched.change_app(installed=False),
    "scope_lost": lambda watched: watched.change_app(scope=("imopenlines", "imconnector", "placement")),
    "line_deleted": lambda watched: watched.do("delete_line", line=2),
    "connector_gone": drop_connector,
    "switched_off": lambda watched: watched.disconnect(line=2),
    "line_off": lambda watched: watched.set_line(Line(id=2, name="Support", active=False)),
    "no_operator": lambda watched: watched.do("set_queue", line=2, users=[]),
    "error_set": set_error,
    "two_active": lambda watched: watched.connect(line=1, connector="shopchat"),
    "renamed": rename,
    "page_moved": drop_page,
    "updated": lambda watched: watched.do("update"),
}
"""What somebody does, by the finding that comes of it."""
HEARD = [name for name in CHANGES if BY_NAME[name].by_event or name == "removed"]
"""The findings of which the portal sends an event."""


def prepare(bot: PluginBot) -> Watched:
    bot.portal.seed(connectors=[{"id": "shopchat", "name": "Shop chat"}])
    page = bot.portal.state.connectors["myconnector"].handler
    bot.adopt("shopchat")
    watched = Watched(bot)
    bot.adopt(registration={**REGISTRATION, "PLACEMENT_HANDLER": page})
    watched.settle()
    assert watched.raised == []
    return watched


def seconds_until_told(watched: Watched, most: float) -> float:
    """Call the plugin whenever it asks for it, until something is told."""
    clock = watched.bot.clock
    began = clock.monotonic()
    while True:
        wait = watched.look_after()
        if watched.raised or clock.monotonic() - began > most:
            return clock.monotonic() - began
        clock.sleep(wait)


def requests(bot: PluginBot) -> int:
    return len([call for call in bot.calls() if not call.in_batch])


def test_each_finding_has_a_change_that_leads_to_it() -> None:
    # A portal that is only polled has neither events that could be missing nor subscriptions.
    assert set(CHANGES) | {"silent", "subscriptions"} == set(BY_NAME)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", CHANGES)
def test_by_polling_each_finding_is_told_in_a_quarter_of_an_hour_for_a_tenth_of_the_budget(
    plugin_bot: PluginBot, kind: str
) -> None:
    watched = prepare(plugin_bot)
    watched.freeze()
    watched.settle()
    assert watched.memory.way == "polling"
    watched.read_now()
    before = requests(plugin_bot)
    with plugin_bot.portal.world.lock:
        CHANGES[kind](watched)
    took = seconds_until_told(watched, BY_POLLING)
    assert len(watched.raised) == 1
    assert took <= BY_POLLING
    assert requests(plugin_bot) - before <= max(took, 60.0) * BUDGET / 10
    watched.settle()
    assert len(watched.raised) == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", HEARD)
def test_by_the_queue_each_finding_with_an_event_is_told_in_a_minute(plugin_bot: PluginBot, kind: str) -> None:
    watched = prepare(plugin_bot)
    assert watched.memory.way == "queue"
    # Right before the change the queue is looked into: the longest wait begins.
    watched.look_into_queue_now()
    CHANGES[kind](watched)
    assert seconds_until_told(watched, BY_QUEUE) <= BY_QUEUE
    watched.settle()
    assert len(watched.raised) == 1


@pytest.fixture
def posted(make_plugin_bot: Callable[..., PluginBot]) -> Iterator[Posted]:
    made = Posted(make_plugin_bot)
    yield made
    made.server.stop()


@pytest.mark.parametrize("kind", HEARD)
def test_by_event_each_finding_is_told_in_five_seconds_after_its_arrival(posted: Posted, kind: str) -> None:
    assert posted.watched.memory.way == "online"
    CHANGES[kind](posted.watched)
    posted.delivered()
    assert seconds_until_told(posted.watched, BY_EVENT) <= BY_EVENT
    assert len(posted.watched.raised) == 1


@pytest.mark.sampled(2)
def test_an_event_of_a_portal_that_refuses_every_call_costs_a_reading_a_minute(posted: Posted) -> None:
    """Such a portal was read every second until it answered, which took half of its budget."""
    posted.watched.do("dismiss", user=1)
    posted.watched.disconnect(line=1)
    posted.delivered()
    before, batches = len(posted.bot.calls()), len(posted.bot.calls("batch"))
    posted.watched.pass_time(600)
    assert posted.stored() == 1
    assert len(posted.bot.calls("batch")) - batches <= 11
    assert len(posted.bot.calls()) - before <= 22, "the queue is looked into as often"


@pytest.mark.parametrize("connectors", [5, 25])
def test_a_large_portal_costs_a_tenth_of_its_budget(plugin_bot: PluginBot, connectors: int) -> None:
    plugin_bot.portal.seed(
        lines=[{"id": number} for number in range(1, 41)],
        connectors=[{"id": f"c{number}", "name": "x"} for number in range(connectors)],
    )
    for number in range(connectors):
        plugin_bot.adopt(f"c{number}")
    watched = Watched(plugin_bot)
    before = requests(plugin_bot)
    watched.pass_time(3600)
    assert requests(plugin_bot) - before <= 3600 * BUDGET / 10
    assert watched.memory.read_at is not None
    assert plugin_bot.clock.now_ms() - watched.memory.read_at <= BY_POLLING * 1000
