"""What was approved in Slack is what the terminal connects, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import CallVerdict, Nothing, Plan, PluginError
from plugins.bitrix24.commands.connecting.approval import plan_connection
from plugins.bitrix24.connecting.approved_connection import LIFETIME_MS, ApprovedConnections
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import PUBLIC, Way
from tests.language.english import en


@pytest.fixture
def way(make_plugin_bot: Callable[..., PluginBot]) -> Way:
    return Way(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))


def approve(way: Way, *, client_id: str = "", member_id: str = "") -> Plan:
    """Approve new credentials for the portal `default`."""
    bot = way.bot
    plan = plan_connection(
        bot.services,
        "default",
        domain=bot.portal.url,
        client_id=client_id or bot.portal.client_id,
        member_id=member_id,
        replace=True,
    )
    assert isinstance(plan, Plan)
    (call,) = plan.calls
    outcome = bot.plugin.perform(bot.services, bot.place, call)
    assert outcome.verdict is CallVerdict.DONE
    assert bot.plugin.verify(bot.services, bot.place, plan) == plan.wanted
    return plan


def test_the_terminal_connects_what_was_approved_by_its_name_alone(way: Way) -> None:
    approve(way, member_id=way.bot.portal.member_id)
    reply = way.connect(way.browse, name="default", domain="", client_id="", replace=True)
    assert en(reply.title) == "The portal default is connected."
    assert ApprovedConnections(way.bot.services).find("default") is None


@pytest.mark.parametrize("options", [{"client_id": "local.other"}, {"member_id": "0123456789abcdef"}], ids=str)
def test_another_connection_than_the_approved_one_is_refused(way: Way, options: dict[str, str]) -> None:
    before = way.bot.services.secrets.read("default")
    approve(way, **options)
    with pytest.raises(PluginError) as caught:
        way.connect(way.browse, name="default", replace=True)
    assert "This is not the approved connection" in en(caught.value.sentence)
    assert way.bot.services.secrets.read("default") == before


def test_an_approval_is_asked_for_once_and_ends_after_a_day(way: Way) -> None:
    approve(way)
    again = plan_connection(
        way.bot.services, "default", domain=way.bot.portal.url, client_id=way.bot.portal.client_id, replace=True
    )
    assert isinstance(again, Nothing)
    way.bot.clock.sleep(LIFETIME_MS / 1000)
    assert ApprovedConnections(way.bot.services).find("default") is None


@pytest.mark.parametrize(("options", "told"), [({}, "host name"), ({"domain": "shop.bitrix24.com"}, "client_id")])
def test_what_an_approval_needs_is_said(way: Way, options: dict[str, str], told: str) -> None:
    with pytest.raises(PluginError) as caught:
        plan_connection(way.bot.services, "shop", domain=options.get("domain", ""))
    assert told in en(caught.value.sentence)
