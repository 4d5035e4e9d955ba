"""A method that the portal has worked on for too long is left alone until its time, and nothing else is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.plugin import CallVerdict, TargetRefused, Time
from plugins.bitrix24.traffic.operating_limit import LIMIT, LONGEST_PAUSE, REST_MS, SLOW, Block, OperatingTime
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, raises

NOW = 1_790_000_000_000
RESET = NOW // 1000 + 400


def times(used: Any = 10.0, reset: Any = RESET) -> Mapping[str, Any]:
    return {"operating": used, "operating_reset_at": reset}


@pytest.fixture
def operating() -> OperatingTime:
    return OperatingTime(logging.getLogger("test.operating"))


def test_a_refused_method_rests_until_the_reset_that_was_told_last(operating: OperatingTime) -> None:
    operating.noted("a", times(reset=RESET - 300), NOW)
    operating.noted("a", times(), NOW)
    assert operating.refused("a", NOW) == Block(method="a", until=RESET * 1000)
    assert operating.block("a", RESET * 1000 - 1)
    assert operating.block("a", RESET * 1000) is None


@pytest.mark.parametrize("reset", [None, "soon", True, -1, 1e300, NOW // 1000 - 5, NOW // 1000 + 601])
def test_without_a_time_that_can_be_true_it_rests_for_a_minute(operating: OperatingTime, reset: Any) -> None:
    operating.noted("a", times(reset=reset), NOW)
    assert operating.refused("a", NOW).until == NOW + REST_MS


def test_other_methods_are_not_blocked(operating: OperatingTime) -> None:
    operating.refused("a", NOW)
    assert operating.block("b", NOW) is None


def test_a_clock_that_is_set_back_does_not_lengthen_a_rest(operating: OperatingTime) -> None:
    operating.refused("a", NOW)
    assert operating.block("a", NOW - 3_600_000) is None


def test_the_sentence_names_the_method_and_the_time(operating: OperatingTime) -> None:
    sentence = Block(method="imconnector.status", until=NOW).sentence
    assert sentence.arguments == {"method": "imconnector.status", "until": Time(time=NOW)}
    assert "Other methods still work." in en(sentence)


def test_above_half_of_the_limit_the_log_warns_once_for_each_window(
    operating: OperatingTime, caplog: pytest.LogCaptureFixture
) -> None:
    assert pytest.approx(0.5 * LIMIT) == SLOW
    with caplog.at_level(logging.WARNING):
        operating.noted("a", times(used=SLOW), NOW)
        assert caplog.text == ""
        for _ in range(3):
            operating.noted("a", times(used=SLOW + 1), NOW)
        operating.noted("b", times(used=SLOW + 1), NOW)
        assert len(caplog.records) == 2
        operating.noted("a", times(used=SLOW + 1, reset=RESET + 600), RESET * 1000 + 1)
    assert len(caplog.records) == 3
    assert "211 s on a" in caplog.text


# --------------------------------------------------------------------------------------------- at a real portal


def cost(plugin_bot: PluginBot, method: str, seconds: float) -> None:
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.world.operating.costs[method] = seconds


def test_after_the_limit_the_method_rests_others_go_on_and_later_it_works_again(plugin_bot: PluginBot) -> None:
    cost(plugin_bot, "imconnector.list", 250.0)
    for _ in range(2):
        plugin_bot.open().connectors()
    error = plugin_bot.refusal("connector list")
    assert isinstance(error, TargetRefused)
    assert error.code == "OPERATION_TIME_LIMIT"
    assert "imconnector.list until " in en(error.sentence)
    asked = len(plugin_bot.calls("imconnector.list"))
    assert plugin_bot.refusal("connector list").sentence == error.sentence
    assert len(plugin_bot.calls("imconnector.list")) == asked == 3
    assert plugin_bot.open().lines()
    assert plugin_bot.perform_remove().verdict is CallVerdict.DONE
    plugin_bot.clock.sleep(601)
    assert plugin_bot.open().connectors()


def test_a_change_that_is_blocked_was_not_carried_out_and_is_not_sent_again(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("too_many")
    first, second = plugin_bot.perform_remove(), plugin_bot.perform_remove()
    for outcome in (first, second):
        assert outcome.verdict is CallVerdict.NOT_SENT
        assert outcome.code == "OPERATION_TIME_LIMIT"
        assert "Try again after " in en(outcome.sentence)
    assert (first.facts["attempts"], second.facts["attempts"]) == (1, 0)
    assert plugin_bot.effects() == 0
    plugin_bot.clock.sleep(61)
    assert plugin_bot.perform_remove().verdict is CallVerdict.DONE


def test_a_method_blocked_inside_a_batch_is_not_put_into_the_next_one(
    make_plugin_bot: Callable[..., PluginBot],
) -> None:
    """The batch itself is HTTP 200; only its items tell (docs/portal-behaviour.md P84)."""
    plugin_bot = make_plugin_bot()
    cost(plugin_bot, "imconnector.status", 250.0)
    found = plugin_bot.open().statuses("myconnector")
    assert ["OPERATION_TIME_LIMIT" in en(each.problem or "") for each in found] == [False, False, True]
    batches = len(plugin_bot.calls("batch"))
    assert all(
        "imconnector.status until " in en(each.problem or "") for each in plugin_bot.open().statuses("myconnector")
    )
    assert len(plugin_bot.calls("batch")) == batches, "there was nothing to send"
    plugin_bot.clock.sleep(601)
    assert not any(each.problem for each in plugin_bot.open().statuses("myconnector")[:2])


def test_where_batches_themselves_are_charged_they_alone_rest(plugin_bot: PluginBot) -> None:
    """It was measured so, too; the documentation says otherwise (docs/portal-behaviour.md P85)."""
    plugin_bot.switch(batch_charged_to="batch")
    cost(plugin_bot, "batch", 500.0)
    assert not any(each.problem for each in plugin_bot.open().statuses("myconnector"))
    for _ in range(2):
        with raises(TargetRefused, match="batch until "):
            plugin_bot.open().statuses("myconnector")
    assert len(plugin_bot.calls("batch")) == 2
    assert plugin_bot.open().connectors()


def test_the_log_warns_before_the_portal_blocks(plugin_bot: PluginBot, caplog: pytest.LogCaptureFixture) -> None:
    cost(plugin_bot, "imconnector.status", 120.0)
    with caplog.at_level(logging.WARNING):
        plugin_bot.open().statuses("myconnector")
    assert "s on imconnector.status in ten minutes; calls are slowed down" in caplog.text


def test_from_half_of_the_limit_on_calls_of_the_method_are_slowed_down(operating: OperatingTime) -> None:
    operating.noted("a", times(used=SLOW), NOW)
    assert operating.pause(["a"], NOW) == 0.0
    operating.noted("a", times(used=(SLOW + LIMIT) / 2), NOW)
    assert operating.pause(["b", "a"], NOW) == pytest.approx(LONGEST_PAUSE / 2)
    assert operating.pause(["b"], NOW) == 0.0
    assert operating.busiest(NOW) == ("a", (SLOW + LIMIT) / 2)
    operating.noted("a", times(used=2 * LIMIT), NOW)
    assert operating.pause(["a"], NOW) == LONGEST_PAUSE
    assert operating.pause(["a"], RESET * 1000) == 0.0
    assert operating.busiest(RESET * 1000) is None


def test_a_method_near_its_limit_is_called_after_a_pause_and_others_at_once(plugin_bot: PluginBot) -> None:
    cost(plugin_bot, "imconnector.status", 150.0)
    plugin_bot.open().statuses("myconnector")
    before = len(plugin_bot.clock.slept)
    plugin_bot.open().connectors()
    assert plugin_bot.clock.slept[before:] == []
    plugin_bot.open().statuses("myconnector")
    assert max(plugin_bot.clock.slept[before:]) > 0


def test_a_portal_without_a_limiter_tells_nothing_and_that_is_fine(plugin_bot: PluginBot) -> None:
    plugin_bot.switch(operating_limit="off")
    cost(plugin_bot, "imconnector.status", 1000.0)
    assert not any(each.problem for each in plugin_bot.open().statuses("myconnector"))
