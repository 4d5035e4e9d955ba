"""A portal that waits to be connected is not unknown: what it waits for is told, and the wait can be canceled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import PluginError, Reply
from bot.testing.scripted_dialogue import ScriptedDialogue
from plugins.bitrix24.commands.portal.list import list_portals
from plugins.bitrix24.commands.portal.remove import check_removal, delete_portal, remove_portal
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from plugins.bitrix24.connecting.pending_install import LIFETIME_MS, PendingInstalls
from plugins.bitrix24.connecting.token_keeping import InstallKeeping
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import Way, way
from tests.language.english import en

__all__ = ["way"]

APPROVED = ApprovedConnection(name="shop", domain="shop.bitrix24.com", client_id="local.1")


def told(bot: PluginBot) -> dict[str, str]:
    """What the portals wait for, by their names."""
    return {each.name: f"{en(each.says)} {en(each.do)}" for each in bot.plugin.unfinished_places(bot.services)}


def install(way: Way) -> str:
    """Let the application be installed before anybody typed its client_secret; the address that was used."""
    address = way.install_address()
    way.request("POST", address, way.install_call())
    return address


def test_an_installation_without_a_client_secret_says_where_and_what_to_type(way: Way) -> None:
    install(way)
    said = told(way.bot)["new"]
    assert f"its application was installed on {way.bot.portal.world.domain} at" in said
    assert "b24bot portal connect new" in said
    assert way.bot.portal.client_secret not in said


def test_it_is_still_told_when_its_address_has_expired(way: Way) -> None:
    install(way)
    way.bot.clock.sleep(LIFETIME_MS / 1000 + 1)
    PendingInstalls(way.bot.services).invite("another")
    assert list(told(way.bot)) == ["new"]


def test_an_approval_says_until_when_it_counts(way: Way) -> None:
    ApprovedConnections(way.bot.services).keep(APPROVED)
    assert "connecting it to shop.bitrix24.com is approved until" in told(way.bot)["shop"]


@pytest.mark.parametrize("noun", ["portal rename shop s2", "portal protect shop", "portal colour shop green"])
def test_a_command_of_the_terminal_says_so_too(way: Way, noun: str) -> None:
    services = way.bot.services
    ApprovedConnections(services).keep(APPROVED)
    (command,) = (each for group in way.bot.plugin.groups for each in group if noun.startswith(f"{each.path} "))
    arguments = dict(zip([one.name for one in command.parameters], noun.split()[2:], strict=False))
    with pytest.raises(PluginError) as refused:
        command.precheck(services, arguments)
    assert "is not connected yet" in en(refused.value.sentence)


def test_a_connected_portal_waits_for_nothing(way: Way) -> None:
    install(way)
    way.connect(domain="", client_id="")
    assert told(way.bot) == {}


@pytest.mark.parametrize("others", [False, True])
def test_the_list_names_what_waits(make_plugin_bot: Callable[..., PluginBot], others: bool) -> None:
    bot = make_plugin_bot(seeded=others)
    if not others:
        with bot.services.transaction():
            bot.services.records.delete("portal", "default")
    ApprovedConnections(bot.services).keep(APPROVED)
    notes = [en(note) for note in list_portals(bot.services).notes]
    assert "The portal shop is not connected yet" in notes[0]
    assert "b24bot portal connect shop" in notes[0]


def test_of_two_who_complete_an_installation_the_later_one_leaves_the_tokens_of_the_first(way: Way) -> None:
    """The first one has spent the token and broken off: its new pair is all that is left of the installation."""
    install(way)
    installs = PendingInstalls(way.bot.services)
    before = installs.find("new")
    assert before is not None
    way.bot.fault("unavailable", "app.info")
    with pytest.raises(PluginError):
        way.connect(domain="", client_id="")
    renewed = installs.find("new")
    assert renewed is not None
    assert renewed.refresh != before.refresh
    InstallKeeping(way.bot.services, "new", before.refresh).discard()
    assert installs.find("new") == renewed
    assert en(way.connect(domain="", client_id="").title) == "The portal new is connected."


def test_connecting_can_be_canceled_and_its_address_is_worthless_then(way: Way) -> None:
    address = install(way)
    services = way.bot.services
    check_removal(services, "new")
    unsure = ScriptedDialogue(services, "old")
    with pytest.raises(PluginError):
        remove_portal(unsure, "new")
    assert list(told(way.bot)) == ["new"]

    canceled = remove_portal(ScriptedDialogue(services, "new"), "new")
    with services.transaction():
        reply = delete_portal(services, canceled)
    assert isinstance(reply, Reply)
    assert "was canceled" in en(reply.title)
    assert told(way.bot) == {}
    assert not [name for name in way.secret_names() if name.endswith(":new")]
    way.request("POST", address, way.install_call())
    assert told(way.bot) == {}
    assert way.reasons() == ["b24bot gave out no such install address"]
    with pytest.raises(PluginError):
        check_removal(services, "new")
