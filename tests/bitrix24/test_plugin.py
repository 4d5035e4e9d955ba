"""The plugin as the host meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.host.discovery import load_plugins
from bot.host.guarded_calls import GuardedPlugin
from bot.host.registry import Registry
from bot.plugin import Call, CallVerdict, Command, Group, Plugin, Refusal, Risk
from bot.plugin.loopback import wait_until
from plugins.bitrix24.plugin import BitrixPlugin, plugin
from tests.bitrix24.hand import Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, en_rows
from tests.open_files import open_files

COMMANDS = [each for group in plugin.groups for each in group]


def test_the_host_finds_it_and_can_register_its_commands() -> None:
    (found,) = load_plugins("plugins.bitrix24.plugin:plugin")
    assert isinstance(found, GuardedPlugin)
    assert found.plugin is plugin
    assert {each.path for each in Registry([found])} == {each.path for each in COMMANDS}


def test_it_is_a_plugin_and_keeps_to_its_protocol() -> None:
    as_the_host_sees_it: Plugin = BitrixPlugin()
    assert as_the_host_sees_it.name == "bitrix24"
    assert all(isinstance(group, Group) for group in as_the_host_sees_it.groups)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.path)
def test_every_example_parses_and_is_answered_by_the_seeded_portal(
    plugin_bot: PluginBot, command: Command[object]
) -> None:
    """Where the example's connector is ours and its lines' data is known."""
    assert command.examples or command.terminal
    hand = Hand(plugin_bot=plugin_bot)
    hand.own(lines={"1": {}, "2": {}})
    for example in command.examples:
        assert hand.ask(f"{command.path} {example}") is not None


def test_only_what_loses_something_destroys_and_only_portals_are_governed() -> None:
    paths = {risk: {each.path for each in COMMANDS if each.risk is risk} for risk in Risk}
    assert paths[Risk.DESTROY] == {"connector remove", "connector deactivate"}
    assert paths[Risk.GOVERN] == {
        *(f"portal {v}" for v in ("add", "colour", "connect", "protect", "remove", "rename", "unprotect")),
        "acceptance",
    }
    verbs = ("register", "update", "adopt", "activate", "configure", "error", "restore")
    assert {path for path in paths[Risk.CHANGE] if path.startswith("connector ")} == {f"connector {v}" for v in verbs}
    assert {"connector list", "connector show", "connector status", "line list", "line show"} <= paths[Risk.READ]


def test_every_change_whose_plan_may_raise_the_risk_says_so_in_help() -> None:
    """Whatever changes a connector that may be somebody else's; a new one and an adopted one are never raised."""
    changes = {command for group in plugin.groups for command in group if command.risk is Risk.CHANGE}
    silent = {command.path for command in changes if "not proven ours" not in en(command.raises)}
    assert silent == {"connector register", "connector adopt"}
    assert {one.raises for one in changes if one.verb == "error"} == {
        "with TEXT, or if the connector is not proven ours"
    }


def test_the_first_place_is_the_default_one(plugin_bot: PluginBot) -> None:
    assert plugin_bot.place.name == "default"
    assert plugin_bot.place.identity == plugin_bot.portal.member_id
    assert plugin_bot.place.label == plugin_bot.portal.facts.domain


CALL = Call(method="imconnector.unregister", params={"ID": "myconnector"}, note="Unregister.")


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (replace(CALL, method="crm.deal.delete"), "not in the plugin's table of methods"),
        (replace(CALL, params={}), "lacks these parameters: ID"),
        (replace(CALL, params={"ID": "a", "auth": "x"}), "has no parameter auth"),
    ],
)
def test_a_call_that_does_not_fit_is_an_outcome_and_not_sent(plugin_bot: PluginBot, call: Call, why: str) -> None:
    outcome = plugin_bot.plugin.perform(plugin_bot.services, plugin_bot.place, call)
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert why in en(outcome.sentence)
    assert en(outcome.sentence).endswith("Nothing was sent.")
    assert plugin_bot.calls() == []


def test_a_change_goes_to_no_other_portal_that_took_the_name_meanwhile(plugin_bot: PluginBot) -> None:
    before = replace(plugin_bot.place, identity="the portal of the approval")
    outcome = plugin_bot.plugin.perform(plugin_bot.services, before, CALL)
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert "now belongs to another portal" in en(outcome.sentence)
    with pytest.raises(Refusal):
        plugin_bot.plugin.open(plugin_bot.services, before)
    assert plugin_bot.effects() == 0


def test_a_portal_that_is_not_known_or_has_no_credentials_gets_nothing(plugin_bot: PluginBot) -> None:
    outcome = plugin_bot.plugin.perform(plugin_bot.services, replace(plugin_bot.place, name="prod"), CALL)
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert "does not know the portal “prod”" in en(outcome.sentence)
    place = plugin_bot.place
    plugin_bot.services.secrets.delete("default")
    assert "has no credentials" in en(plugin_bot.plugin.perform(plugin_bot.services, place, CALL).sentence)


def test_credentials_of_another_portal_are_not_used(plugin_bot: PluginBot) -> None:
    sealed = plugin_bot.services.secrets.read("default")
    assert sealed is not None
    plugin_bot.services.secrets.write("default", {**sealed.value, "member_id": "other"}, after=sealed.generation)
    assert "belong to another portal" in en(plugin_bot.perform_remove().sentence)
    assert plugin_bot.calls() == []


def test_an_address_that_is_no_longer_allowed_gets_nothing(plugin_bot: PluginBot) -> None:
    strict = plugin_bot.more_services(B24BOT_ALLOW_LOOPBACK="off")
    assert plugin_bot.plugin.perform(strict, plugin_bot.place, CALL).verdict is CallVerdict.NOT_SENT
    assert plugin_bot.calls() == []


def test_the_facts_of_an_outcome_are_plain_values(plugin_bot: PluginBot) -> None:
    outcome = plugin_bot.perform_remove()
    assert outcome.facts.keys() == {"http_status", "attempts", "renewals", "milliseconds"}
    assert (outcome.facts["http_status"], outcome.facts["attempts"]) == (200, 1)


def test_the_simulator_tells_how_to_reach_it_and_shows_what_is_in_it(make_plugin_bot: Callable[..., PluginBot]) -> None:
    simulation = plugin.simulators["portal"](0)
    try:
        simulation.seed()
        assert simulation.ready()["member_id"] == simulation.settings()["BITRIX24_MEMBER_ID"]
        connectors, lines = simulation.picture()
        assert en_rows(connectors) == (("myconnector", "WhatsApp EU", "ours"), ("shopchat", "Shop chat", "another"))
        assert en_rows(lines) == (
            ("1", "Sales EU", "on", "myconnector"),
            ("2", "Support", "on", "myconnector, shopchat"),
            ("3", "Chat DE", "switched off", "–"),
        )
    finally:
        simulation.stop()


def test_once_closed_it_holds_no_connection_and_a_call_makes_a_new_one(plugin_bot: PluginBot) -> None:
    plugin_bot.plugin.close()
    before = open_files()
    for _ in range(2):
        assert plugin_bot.open().connectors()
        assert open_files() - before
        plugin_bot.plugin.close()
        assert wait_until(lambda: not open_files() - before), "and the portal has seen the end of it"
