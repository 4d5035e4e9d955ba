"""The watch: what others change on a portal is told once, in time, and nothing of what the bot does itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from plugins.bitrix24.connectors.line_queue import read_queues
from plugins.bitrix24.events.watch import LONGEST_WAIT
from plugins.bitrix24.simulator.state.rows import Line
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import REGISTRATION, PluginBot

MINUTES = 15
DISCONNECTED = (
    "Somebody disconnected myconnector from line 2 · Support, not through b24bot. "
    "To connect it again, run connector activate myconnector 2 --portal default."
)
GONE = (
    "myconnector is no longer registered on the portal. b24bot did not remove it. "
    "To register it again and connect it to its lines, run connector restore myconnector --portal default."
)


@pytest.fixture
def watched(plugin_bot: PluginBot) -> Watched:
    return Watched(plugin_bot)


def test_a_portal_where_nothing_happens_is_told_nothing_of_and_costs_a_hundredth_of_its_budget(
    watched: Watched,
) -> None:
    before = len([call for call in watched.bot.calls() if not call.in_batch])
    watched.pass_time(3600)
    assert (watched.raised, watched.over, watched.memory.way) == ([], [], "queue")
    spent = len([call for call in watched.bot.calls() if not call.in_batch]) - before
    assert 3600 / 60 <= spent <= 3600 * 2 * 0.1


def test_a_connector_that_a_user_switched_off_is_told_within_a_minute_with_the_user(watched: Watched) -> None:
    watched.disconnect(line=2, user=27)
    watched.pass_time(60)
    [told] = watched.raised
    assert told.startswith("User 27 disconnected myconnector from line 2 · Support at ")
    assert ", not through b24bot. To connect it again" in told
    watched.settle(60)
    assert len(watched.raised) == 1


def test_a_connector_that_is_switched_off_soon_after_its_adoption_is_told(watched: Watched) -> None:
    watched.bot.services.records.delete("connector", f"{watched.portal.identity}/myconnector")
    watched.read_now()
    plan = watched.bot.run("connector adopt", connector=("myconnector",))
    with watched.bot.services.store.unit_of_work() as tx:
        tx.records("bitrix24").remember(plan.remember)
    watched.bot.clock.sleep(60)
    assert watched.memory.expected == frozenset()
    watched.disconnect(line=2)
    watched.pass_time(60)
    [told] = watched.raised
    assert told.startswith("User 27 disconnected myconnector from line 2")


def test_without_the_queue_it_is_told_within_a_quarter_of_an_hour(watched: Watched) -> None:
    with watched.without_queue():
        watched.settle()
        assert watched.memory.way == "polling"
        watched.disconnect(line=2)
        watched.settle(MINUTES)
        assert watched.raised == [DISCONNECTED]


def test_several_lines_of_one_connector_are_one_notice(watched: Watched) -> None:
    watched.disconnect(line=1)
    watched.disconnect(line=2)
    watched.pass_time(60)
    [told] = watched.raised
    assert "line 1 · Sales EU" in told
    assert "line 2 · Support" in told


def test_what_is_over_is_told_with_one_word(watched: Watched) -> None:
    watched.disconnect()
    watched.pass_time(60)
    watched.connect()
    watched.settle(MINUTES)
    assert watched.over == ["myconnector is connected to line 2 · Support again."]
    watched.settle(60)
    assert len(watched.over) == 1


def test_off_and_on_again_between_two_readings_is_no_finding(watched: Watched) -> None:
    watched.disconnect()
    watched.connect()
    watched.settle(MINUTES)
    assert (watched.raised, watched.over) == ([], [])


def test_own_changes_are_told_nothing_of(watched: Watched) -> None:
    watched.own("imconnector.activate", CONNECTOR="myconnector", LINE=2, ACTIVE=0)
    watched.settle(MINUTES)
    watched.own("imconnector.activate", CONNECTOR="myconnector", LINE=2, ACTIVE=1)
    watched.settle(MINUTES)
    watched.own("imconnector.set.error", CONNECTOR="myconnector", LINE=2)
    watched.settle(MINUTES)
    watched.own("imconnector.unregister", ID="myconnector")
    watched.settle(MINUTES)
    assert (watched.raised, watched.over) == ([], [])


def test_a_reading_before_an_own_change_is_on_record_finds_nothing(watched: Watched) -> None:
    """The portal has the new settings page at once, and our own record has it when the change is verified."""
    old = {**REGISTRATION, "NAME": "WhatsApp EU"}
    new = {**old, "PLACEMENT_HANDLER": "https://b24bot.example/another"}
    watched.bot.adopt(registration=old)
    watched.read_now()
    watched.own("imconnector.register", **new)
    with watched.bot.portal.world.lock:
        watched.bot.portal.state.placements.drop_where(lambda row: row.handler == old["PLACEMENT_HANDLER"])
    watched.read_now()
    watched.bot.clock.sleep(10)
    watched.bot.adopt(registration=new)
    watched.settle(60)
    assert (watched.raised, watched.over) == ([], [])


def test_an_own_change_without_an_answer_is_told_nothing_of(watched: Watched) -> None:
    watched.bot.fault("lost_after", "imconnector.activate", times=9)
    watched.own("imconnector.activate", CONNECTOR="myconnector", LINE=2, ACTIVE=0)
    watched.settle(MINUTES)
    assert (watched.raised, watched.over) == ([], [])


def test_a_change_by_others_after_our_own_is_told(watched: Watched) -> None:
    watched.own("imconnector.activate", CONNECTOR="myconnector", LINE=3, ACTIVE=1)
    watched.disconnect(line=3)
    watched.pass_time(120)
    [told] = watched.raised
    assert "from line 3 · Chat DE" in told


def test_a_line_that_somebody_deleted_is_one_notice(watched: Watched) -> None:
    watched.do("delete_line", line=2, user=27)
    watched.pass_time(60)
    [told] = watched.raised
    assert told.startswith("User 27 deleted line 2 · Support at ")
    assert "These connectors were connected to it: myconnector. " in told
    watched.settle(60)
    assert (len(watched.raised), watched.over) == (1, [])


def test_a_removed_application_ends_nothing_that_was_told_before(watched: Watched) -> None:
    watched.disconnect()
    watched.pass_time(60)
    watched.do("uninstall")
    watched.settle(MINUTES)
    assert (len(watched.raised), watched.over) == (2, [])


def delete_line(watched: Watched) -> None:
    watched.do("delete_line", line=2, user=27)


def unregister(watched: Watched) -> None:
    with watched.bot.portal.world.lock:
        watched.bot.portal.state.connectors.drop("myconnector")
        watched.bot.portal.state.statuses.drop_where(lambda row: row.connector == "myconnector")


def reinstall(watched: Watched) -> None:
    watched.do("uninstall")
    watched.settle(MINUTES)
    watched.do("install")


def switch_off(watched: Watched) -> None:
    watched.disconnect()


def switch_line_off(watched: Watched) -> None:
    watched.set_line(Line(id=2, name="Support", active=False))


def empty_queue(watched: Watched) -> None:
    watched.do("set_queue", line=2, users=[])


def set_error(watched: Watched) -> None:
    with watched.bot.portal.world.lock:
        state = watched.bot.portal.state
        state.put_status(replace(state.status("myconnector", 2), error=True))


Act = Callable[[Watched], None]
BACK = "The portal has the application again. Its connectors do not come back by themselves."


@pytest.mark.parametrize("begin", [switch_off, switch_line_off, empty_queue, set_error])
@pytest.mark.parametrize(
    ("worsen", "over"),
    [(delete_line, []), (unregister, []), (reinstall, [BACK])],
    ids=["deleted", "gone", "reinstalled"],
)
def test_a_problem_that_gets_worse_is_not_told_as_over(
    watched: Watched, begin: Act, worsen: Act, over: list[str]
) -> None:
    begin(watched)
    watched.settle(MINUTES)
    told = len(watched.raised)
    assert told == 1
    worsen(watched)
    watched.settle(MINUTES)
    watched.settle(MINUTES)
    assert len(watched.raised) > told
    assert watched.over == over


@pytest.mark.parametrize("begin", [switch_off, switch_line_off, empty_queue, set_error])
def test_what_a_portal_does_not_show_is_not_told_as_over(watched: Watched, begin: Act) -> None:
    begin(watched)
    watched.settle(MINUTES)
    scopes = watched.bot.portal.state.apps[watched.bot.portal.client_id].scope
    watched.change_app(scope=tuple(each for each in scopes if each != "imopenlines"))
    watched.settle(MINUTES)
    watched.change_app(scope=scopes)
    watched.settle(MINUTES)
    assert len(watched.raised) == 2
    assert watched.over == ["The application has these scopes again: imopenlines."]


def test_the_deletion_of_a_line_names_no_connector_that_was_gone_before(watched: Watched) -> None:
    unregister(watched)
    watched.settle(MINUTES)
    delete_line(watched)
    watched.settle(MINUTES)
    assert watched.raised == [GONE]


def test_a_removed_application_is_one_notice_and_its_return_another(watched: Watched) -> None:
    watched.do("uninstall")
    watched.settle(MINUTES)
    [told] = watched.raised
    assert told.startswith("Somebody removed the application from the portal. 1 connector of b24bot is gone with it.")
    watched.settle(60)
    assert len(watched.raised) == 1
    watched.do("install")
    watched.settle(60)
    assert watched.over == ["The portal has the application again. Its connectors do not come back by themselves."]
    assert watched.raised[1:] == [GONE]


@pytest.mark.parametrize(
    ("change", "back", "told", "over"),
    [
        (
            {"installed": False},
            {"installed": True},
            "The installation of the application is not complete.",
            "complete.",
        ),
        ({"paid": False}, {"paid": True}, "The portal refuses the application.", "serves the application again."),
    ],
)
def test_an_application_that_is_not_served_is_told_and_so_is_its_return(
    watched: Watched, change: dict[str, bool], back: dict[str, bool], told: str, over: str
) -> None:
    watched.change_app(**change)
    watched.settle(MINUTES)
    watched.change_app(**back)
    watched.settle(MINUTES)
    assert [each.startswith(told) for each in watched.raised] == [True]
    assert [each.endswith(over) for each in watched.over] == [True]


def test_a_line_that_somebody_switched_off_is_told_and_its_return(watched: Watched) -> None:
    watched.set_line(Line(id=2, name="Support", active=False))
    watched.settle(MINUTES)
    watched.set_line(Line(id=2, name="Support"))
    watched.settle(MINUTES)
    assert watched.raised == [
        "These open lines are switched off on the portal: line 2 · Support. Nobody receives messages there. "
        "Switch these lines on in the Contact Center of the portal."
    ]
    assert watched.over == ["These open lines are switched on again: line 2 · Support."]


def test_a_line_on_which_nobody_answers_any_more_is_told_once_and_its_return(watched: Watched) -> None:
    watched.do("set_queue", line=2, users=[])
    watched.settle(MINUTES)
    watched.settle(60)
    assert watched.raised == [
        "Nobody answers on these open lines: line 2 · Support. Add an operator to the queue of each line."
    ]
    watched.do("set_queue", line=2, users=[27])
    watched.settle(MINUTES)
    assert watched.over == ["Somebody answers on these open lines again: line 2 · Support."]


def test_the_last_operator_who_is_dismissed_leaves_a_line_without_one(watched: Watched) -> None:
    watched.do("set_queue", line=1, users=[27])
    watched.settle(MINUTES)
    watched.do("dismiss", user=27)
    watched.settle(MINUTES)
    [told] = watched.raised
    assert told.startswith("Nobody answers on these open lines: line 1 · Sales EU.")


def test_a_line_without_a_connector_of_ours_may_have_nobody(watched: Watched) -> None:
    watched.do("set_queue", line=3, users=[])
    watched.settle(MINUTES)
    assert watched.raised == []


def test_a_portal_that_tells_no_queues_has_no_line_without_an_operator(watched: Watched) -> None:
    lines = [{"ID": str(number), "LINE_NAME": "x", "ACTIVE": "Y"} for number in (1, 2, 3)]
    assert read_queues(lines) == {}
    rows = [{**lines[0], "QUEUE": []}, {**lines[1], "QUEUE": {"0": "27"}}, {"QUEUE": []}, 5]
    assert read_queues(rows) == {1: (), 2: ("27",)}
    assert read_queues("error") == {}


CRITICAL = [
    ({"installed": False}, {"installed": True}),
    ({"paid": False}, {"paid": True}),
    ({"active": False}, {"active": True}),
]


@pytest.mark.parametrize(("change", "back"), CRITICAL)
def test_what_keeps_b24bot_from_a_portal_is_told_again_each_day_until_it_is_repaired(
    watched: Watched, change: dict[str, bool], back: dict[str, bool]
) -> None:
    watched.change_app(**change)
    watched.settle()
    watched.wake_after(23.5)
    assert len(watched.raised) == 1
    watched.wake_after(1)
    assert len(watched.raised) == 2
    assert len(set(watched.raised)) == 1
    watched.wake_after(24)
    assert len(watched.raised) == 3
    watched.change_app(**back)
    watched.wake_after(25)
    assert len(watched.raised) == 3
    assert len(watched.over) == 1


def test_what_does_not_keep_b24bot_from_a_portal_is_told_once(watched: Watched) -> None:
    watched.disconnect(line=2)
    for _ in range(3):
        watched.wake_after(24)
    assert len(watched.raised) == 1


def test_an_error_that_is_set_on_a_line_is_told(watched: Watched) -> None:
    with watched.bot.portal.world.lock:
        state = watched.bot.portal.state
        state.put_status(replace(state.status("myconnector", 2), error=True))
    watched.settle(MINUTES)
    watched.connect()
    watched.settle(MINUTES)
    assert watched.raised == [
        "myconnector has an error on line 2 · Support, which b24bot did not set. "
        "To clear the error, run connector error myconnector 2 --clear --portal default."
    ]
    assert watched.over == ["myconnector has no error on line 2 · Support any more."]


def test_a_connector_that_somebody_removed_is_one_notice(watched: Watched) -> None:
    with watched.bot.portal.world.lock:
        watched.bot.portal.state.connectors.drop("myconnector")
        watched.bot.portal.state.statuses.drop_where(lambda row: row.connector == "myconnector")
    watched.settle(MINUTES)
    assert watched.raised == [GONE]


def test_a_connector_under_another_name_is_told_once(watched: Watched) -> None:
    with watched.bot.portal.world.lock:
        connectors = watched.bot.portal.state.connectors
        connectors.put("myconnector", replace(connectors["myconnector"], name="Mine now"))
    watched.settle(60)
    [told] = watched.raised
    assert told.startswith("Somebody renamed myconnector from “WhatsApp EU” to “Mine now”.")


def test_a_scope_that_is_taken_away_is_told_and_its_return(watched: Watched) -> None:
    scopes = watched.bot.portal.state.apps[watched.bot.portal.client_id].scope
    watched.change_app(scope=tuple(each for each in scopes if each != "im"))
    watched.settle(MINUTES)
    watched.change_app(scope=scopes)
    watched.settle(MINUTES)
    [told] = watched.raised
    assert told.startswith("The application does not have these scopes any more: im.")
    assert watched.over == ["The application has these scopes again: im."]


def test_two_connectors_of_ours_on_one_line_are_told(plugin_bot: PluginBot) -> None:
    watched = Watched(plugin_bot, shopchat={})
    plugin_bot.portal.seed(connectors=[{"id": "shopchat", "name": "Shop chat"}])
    watched.connect(line=1, connector="shopchat")
    watched.settle(MINUTES)
    [told] = watched.raised
    assert told.startswith("More than one connector is connected to line 1 · Sales EU: myconnector, shopchat.")
    watched.disconnect(line=1, connector="shopchat")
    watched.settle(MINUTES)
    assert watched.over == ["Another set of connectors is connected to line 1 · Sales EU now."]


def test_a_deleted_line_with_two_connectors_is_not_told_as_having_another_set(plugin_bot: PluginBot) -> None:
    watched = Watched(plugin_bot, shopchat={})
    plugin_bot.portal.seed(connectors=[{"id": "shopchat", "name": "Shop chat"}])
    watched.connect(line=1, connector="shopchat")
    watched.settle(MINUTES)
    watched.do("delete_line", line=1, user=27)
    watched.settle(MINUTES)
    assert (len(watched.raised), watched.over) == (2, [])


def test_what_deviates_at_the_first_reading_is_no_news(plugin_bot: PluginBot) -> None:
    plugin_bot.portal.seed(lines=[{"id": 2, "active": False}])
    watched = Watched(plugin_bot)
    watched.settle(60)
    assert watched.raised == []


def test_a_portal_that_does_not_answer_is_tried_again_and_nothing_is_told(watched: Watched) -> None:
    watched.bot.fault("unavailable", "*", times="forever")
    watched.settle(MINUTES)
    watched.bot.portal.world.faults.clear()
    watched.disconnect()
    watched.settle(MINUTES)
    assert len(watched.raised) == 1


def test_a_removed_portal_is_forgotten(watched: Watched) -> None:
    watched.bot.services.records.delete("portal", "default")
    assert watched.look_after() == LONGEST_WAIT
    assert watched.bot.services.records.all("watch") == {}


def test_while_b24bot_may_change_nothing_it_binds_and_clears_nothing_and_goes_on_reading(watched: Watched) -> None:
    with watched.bot.portal.world.lock:
        watched.bot.portal.state.handlers.drop_where(lambda row: row.offline)
    before = watched.bot.effects("event.bind") + watched.bot.effects("event.offline.clear")
    watched.freeze()
    watched.settle()
    assert watched.memory.way == "polling"
    watched.disconnect(line=2)
    watched.settle(MINUTES)
    assert watched.raised == [DISCONNECTED]
    assert watched.bot.effects("event.bind") + watched.bot.effects("event.offline.clear") == before
    watched.freeze(over=True)
    watched.settle()
    assert watched.memory.way == "queue"


def test_what_the_queue_collected_during_a_freeze_is_cleared_afterwards_and_told_once(watched: Watched) -> None:
    watched.freeze()
    watched.disconnect(line=2)
    watched.settle(MINUTES)
    assert watched.memory.way == "polling"
    assert watched.bot.effects("event.offline.clear") == 0
    watched.freeze(over=True)
    watched.settle(MINUTES)
    assert watched.bot.effects("event.offline.clear") == 1
    watched.settle(60)
    assert len(watched.raised) == 1
