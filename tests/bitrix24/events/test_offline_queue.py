"""The offline queue: bound once, read without loss, and each event counted once whatever is cut off."""

from __future__ import annotations

import pytest

from bot.plugin import PluginError
from plugins.bitrix24.events import offline_queue
from plugins.bitrix24.events.offline_queue import StoredEvents
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import PluginBot

MINUTES = 15


@pytest.fixture
def watched(plugin_bot: PluginBot) -> Watched:
    return Watched(plugin_bot)


def waiting(watched: Watched) -> int:
    """Rows in the portal's queue."""
    with watched.bot.portal.world.lock:
        return len(list(watched.bot.portal.state.offline.rows()))


def bound(watched: Watched) -> list[str]:
    with watched.bot.portal.world.lock:
        return sorted(row.event for row in watched.bot.portal.state.handlers.rows() if row.offline)


def test_the_queue_is_bound_once_and_again_where_it_was_lost(watched: Watched) -> None:
    assert bound(watched) == list(offline_queue.WATCHED)
    watched.settle(60)
    assert watched.bot.effects("event.bind") == 2
    watched.do("update")
    watched.settle()
    assert bound(watched) == list(offline_queue.WATCHED)


def test_rows_are_stored_before_they_are_removed(watched: Watched) -> None:
    watched.disconnect()
    watched.pass_time(60)
    methods = [call.method for call in watched.bot.calls() if call.method.startswith("event.offline")]
    assert methods[-2:].count("event.offline.clear") <= 1
    assert waiting(watched) == 0
    assert len(watched.raised) == 1


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_json"])
def test_a_removal_of_rows_that_fails_tells_nothing_twice(watched: Watched, fault: str) -> None:
    watched.bot.fault(fault, "event.offline.clear", times=4)
    watched.disconnect()
    watched.settle(MINUTES)
    watched.bot.portal.world.faults.clear()
    watched.settle(MINUTES)
    assert len(watched.raised) == 1
    assert waiting(watched) == 0


def test_a_portal_that_keeps_its_rows_is_polled_and_nothing_is_told_twice(watched: Watched) -> None:
    watched.bot.switch(offline_clear_empty_process="refused")
    watched.disconnect(line=2)
    watched.pass_time(60)
    assert (waiting(watched), len(watched.raised)) == (1, 1)
    before = len(watched.bot.calls("event.offline.list"))
    watched.disconnect(line=1)
    watched.settle(MINUTES)
    assert (len(watched.raised), watched.memory.way) == (2, "polling")
    assert len(watched.bot.calls("event.offline.list")) == before


def test_a_process_that_ends_between_storing_and_reading_loses_nothing(watched: Watched) -> None:
    """The rows are in the store, the portal's queue is empty, and another process takes over."""
    watched.disconnect()
    bot = watched.bot
    caller = bot.plugin._maintenance_caller(bot.services, watched.portal)
    offline_queue.take_events(bot.services, caller, bot.portal.member_id)
    assert (waiting(watched), len(StoredEvents(bot.services.records, bot.portal.member_id).all())) == (0, 1)
    bot.plugin = bot.more_plugins()
    watched.pass_time(5)
    [told] = watched.raised
    assert told.startswith("User 27 disconnected myconnector")
    assert StoredEvents(bot.services.records, bot.portal.member_id).all() == []


def test_a_queue_that_cannot_be_read_keeps_its_rows(watched: Watched) -> None:
    watched.disconnect()
    watched.bot.fault("lost_before", "event.offline.list", times=9)
    caller = watched.bot.plugin._maintenance_caller(watched.bot.services, watched.portal)
    with pytest.raises(PluginError):
        offline_queue.take_events(watched.bot.services, caller, watched.bot.portal.member_id)
    assert waiting(watched) == 1


def test_more_rows_than_a_page_are_all_taken(watched: Watched) -> None:
    for line in range(1, 121):
        watched.disconnect(line=line)
    watched.pass_time(60)
    assert waiting(watched) == 0
