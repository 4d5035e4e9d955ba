"""Every change of a connector under every fault of its call: one effect at most, and no success that did not happen.

The short form tries each change with every third fault, and so each fault with every third change; the long form
(`scripts/test --long`) tries all pairs.

What “happened” means is not told by the bot: the portal's state after the fault is held against the state that the
same line leaves without a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import Ending
from bot.plugin import CallVerdict, Plan
from bot.plugin.loopback import wait_until
from bot.usecases.outcomes.follow_ups import can_ask_again, undo_line
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.rest.retry_policy import CHANGE
from tests.bitrix24.hand import HANDLER, Hand, stored
from tests.bitrix24.plugin_bot import SHORT, PluginBot
from tests.long.form import paired

REGISTER, UNREGISTER = "imconnector.register", "imconnector.unregister"
ACTIVATE, DATA = "imconnector.activate", "imconnector.connector.data.set"
LINES = {"1": {"NAME": "WhatsApp EU", "URL": "https://wa.example/"}, "2": {"NAME": "Support"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line, the method whose call has the fault, and how many calls of that method are let through before it."""

    line: str
    method: str
    skip: int = 0
    first: tuple[str, ...] = ()


CHANGES = {
    "register": Change(line=f"connector register newchat --name New --handler {HANDLER}", method=REGISTER),
    "update, which shows": Change(line="connector update myconnector --name New --no-newsletter", method=REGISTER),
    "update, which does not show": Change(line="connector update myconnector --no-newsletter", method=REGISTER),
    "take over": Change(
        line=f"connector update shopchat --name New --handler {HANDLER} --icon {{icon}}", method=REGISTER
    ),
    "activate": Change(line="connector activate myconnector 3", method=ACTIVATE),
    "activate, the second of two": Change(
        line="connector activate myconnector 1 3",
        method=ACTIVATE,
        skip=1,
        first=("connector deactivate myconnector 1",),
    ),
    "deactivate": Change(line="connector deactivate myconnector 1", method=ACTIVATE),
    "deactivate, the second of two": Change(line="connector deactivate myconnector --all", method=ACTIVATE, skip=1),
    "configure": Change(line="connector configure myconnector 1 --url https://new.example/", method=DATA),
    "remove": Change(line="connector remove myconnector", method=UNREGISTER),
    "restore, its registration": Change(
        line="connector restore myconnector", method=REGISTER, first=("connector remove myconnector",)
    ),
    "restore, its last data": Change(
        line="connector restore myconnector", method=DATA, skip=1, first=("connector remove myconnector",)
    ),
    "restore, its last line": Change(
        line="connector restore myconnector", method=ACTIVATE, skip=1, first=("connector remove myconnector",)
    ),
}

FAULTS: dict[str, dict[str, Any]] = {
    "lost_before": {},
    "lost_after": {},
    "stall_before": {"seconds": 0.6},
    "stall_after": {"seconds": 0.6},
    "late_effect": {},
    "unavailable": {},
    "unavailable, yet done": {"effect": True},
    "query_limit": {},
    "query_limit for ever": {"times": "forever"},
    "too_many": {},
    "error_json": {},
    "error_json, yet done": {"effect": True},
    "error_html": {},
    "error_html, yet done": {"effect": True},
    "html": {},
    "truncated": {},
    "false_flat": {},
    "false_nested": {},
    "expired": {},
    "expired for ever": {"times": "forever"},
}

CERTAIN = {"query_limit", "expired"}
"""Those that a second attempt gets over, because the first provably did not run."""
REPEATED = {"query_limit": 2, "query_limit for ever": 10, "expired": 2, "expired for ever": 2}
"""How many requests the call takes; all others take one."""


@pytest.fixture(scope="module")
def goals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, ...]]:
    """What each line leaves without a fault."""
    found = {}
    for name, change in CHANGES.items():
        plugin_bot = PluginBot(tmp_path_factory.mktemp("goal"))
        try:
            hand = prepared(plugin_bot, change)
            hand.done(typed(change))
            found[name] = comparable(hand)
        finally:
            plugin_bot.stop()
    return found


def typed(change: Change) -> str:
    return change.line.replace("{icon}", "data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E")


def prepared(plugin_bot: PluginBot, change: Change) -> Hand:
    hand = Hand(plugin_bot=plugin_bot)
    hand.own(lines=LINES)
    for line in change.first:
        hand.done(line)
    return hand


def comparable(hand: Hand) -> tuple[Any, ...]:
    """The state of the portal, without the random name that each portal gives its application."""
    connectors, statuses = hand.portal_state()
    ours = hand.plugin_bot.portal.client_id
    return [{**row, "client_id": row["client_id"] == ours} for row in connectors], statuses


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("name", "fault"), paired([*CHANGES], [*FAULTS], 3))
def test_a_change_under_a_fault(
    make_plugin_bot: Callable[..., PluginBot], goals: dict[str, tuple[Any, ...]], name: str, fault: str
) -> None:
    change, plugin_bot = CHANGES[name], make_plugin_bot()
    hand = prepared(plugin_bot, change)
    if fault.startswith("stall"):
        plugin_bot.plugin = BitrixPlugin(change=replace(CHANGE, timeouts=SHORT))
    plan = hand.plan(typed(change))
    state, renewed, called = comparable(hand), len(plugin_bot.refreshes()), len(plugin_bot.calls(change.method))
    effects = plugin_bot.effects(change.method)
    plugin_bot.fault(fault.partition(",")[0].partition(" ")[0], change.method, skip=change.skip, **FAULTS[fault])

    ran = hand.carry_out(plan)

    plugin_bot.portal.world.faults.clear()
    settled(plugin_bot, fault, change.method, effects + change.skip + 1)
    now = comparable(hand)
    made = plugin_bot.effects(change.method) - effects - change.skip
    assert made in (0, 1) if ran.status is not Status.DONE else made >= 1
    assert len(plugin_bot.refreshes()) - renewed == (1 if fault.startswith("expired") else 0)
    at_most = REPEATED.get(fault, 1) + len([call for call in plan.calls if call.method == change.method]) - 1
    assert len(plugin_bot.calls(change.method)) - called <= at_most
    if fault in CERTAIN:
        assert ran.status is Status.DONE
    if ran.status is Status.DONE:
        assert now == goals[name], "a success that did not happen"
    if ran.outcomes[-1].verdict is CallVerdict.NOT_SENT and not change.skip and len(plan.calls) == 1:
        assert now == state
        assert ran.status is Status.FAILED
    ending = later(hand, plan, goals[name], now) if ran.status is Status.UNKNOWN else ran.ending
    if ending is not None:
        assert_advice_can_be_followed(hand, stored(typed(change), plan, ending))


def assert_advice_can_be_followed(hand: Hand, change: ChangeRequest) -> None:
    """What the card of this ending offers is planned, and not refused or answered with nothing to do."""
    if change.partly and undo_line(change):
        assert isinstance(hand.ask(undo_line(change).partition(" --portal")[0]), Plan)
    if can_ask_again(change):
        assert isinstance(hand.ask(change.line), Plan)


def later(hand: Hand, plan: Any, goal: tuple[Any, ...], now: tuple[Any, ...]) -> Ending | None:
    """What reading back makes of an outcome that nobody knew is true, too; what cannot be read stays unknown."""
    ending = hand.look_again(plan)
    assert (ending is None) is not plan.provable
    if ending is not None:
        assert (ending.status is Status.DONE) == (now == goal)
    return ending


def settled(plugin_bot: PluginBot, fault: str, method: str, effects: int) -> None:
    """What the portal still works on after our patience ended, and what it does late, is done when this returns."""
    if fault.startswith(("stall", "late")):

        def carried_out() -> bool:
            plugin_bot.portal.world.sender.settle()
            return plugin_bot.effects(method) >= effects

        assert wait_until(carried_out)


def test_after_any_of_these_the_same_line_can_be_asked_again_and_ends_well(
    make_plugin_bot: Callable[..., PluginBot],
) -> None:
    """A lost answer of a restore leaves nothing behind that stands in the way of the next one."""
    for method in (REGISTER, DATA, ACTIVATE):
        change = Change(line="connector restore myconnector", method=method, first=("connector remove myconnector",))
        hand = prepared(make_plugin_bot(), change)
        before = len(hand.plugin_bot.portal.state.statuses.rows())
        hand.plugin_bot.fault("lost_after", method)
        ran = hand.run(change.line)
        if ran.status is Status.UNKNOWN:
            ending = hand.look_again(ran.plan)
            assert ending is not None
            assert ending.status is Status.FAILED
        hand.done(change.line)
        assert len(hand.plugin_bot.portal.state.statuses.rows()) == before + 2
        assert hand.plugin_bot.portal.state.status("myconnector", 1).data["NAME"] == "WhatsApp EU"
