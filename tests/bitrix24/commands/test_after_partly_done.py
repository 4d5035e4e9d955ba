"""What the card of a partly done change of a connector advises leads out of it, and never in a circle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from bot.core import mentions
from bot.core.change.change_request import ChangeRequest, Repeat, Status
from bot.core.change.outcome import judge_settlement
from bot.usecases.outcomes.follow_ups import can_ask_again, undo_line
from bot.usecases.outcomes.next_steps import list_next_steps
from tests.bitrix24.hand import Hand, stored
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

ACTIVATE, UNREGISTER = "imconnector.activate", "imconnector.unregister"


@pytest.fixture
def hand(plugin_bot: PluginBot) -> Hand:
    """Beside what the simulator seeds, shopchat of another application is on a second line."""
    plugin_bot.portal.seed(activations=[{"connector": "shopchat", "line": 3}])
    return Hand(plugin_bot=plugin_bot)


def run(hand: Hand, line: str) -> ChangeRequest:
    ran = hand.run(line)
    return stored(line, ran.plan, ran.ending)


def refuse_second(hand: Hand) -> None:
    """The portal refuses the second activation or deactivation from now on."""
    body = '{"error": "ACCESS_DENIED", "error_description": "Access denied."}'
    hand.plugin_bot.fault("reply", ACTIVATE, skip=1, status=403, body=body)


def seen(hand: Hand, connector: str) -> dict[int, bool]:
    """On which lines the portal has it active."""
    return {
        row.line: row.configured for row in hand.plugin_bot.portal.state.statuses.rows() if row.connector == connector
    }


def advised(change: ChangeRequest) -> str:
    return " ".join(mentions.unmark(en(step)) for step in list_next_steps(change, on_card=True))


def follow_undo(hand: Hand, change: ChangeRequest, line: str) -> None:
    """Type what the card's undo stands for, which must be this line, and have it done."""
    assert undo_line(change) == f"{line} --portal default"
    assert f"Press “Undo…” to ask for {line} --portal default." in advised(change)
    hand.done(line)


def test_the_way_back_from_removing_a_connector_of_another_application_is_to_activate_its_lines(hand: Hand) -> None:
    before = seen(hand, "shopchat")
    change = run(hand, "connector remove shopchat")
    assert (change.status, change.partly, change.repeat) == (Status.FAILED, True, Repeat.SAME)
    assert not can_ask_again(change), "that would end the same way"
    assert "The portal keeps the registration of shopchat" in advised(change)
    assert "Ask again" not in advised(change)
    follow_undo(hand, change, "connector activate shopchat 2 3")
    assert seen(hand, "shopchat") == before


def test_removing_it_once_more_is_not_advised_either(hand: Hand) -> None:
    """Without a line there is nothing that the portal would do."""
    run(hand, "connector remove shopchat")
    change = run(hand, "connector remove shopchat")
    assert (change.status, change.partly, change.repeat) == (Status.FAILED, False, Repeat.SAME)
    assert not can_ask_again(change)
    assert undo_line(change) == ""
    assert "Only that application can unregister it" in advised(change)


def test_the_same_holds_when_the_answer_to_the_removal_was_lost(hand: Hand) -> None:
    line = "connector remove shopchat"
    hand.plugin_bot.fault("lost_after", UNREGISTER)
    ran = hand.run(line)
    assert ran.status is Status.UNKNOWN
    ending = hand.look_again(ran.plan)
    assert ending is not None
    change = stored(line, ran.plan, ending)
    assert (change.partly, change.repeat, can_ask_again(change)) == (True, Repeat.SAME, False)
    follow_undo(hand, change, "connector activate shopchat 2 3")


def test_a_connector_that_our_record_holds_is_put_back_from_it(hand: Hand) -> None:
    """It was registered again by another application since, which no record can know."""
    hand.own("shopchat", {"2": {"NAME": "Shop"}, "3": {}})
    change = run(hand, "connector remove shopchat")
    assert (change.partly, can_ask_again(change)) == (True, False)
    follow_undo(hand, change, "connector restore shopchat 2 3")
    assert hand.plugin_bot.portal.state.status("shopchat", 2).data["NAME"] == "Shop"


@pytest.mark.parametrize("line", ["connector remove shopchat", "connector deactivate shopchat 2 3"])
def test_a_line_that_our_record_does_not_hold_is_activated_again(hand: Hand, line: str) -> None:
    """It was connected there outside b24bot; `connector restore` would be refused."""
    hand.own("shopchat", {"2": {"NAME": "Shop"}})
    if "deactivate" in line:
        refuse_second(hand)
    change = run(hand, line)
    assert change.partly
    follow_undo(hand, change, f"connector activate shopchat 2{' 3' if 'remove' in line else ''}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A line whose second call is refused, what comes before it, and its undo."""

    line: str
    undo: str
    first: tuple[str, ...] = ()
    ours: bool = True


HALVES = {
    "deactivate": Half(line="connector deactivate myconnector 1 2", undo="connector restore myconnector 1"),
    "deactivate, not ours": Half(
        line="connector deactivate myconnector 1 2", undo="connector activate myconnector 1", ours=False
    ),
    "activate": Half(
        line="connector activate myconnector 1 3",
        undo="connector deactivate myconnector 1",
        first=("connector deactivate myconnector 1",),
    ),
    "restore": Half(
        line="connector restore myconnector 1 2",
        undo="connector deactivate myconnector 1",
        first=("connector deactivate myconnector 1 2",),
    ),
}


@pytest.mark.parametrize("name", HALVES)
def test_where_the_portal_refused_the_rest_both_ways_on_are_there(hand: Hand, name: str) -> None:
    half = HALVES[name]
    if half.ours:
        hand.own(lines={"1": {"NAME": "EU"}, "2": {}})
    for line in half.first:
        hand.done(line)
    before = seen(hand, "myconnector")
    refuse_second(hand)
    change = run(hand, half.line)
    assert (change.partly, change.repeat) == (True, Repeat.AFTER_MENDING)
    assert "First fix the cause that the outcome names" in advised(change)
    follow_undo(hand, change, half.undo)
    assert {line for line, on in seen(hand, "myconnector").items() if on} == {line for line, on in before.items() if on}
    hand.done(half.line)


def test_an_error_that_was_cleared_alone_cannot_be_put_back_and_no_undo_is_offered(hand: Hand) -> None:
    hand.done("connector error myconnector 1 'it is down'")
    refuse_second(hand)
    change = run(hand, "connector activate myconnector 1 3")
    assert change.partly
    assert undo_line(change) == "", "nothing was connected that could be disconnected"
    assert can_ask_again(change)


def test_a_name_that_became_a_third_one_is_set_back_by_name(hand: Hand) -> None:
    """The record learns of an earlier registration to go back to only when an update is done."""
    hand.own()
    plan = hand.plan("connector update myconnector --name New")
    with hand.plugin_bot.portal.world.lock:
        connectors = hand.plugin_bot.portal.state.connectors
        connectors.put("myconnector", replace(connectors["myconnector"], name="Third"))
    now = hand.plugin_bot.plugin.verify(hand.plugin_bot.services, hand.plugin_bot.place, plan)
    ending = judge_settlement(plan, now, agrees=True)
    assert ending is not None
    follow_undo(hand, stored("connector update myconnector --name New", plan, ending), UPDATE)
    assert hand.plugin_bot.portal.state.connectors["myconnector"].name == "WhatsApp EU"


UPDATE = 'connector update myconnector --name="WhatsApp EU"'
