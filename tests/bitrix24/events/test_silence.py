"""Events that are bound and do not come although something changed."""

from __future__ import annotations

import pytest

from plugins.bitrix24.events.findings.silence import SILENT_MS, Ways, find_silent
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import PluginBot

SILENT = "A connection changed on the portal, but no event told b24bot."
AT = 1_790_000_000_000


@pytest.fixture
def watched(plugin_bot: PluginBot) -> Watched:
    return Watched(plugin_bot)


def silence(watched: Watched, silent: bool) -> None:
    watched.bot.portal.state.plan = type(watched.bot.portal.state.plan)(queues_events=not silent)


def test_a_queue_that_misses_a_change_is_told_once_and_its_next_event_ends_it(watched: Watched) -> None:
    silence(watched, True)
    watched.disconnect(line=2)
    watched.settle(30)
    assert [told.startswith(SILENT) for told in watched.raised] == [False, True]
    watched.wake_after(25)
    assert len(watched.raised) == 2
    silence(watched, False)
    watched.disconnect(line=1)
    watched.settle(2)
    assert watched.over == ["Events from the portal arrive again."]
    assert len(watched.raised) == 3


def test_a_reading_that_is_quicker_than_the_queue_is_no_silence(watched: Watched) -> None:
    watched.disconnect(line=2)
    watched.read_now()
    assert len(watched.raised) == 1
    watched.settle(60)
    assert (len(watched.raised), watched.memory.unheard) == (1, {})


def test_a_portal_that_is_only_polled_cannot_be_silent(watched: Watched) -> None:
    with watched.without_queue():
        watched.settle()
        watched.disconnect(line=2)
        watched.settle(60)
        assert len(watched.raised) == 1


def test_own_changes_are_no_silence_of_the_queue(watched: Watched) -> None:
    watched.own("imconnector.activate", CONNECTOR="myconnector", LINE=2, ACTIVE=0)
    watched.settle(60)
    assert watched.raised == []


@pytest.mark.parametrize(
    ("posted", "queued", "posted_at", "unheard"),
    [
        ([], [AT], None, {"online": AT + 1}),
        ([AT], [AT], None, {}),
        ([], [AT], AT - 1_000, {}),
        ([], [AT], AT - 3_600_000, {"online": AT + 1}),
        ([], [], None, {}),
    ],
)
def test_what_the_queue_holds_has_to_be_posted_too(
    posted: list[int], queued: list[int], posted_at: int | None, unheard: dict[str, int]
) -> None:
    ways = Ways(posted=True, queue=True, posted_at=posted_at, unheard={}).listen(posted, queued, AT + 1)
    assert ways.unheard == unheard


def test_a_way_that_is_not_used_any_more_is_not_missed() -> None:
    ways = Ways(posted=False, queue=False, posted_at=None, unheard={"online": AT, "queue": AT})
    assert ways.listen([], [], AT).unheard == {}
    assert ways.listen([], [], AT).miss(AT) == {}


def test_a_way_is_silent_when_no_event_is_late_any_more() -> None:
    assert find_silent({"queue": AT}, AT + SILENT_MS - 1) == frozenset()
    assert find_silent({"queue": AT}, AT + SILENT_MS) == {"queue"}
