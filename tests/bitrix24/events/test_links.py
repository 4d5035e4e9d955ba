"""Links from outside: bound once to b24bot's page, told by `portal check`, and carried by plans about a connector."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.change.digests import digest
from bot.core.change.drift import find_drift
from bot.core.change.plans import plan_from_json, plan_to_json
from bot.plugin import Message, PageLink, Plan
from plugins.bitrix24.diagnosis.check_run import CheckState, Result
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.diagnosis.portal_checks import check_links
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

PUBLIC = "https://b24bot.example.com"
ADDRESS = f"{PUBLIC}/bitrix24/app"
LINK = "REST_APP_URI"
OTHER = "https://backend.example/page"


@pytest.fixture
def bot(make_plugin_bot: Callable[..., PluginBot]) -> PluginBot:
    return make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC)


def bound(bot: PluginBot) -> list[str]:
    with bot.portal.world.lock:
        return [row.handler for row in bot.portal.state.placements.rows() if row.placement == LINK]


def bind(bot: PluginBot, address: str) -> None:
    """Another program of the same application binds links."""
    [portal] = bot.plugin.places(bot.services)
    caller = bot.plugin._caller(bot.services, portal)
    caller.change("placement.bind", {"PLACEMENT": LINK, "HANDLER": address})


def check(bot: PluginBot) -> Result:
    return check_links(Examination(bot.open()))


def plan(bot: PluginBot, path: str = "connector deactivate", line: int = 2) -> Plan:
    found = bot.run(path, connector="myconnector", line=(line,))
    assert isinstance(found, Plan)
    return found


def set_scopes(watched: Watched, *scopes: str) -> None:
    watched.change_app(scope=scopes)


def test_links_are_bound_once_and_a_plan_about_a_connector_carries_one(bot: PluginBot) -> None:
    bot.adopt()
    assert plan(bot).link is None
    watched = Watched(bot)
    assert bound(bot) == [ADDRESS]
    watched.settle(60)
    assert bot.effects("placement.bind") == 1
    domain, client = watched.portal.domain, bot.portal.client_id
    found = plan(bot)
    assert found.link == PageLink(
        label=Message("bitrix24.link.open"),
        address=f"https://{domain}/marketplace/view/{client}/?params%5Bconnector%5D=myconnector&params%5Bline%5D=2",
    )
    assert check(bot) == Result(state=CheckState.OK, detail=Message("bitrix24.check.links_bound"))


def test_a_former_spelling_is_unbound_and_the_address_of_another_program_stays(bot: PluginBot) -> None:
    bind(bot, "https://old.example/bitrix24/app/")
    watched = Watched(bot)
    assert bound(bot) == [ADDRESS]
    with bot.portal.world.lock:
        bot.portal.state.placements.drop_where(lambda row: row.placement == LINK)
    bind(bot, OTHER)
    watched.settle()
    assert bound(bot) == [OTHER]
    assert plan(bot).link is None
    found = check(bot)
    assert not found.ok
    assert OTHER in en(found.detail)
    assert LINK in en(found.do)


def test_while_frozen_nothing_is_bound_and_what_is_bound_still_counts(bot: PluginBot) -> None:
    watched = Watched(bot)
    watched.freeze()
    watched.settle()
    assert plan(bot).link is not None
    with bot.portal.world.lock:
        bot.portal.state.placements.drop_where(lambda row: row.placement == LINK)
    watched.settle(60)
    assert bound(bot) == []
    assert plan(bot).link is None
    assert check(bot) == Result(state=CheckState.OK, detail=Message("bitrix24.check.links_not_bound"))
    watched.freeze(over=True)
    watched.settle()
    assert bound(bot) == [ADDRESS]


def test_without_the_scope_nothing_is_bound_and_the_check_says_which_one_is_missing(bot: PluginBot) -> None:
    watched = Watched(bot)
    with bot.portal.world.lock:
        bot.portal.state.placements.drop_where(lambda row: row.placement == LINK)
    set_scopes(watched, "imopenlines", "imconnector")
    watched.settle()
    assert bound(bot) == []
    assert plan(bot).link is None
    found = check(bot)
    assert found.ok
    assert "scope placement" in en(found.detail)
    assert "placement" in en(found.do)


def test_without_a_public_address_nothing_is_bound(plugin_bot: PluginBot) -> None:
    Watched(plugin_bot)
    assert bound(plugin_bot) == []
    assert plan(plugin_bot).link is None
    assert "B24BOT_PUBLIC_URL is not set" in en(check(plugin_bot).detail)


def test_a_link_is_stored_with_the_plan_and_its_appearance_ends_no_approval(bot: PluginBot) -> None:
    bot.adopt()
    before = plan(bot)
    Watched(bot)
    after = plan(bot)
    assert plan_from_json(plan_to_json(after)).link == after.link
    assert digest("connector deactivate", bot.place, before) != digest("connector deactivate", bot.place, after)
    assert find_drift(before, after) == ()
