"""Whatever the network and the portal do: never two effects, never a success that did not happen, one refresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.plugin import CallVerdict, TargetRefused, TargetUnreachable
from bot.plugin.loopback import wait_until
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

DONE, FAILED, NOT_SENT, UNKNOWN = CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN

# fault, its options, the verdict, whether the portal carried the call out, how many HTTP requests
TABLE: list[tuple[str, dict[str, Any], CallVerdict, bool, int]] = [
    ("lost_before", {}, UNKNOWN, False, 1),
    ("lost_after", {}, UNKNOWN, True, 1),
    ("stall_before", {"seconds": 0.6}, UNKNOWN, True, 1),
    ("stall_after", {"seconds": 0.6}, UNKNOWN, True, 1),
    ("late_effect", {"seconds": 0.0}, UNKNOWN, True, 1),
    ("unavailable", {}, UNKNOWN, False, 1),
    ("unavailable", {"effect": True}, UNKNOWN, True, 1),
    ("query_limit", {}, DONE, True, 2),
    ("query_limit", {"times": 2}, DONE, True, 3),
    ("too_many", {}, NOT_SENT, False, 1),
    ("error_json", {}, UNKNOWN, False, 1),
    ("error_json", {"effect": True}, UNKNOWN, True, 1),
    ("error_html", {}, UNKNOWN, False, 1),
    ("error_html", {"effect": True}, UNKNOWN, True, 1),
    ("html", {}, UNKNOWN, False, 1),
    ("truncated", {}, UNKNOWN, True, 1),
    ("false_flat", {}, UNKNOWN, False, 1),
    ("false_nested", {}, FAILED, False, 1),
    ("expired", {}, DONE, True, 2),
    ("expired", {"times": "forever"}, NOT_SENT, False, 2),
    ("reply", {"body": {"result": {"result": 1}}}, UNKNOWN, False, 1),
    ("reply", {"body": {"result": {"result": "true"}}}, UNKNOWN, False, 1),
    ("reply", {"body": {"result": True}}, UNKNOWN, False, 1),
    ("reply", {"body": {}, "status": 503}, UNKNOWN, False, 1),
    ("reply", {"body": {"error": "BRAND_NEW", "error_description": "x"}, "status": 400}, FAILED, False, 1),
    ("reply", {"body": {"error": "PORTAL_DELETED"}, "status": 403}, FAILED, False, 1),
    ("reply", {"body": "x" * 1_100_000}, UNKNOWN, False, 1),
    ("reply", {"body": "{}", "headers": {"Content-Encoding": "gzip"}}, UNKNOWN, False, 1),
    (
        "reply",
        {"body": "", "status": 302, "headers": {"Location": "https://new.bitrix24.com/rest/"}},
        NOT_SENT,
        False,
        1,
    ),
    ("reply", {"body": "", "status": 307, "headers": {"Location": "/rest/other"}}, NOT_SENT, False, 1),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("kind", "options", "verdict", "effect", "requests"),
    TABLE,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(TABLE)],
)
def test_a_removal_under_a_fault(
    make_plugin_bot: Callable[..., PluginBot],
    kind: str,
    options: dict[str, Any],
    verdict: CallVerdict,
    effect: bool,
    requests: int,
) -> None:
    plugin_bot = make_plugin_bot(short=True)
    plan = plugin_bot.plan()
    plugin_bot.fault(kind, **options)
    outcome = plugin_bot.perform(plan)
    if "stall" in kind or kind == "late_effect":
        settled(plugin_bot)
    assert outcome.verdict is verdict, outcome
    assert plugin_bot.effects() == int(effect)
    assert len(plugin_bot.calls("imconnector.unregister")) == requests
    assert outcome.facts["attempts"] == requests
    assert len(plugin_bot.refreshes()) == (1 if kind == "expired" else 0)
    assert ("myconnector" in plugin_bot.portal.state.connectors) is not effect


def settled(plugin_bot: PluginBot) -> None:
    """What the portal still works on after our patience ended, and what it does late, is done when this returns."""

    def carried_out() -> bool:
        plugin_bot.portal.world.sender.settle()
        return plugin_bot.effects() == 1

    assert wait_until(carried_out)


def test_what_verify_says_is_what_is_true_whatever_was_answered(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = make_plugin_bot()
    plan = plugin_bot.plan()
    plugin_bot.fault("lost_after")
    assert plugin_bot.perform(plan).verdict is UNKNOWN
    assert plugin_bot.plugin.verify(plugin_bot.services, plugin_bot.place, plan) == {}


def test_a_portal_that_is_not_there_gets_nothing(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = make_plugin_bot()
    plan = plugin_bot.plan()
    plugin_bot.stop()
    outcome = plugin_bot.more_plugins().perform(plugin_bot.services, plugin_bot.place, plan.calls[0])
    assert outcome.verdict is NOT_SENT
    assert outcome.facts["attempts"] == 3
    assert "Nothing was sent" in en(outcome.sentence)
    assert plugin_bot.effects() == 0


def test_a_portal_that_never_answers_is_left_alone_for_half_a_minute(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    plugin_bot.fault("lost_before", times="forever")
    outcomes = [plugin_bot.perform(plan) for _ in range(7)]
    assert [each.verdict for each in outcomes] == [UNKNOWN] * 5 + [NOT_SENT] * 2
    assert len(plugin_bot.calls("imconnector.unregister")) == 5
    assert "half a minute" in en(outcomes[-1].sentence)
    plugin_bot.portal.world.faults.clear()
    plugin_bot.clock.sleep(31.0)
    assert plugin_bot.perform(plan).verdict is DONE


READS: list[tuple[str, dict[str, Any], bool, int]] = [
    ("lost_before", {}, True, 2),
    ("lost_after", {"times": 3}, True, 4),
    ("lost_before", {"times": "forever"}, False, 4),
    ("unavailable", {"times": 3}, True, 4),
    ("unavailable", {"times": "forever"}, False, 4),
    ("html", {}, True, 2),
    ("truncated", {}, True, 2),
    ("error_json", {"times": "forever"}, False, 4),
    ("query_limit", {"times": 3}, True, 4),
    ("query_limit", {"times": 9}, True, 10),
    ("too_many", {}, False, 1),
    ("expired", {}, True, 2),
    ("expired", {"times": "forever"}, False, 2),
    ("reply", {"body": {"error": "ACCESS_DENIED", "error_description": "no"}, "status": 400}, False, 1),
]


@pytest.mark.parametrize(
    ("kind", "options", "answered", "requests"), READS, ids=[f"{row[0]}-{number}" for number, row in enumerate(READS)]
)
def test_a_read_under_a_fault_is_tried_four_times_at_most(
    plugin_bot: PluginBot, kind: str, options: dict[str, Any], answered: bool, requests: int
) -> None:
    plugin_bot.fault(kind, "imconnector.list", **options)
    if answered:
        assert len(plugin_bot.open().connectors()) == 13
    else:
        with pytest.raises((TargetRefused, TargetUnreachable)):
            plugin_bot.open().connectors()
    assert len(plugin_bot.calls("imconnector.list")) == requests
    assert len(plugin_bot.refreshes()) == (1 if kind == "expired" else 0)


@pytest.mark.parametrize(
    ("kind", "options", "answered", "requests"), READS, ids=[f"{row[0]}-{number}" for number, row in enumerate(READS)]
)
def test_several_reads_in_one_request_are_tried_as_often_as_one(
    plugin_bot: PluginBot, kind: str, options: dict[str, Any], answered: bool, requests: int
) -> None:
    plugin_bot.fault(kind, "batch", **options)
    if answered:
        assert len(plugin_bot.rows("connector list")) == 13
    else:
        assert plugin_bot.refusal("connector list").sentence
    # The statuses come in a batch of their own where nothing was read before.
    alone = 1 if kind == "too_many" else 0
    assert len(plugin_bot.calls("batch")) == requests + answered
    assert len([call for call in plugin_bot.calls("imconnector.list") if not call.in_batch]) == alone
    assert len(plugin_bot.refreshes()) == (1 if kind == "expired" else 0)


ITEMS: list[tuple[str, dict[str, Any], bool, int]] = [
    ("error_json", {"times": 3}, True, 3),
    ("error_json", {"times": "forever"}, False, 4),
    ("reply", {"body": {"error": "QUERY_LIMIT_EXCEEDED"}, "status": 503, "times": 3}, True, 3),
    ("too_many", {}, False, 0),
    ("reply", {"body": {"error": "expired_token"}, "status": 401}, True, 1),
    ("reply", {"body": {"error": "ACCESS_DENIED", "error_description": "no"}, "status": 400}, False, 0),
    ("reply", {"body": {"result": "x"}}, False, 0),
]


@pytest.mark.parametrize(
    ("kind", "options", "answered", "alone"), ITEMS, ids=[f"{row[0]}-{number}" for number, row in enumerate(ITEMS)]
)
def test_an_item_that_fails_among_others_counts_as_a_read_that_failed_alone(
    make_plugin_bot: Callable[..., PluginBot], kind: str, options: dict[str, Any], answered: bool, alone: int
) -> None:
    """What is final is final; what a read alone would be repeated for, is read alone, and the others stand."""
    together, single = make_plugin_bot(), make_plugin_bot()
    for each in (together, single):
        each.fault(kind, "imconnector.list", **options)
    if answered:
        assert len(together.rows("connector list")) == 13
    else:
        error = together.refusal("connector list")
        with pytest.raises(type(error)) as caught:
            single.open().connectors()
        assert (error.sentence, en(error.hint)) == (caught.value.sentence, en(caught.value.hint))
        assert getattr(error, "code", "") == getattr(caught.value, "code", "")
    assert len([call for call in together.calls("imconnector.list") if not call.in_batch]) == alone
    assert not [call for call in together.calls("imopenlines.config.list.get") if not call.in_batch]


def test_a_full_portal_is_waited_for_until_a_deadline_and_the_pauses_grow_and_stay_bounded(
    plugin_bot: PluginBot,
) -> None:
    """With a count instead, one of several processes loses all that it read."""
    begun = plugin_bot.clock.monotonic()
    plugin_bot.fault("query_limit", "imconnector.list", times="forever")
    assert plugin_bot.refusal("connector list").sentence
    first, second, third, *rest = [each for each in plugin_bot.clock.slept if each >= 1.0]
    assert 1 <= first <= 2 <= second <= 3 <= 4 <= third <= 5
    assert all(8 <= pause <= 9 for pause in rest)
    assert 100 < plugin_bot.clock.monotonic() - begun < 130


def test_waiting_for_a_full_portal_uses_up_no_attempt(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("query_limit", "imconnector.list", times=5)
    plugin_bot.fault("lost_before", "imconnector.list", times=3)
    assert plugin_bot.open().connectors()
    assert len(plugin_bot.calls("imconnector.list")) == 9


def test_a_change_waits_for_a_full_portal_for_a_minute_at_most(plugin_bot: PluginBot) -> None:
    begun = plugin_bot.clock.monotonic()
    plugin_bot.fault("query_limit", times="forever")
    outcome = plugin_bot.perform_remove()
    assert outcome.verdict is NOT_SENT
    assert outcome.code == "QUERY_LIMIT_EXCEEDED"
    assert outcome.facts["attempts"] == len(plugin_bot.calls())
    assert 45 < plugin_bot.clock.monotonic() - begun < 65
    assert plugin_bot.effects() == 0


def test_processes_that_meet_at_a_full_portal_do_not_come_back_at_the_same_moment(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("query_limit", "imconnector.list", times=5)
    plugin_bot.open().connectors()
    pauses = [each for each in plugin_bot.clock.slept if each >= 8.0]
    assert len({round(pause, 6) for pause in pauses}) == len(pauses) >= 2


def test_when_others_have_filled_the_portals_bucket_we_slow_down_too(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("query_limit", "imconnector.list")
    plugin_bot.open().connectors()
    before = len(plugin_bot.clock.slept)
    for _ in range(12):
        plugin_bot.open().connectors()
    assert sum(plugin_bot.clock.slept[before:]) > 3.0
    assert len(plugin_bot.calls("imconnector.list")) == 14


@pytest.mark.parametrize(
    ("kind", "options", "status"),
    [("reply", {"body": {"error": "ACCESS_DENIED"}, "status": 400}, 400), ("lost_before", {"times": "forever"}, 0)],
)
def test_an_error_of_a_read_brings_what_an_admin_wants_to_see_in_the_log(
    plugin_bot: PluginBot, kind: str, options: dict[str, Any], status: int
) -> None:
    plugin_bot.fault(kind, "imconnector.list", **options)
    with pytest.raises((TargetRefused, TargetUnreachable)) as caught:
        plugin_bot.open().connectors()
    error = caught.value
    assert isinstance(error, TargetRefused | TargetUnreachable)
    assert error.facts["method"] == "imconnector.list"
    assert error.facts["http_status"] == status
    assert error.facts["attempts"] == len(plugin_bot.calls("imconnector.list"))
