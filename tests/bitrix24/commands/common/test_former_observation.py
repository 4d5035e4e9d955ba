"""A plan that the release before has stored is read back in its own labels and states, and is another plan now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.drift import find_drift
from bot.core.change.outcome import Proof, prove_outcome
from bot.core.change.plans import plan_from_json, plan_to_json
from bot.plugin import Message, Observation, Plan
from tests.bitrix24.hand import Hand
from tests.bitrix24.plugin_bot import PluginBot

REMOVE = "connector remove myconnector"


@pytest.fixture
def hand(plugin_bot: PluginBot) -> Hand:
    return Hand(plugin_bot=plugin_bot)


@pytest.fixture
def former(hand: Hand) -> Plan:
    """The removal of a connector as that release stored it, before one of its lines got another name."""
    hand.own(lines={"1": {}, "2": {}})
    today = hand.plan(REMOVE)
    record = today.before["record"]
    assert isinstance(record, Message)
    before = {
        "registration": "present",
        "line 1 · Old name": "active",
        "line 2 · Support": "active",
        "our record": f"version {record.arguments['version']}",
    }
    wanted = dict.fromkeys(label for label in before if label != "our record")
    return plan_from_json(plan_to_json(replace(today, before=before, wanted=wanted, labels={})))


def verify(hand: Hand, plan: Plan) -> Observation:
    bot = hand.plugin_bot
    return bot.plugin.verify(bot.services, bot.place, plan)


def test_what_has_not_changed_is_found_as_it_was(hand: Hand, former: Plan) -> None:
    assert verify(hand, former) == former.before
    assert prove_outcome(former, verify(hand, former)) is Proof.UNCHANGED


def test_a_line_that_is_left_over_is_told_from_one_that_is_gone(hand: Hand, former: Plan) -> None:
    hand.plugin_bot.portal.state.statuses.drop(("myconnector", 1))
    assert set(former.before) - set(verify(hand, former)) == {"line 1 · Old name"}
    assert prove_outcome(former, verify(hand, former)) is Proof.PARTIAL


def test_a_removal_that_has_happened_is_proven(hand: Hand, former: Plan) -> None:
    hand.done(REMOVE)
    assert prove_outcome(former, verify(hand, former)) is Proof.REACHED


def test_it_is_another_plan_than_one_of_today(hand: Hand, former: Plan) -> None:
    assert find_drift(former, hand.plan(REMOVE)) != ()
