"""Lists are kept for seconds for those who only look, and the same read is made once for all who ask at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from bot.plugin import CallVerdict, PluginError, TargetUnreachable
from plugins.bitrix24.traffic.read_cache import MOST, SECONDS, CachedAnswer, ReadCache
from tests.bitrix24.http.test_permit import REMOVE
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.test_requests import cost, requests
from tests.language.english import en


@pytest.fixture
def still(plugin_bot: PluginBot) -> PluginBot:
    """A plugin bot where only sleeping makes time pass."""
    plugin_bot.hold_time()
    return plugin_bot


def add_line(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(lines=[{"id": 30, "name": "New"}])


def numbers(plugin_bot: PluginBot) -> list[str]:
    return [row[0] for row in plugin_bot.rows("line list")]


def keep_list(plugin_bot: PluginBot) -> None:
    """Have the list of lines read and kept; then a line is added that only a new read shows."""
    numbers(plugin_bot)
    assert cost(plugin_bot, "line list") == 0
    add_line(plugin_bot)


def test_lists_are_kept_for_some_seconds_and_the_answer_says_how_old_they_are(still: PluginBot) -> None:
    assert still.reply("line list").notes == ()
    keep_list(still)
    still.clock.sleep(4)
    assert cost(still, "line list") == 0
    reply = still.reply("line list")
    assert tuple(map(en, reply.notes)) == ("The portal's lists were read 4 seconds ago.",)
    assert en(reply.title) == "3 lines on default"
    still.clock.sleep(SECONDS)
    assert "30" in numbers(still)
    assert still.reply("line list").notes == ()


def test_where_a_request_goes_out_anyhow_nothing_kept_is_used(still: PluginBot) -> None:
    still.run("connector list")
    add_line(still)
    still.clock.sleep(2)
    assert cost(still, "line show", line=1) == 1
    reply = still.reply("connector status", connector="myconnector")
    assert reply.notes == ()


@pytest.mark.parametrize("verdict", [CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.UNKNOWN])
def test_a_change_drops_what_was_kept_whatever_comes_of_it(still: PluginBot, verdict: CallVerdict) -> None:
    keep_list(still)
    if verdict is CallVerdict.FAILED:
        still.fault("reply", status=400, body={"error": "ACCESS_DENIED"})
    if verdict is CallVerdict.UNKNOWN:
        still.fault("lost_after")
    assert still.perform_remove().verdict is verdict
    assert "30" in numbers(still)


def test_what_was_read_while_a_change_was_under_way_is_not_kept_after_it(still: PluginBot) -> None:
    """It may show the portal as it was before the change, or halfway through it."""

    def look(seconds: float) -> bool:
        keep_list(still)
        return True

    services = replace(still.services, ask_to_send=look)
    assert still.plugin.perform(services, still.place, REMOVE).verdict is CallVerdict.DONE
    assert "30" in numbers(still)


def test_new_credentials_get_nothing_that_was_kept_for_others(still: PluginBot) -> None:
    keep_list(still)
    still.store_again(still.issue())
    assert "30" in numbers(still)


def test_plans_verifications_and_checks_read_the_portal_themselves(still: PluginBot) -> None:
    keep_list(still)
    still.run("connector status", connector="myconnector")
    plan = still.plan()
    with still.portal.world.lock:
        still.portal.state.statuses.drop(("myconnector", 1))
    again = still.plan()
    assert len(again.before) == len(plan.before) - 1
    assert still.plugin.verify(still.services, still.place, plan) == again.before
    for path in ("portal check",):
        assert cost(still, path) == 1


def at_once(plugin_bot: PluginBot, run: Callable[[], Any], people: int = 6) -> list[Any]:
    """What each of them gets; the portal answers when all have asked."""
    plugin_bot.fault("stall_before", "imopenlines.config.list.get", seconds=0.4)
    ready = threading.Barrier(people)

    def one() -> Any:
        ready.wait()
        try:
            return run()
        except PluginError as error:
            return error.sentence

    with ThreadPoolExecutor(people) as threads:
        return [each.result() for each in [threads.submit(one) for _ in range(people)]]


def test_the_same_read_asked_for_at_once_is_made_once(plugin_bot: PluginBot) -> None:
    plugin_bot.run("connector list")
    before = requests(plugin_bot)
    answers = at_once(plugin_bot, lambda: plugin_bot.rows("connector list"))
    assert len(set(answers)) == 1
    assert requests(plugin_bot) - before == 1


def test_plans_made_at_once_are_made_each_for_itself(plugin_bot: PluginBot) -> None:
    plugin_bot.run("connector list")
    before = requests(plugin_bot)
    plans = at_once(plugin_bot, plugin_bot.plan, 3)
    first = plans[0]
    for plan in plans:
        # Each says when it counted what it would hurt; what it counted is the same.
        assert replace(plan, impact=first.impact) == first
        assert [(one.label, one.count) for one in plan.impact] == [(one.label, one.count) for one in first.impact]
    assert requests(plugin_bot) - before == 3


def test_all_who_wait_for_one_read_get_its_error() -> None:
    kept, begun, go = ReadCache(), threading.Event(), threading.Event()
    made: list[int] = []

    def make() -> str:
        made.append(1)
        begun.set()
        go.wait(10)
        raise TargetUnreachable("No answer came.")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(kept.once, "key", make)
        begun.wait(10)
        second = threads.submit(kept.once, "key", make)
        go.set()
        for each in (first, second):
            with pytest.raises(TargetUnreachable):
                each.result(10)
    assert made
    assert kept.once("key", lambda: "later") == "later"


def test_nobody_joins_a_read_that_began_before_a_change() -> None:
    kept, begun, go = ReadCache(), threading.Event(), threading.Event()

    def old() -> str:
        begun.set()
        go.wait(10)
        return "old"

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(kept.once, "key", old)
        begun.wait(10)
        kept.drop()
        assert kept.once("key", lambda: "new") == "new"
        go.set()
        assert first.result(10) == "old"


def test_a_fault_of_ours_in_a_joined_read_is_not_taken_for_the_portals_answer() -> None:
    kept, begun, go = ReadCache(), threading.Event(), threading.Event()

    def broken() -> str:
        begun.set()
        go.wait(10)
        raise RuntimeError("a fault")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(kept.once, "key", broken)
        begun.wait(10)
        second = threads.submit(kept.once, "key", lambda: "mine")
        go.set()
        with pytest.raises(RuntimeError):
            first.result(10)
        assert second.result(10) == "mine"


def test_what_was_read_before_a_change_is_not_kept_after_it_and_the_oldest_goes_first() -> None:
    kept = ReadCache()
    before = kept.changes
    kept.drop()
    kept.keep("key", CachedAnswer(value=1, began=0.0), changes=before)
    assert kept.find("key", 0.0) is None
    for number in range(MOST + 1):
        kept.keep(number, CachedAnswer(value=number, began=0.0), changes=kept.changes)
    assert kept.find(0, 0.0) is None
    assert kept.find(MOST, SECONDS - 1) == CachedAnswer(value=MOST, began=0.0)
    assert kept.find(MOST, SECONDS) is None


def test_an_id_that_is_named_is_looked_for_in_lists_that_are_read_now(still: PluginBot) -> None:
    """A connector that came a moment ago is found, also one whose id is another's but for its capitals."""
    still.run("connector list")
    keep_list(still)
    still.portal.seed(built_in={"My.New": "New"})
    assert still.reply("connector show", connector="My.New").title == "My.New"
    assert en(still.reply("line show", line=30).title) == "line 30 · New"
