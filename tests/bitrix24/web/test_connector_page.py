"""The settings page of a connector, as a user of the portal sees it, and calls that are none of the portal's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.testing import page_text
from bot.testing.web_requests import request_route
from plugins.bitrix24.auth.refused_calls import EVERY_MS
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.simulator.state.portal_tokens import ACCESS_SECONDS
from plugins.bitrix24.simulator.state.world import World
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.page_visits import PUBLIC, Visits, with_options


@pytest.fixture
def visits(make_plugin_bot: Callable[..., PluginBot]) -> Visits:
    return Visits(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))


def test_the_page_shows_the_connector_beside_the_lines_own_switch(visits: Visits) -> None:
    visits.open(visits.settings_call())
    assert "<h1>WhatsApp EU</h1>" in visits.page
    assert "<dd>myconnector</dd>" in visits.page
    assert "The line&#x27;s own switch</dt><dd>on</dd>" in visits.page
    assert "The connector on this line</dt><dd>active</dd>" in visits.page
    assert visits.reasons() == []


def test_a_line_that_is_off_is_told_beside_an_active_connector(visits: Visits) -> None:
    with visits.bot.portal.world.lock:
        lines = visits.bot.portal.state.lines
        lines.put(1, replace(lines[1], active=False))
    visits.open(visits.settings_call())
    assert "Operators receive nothing from this connector." in visits.page


def test_the_page_is_in_the_language_of_the_portal(visits: Visits) -> None:
    visits.open(visits.settings_call(), language="ru")
    assert '<html lang="ru">' in visits.page
    assert "Сама линия</dt><dd>включена</dd>" in visits.page


def test_only_the_portal_may_show_the_page_in_a_frame_and_no_cookie_is_set(visits: Visits) -> None:
    reply = visits.open(visits.settings_call())
    policy = reply.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert policy[-1] == f"frame-ancestors {visits.bot.portal.world.rest_url.removesuffix('/rest/')}"
    assert set(reply.headers) == {"Content-Security-Policy"}
    assert "<script" not in visits.page


def test_no_token_of_the_call_stands_on_the_page(visits: Visits) -> None:
    form = visits.settings_call()
    visits.open(form)
    secret = ("AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN")
    assert [name for name in secret if form[name] in visits.page] == []


def test_a_page_without_a_line_changes_nothing_and_says_what_to_do(visits: Visits) -> None:
    for line in ("0", "", "abc", None):
        visits.open(with_options(visits.settings_call(), LINE=line))
        assert "Choose an open line in the contact centre" in visits.page
    assert visits.bot.effects("*") == 0


def test_the_id_of_the_connector_counts_in_any_case(visits: Visits) -> None:
    visits.open(with_options(visits.settings_call(), CONNECTOR="MyConnector"), "MYCONNECTOR")
    assert "<h1>WhatsApp EU</h1>" in visits.page


def test_the_application_address_shows_the_same_page(visits: Visits) -> None:
    form = visits.settings_call()
    reply = request_route(visits.bot.plugin, visits.bot.services, "POST", "/app?LANG=en", form=form)
    assert "<h1>WhatsApp EU</h1>" in page_text(reply)


def test_a_portal_that_does_not_answer_is_told_and_is_no_forged_call(visits: Visits) -> None:
    form = visits.settings_call()
    visits.bot.fault("unavailable", "batch", times="forever")
    visits.open(form)
    assert "b24bot cannot read the portal now" in visits.page
    assert visits.reasons() == []


# ------------------------------------------------------------------------------------------------ forged calls


def without_token(visits: Visits) -> dict[str, str]:
    visits.bot.switch(page_auth="absent")
    return visits.settings_call()


def of_an_unknown_portal(visits: Visits) -> dict[str, str]:
    return {**visits.settings_call(), "member_id": "another"}


def with_an_invented_token(visits: Visits) -> dict[str, str]:
    return {**visits.settings_call(), "AUTH_ID": "invented"}


def of_another_application(visits: Visits) -> dict[str, str]:
    world = visits.bot.portal.world
    with world.lock:
        pair = world.tokens.issue(world.facts.other.client_id, 1)
    return {**visits.settings_call(), "AUTH_ID": pair.access.value}


def of_another_connector(visits: Visits) -> dict[str, str]:
    return with_options(visits.settings_call(), CONNECTOR="shopchat")


FORGED: dict[str, Callable[[Visits], dict[str, str]]] = {
    "the page came without an access token": without_token,
    "b24bot does not know the portal": of_an_unknown_portal,
    "the authorisation server refused the access token": with_an_invented_token,
    "the access token belongs to another application or portal": of_another_application,
    "the page names another connector than its address": of_another_connector,
}


def test_a_server_speaks_for_its_own_portals_alone(visits: Visits) -> None:
    """The server of a second portal names the first portal and its application for a token of its own."""
    lying = PortalSimulator()
    first, told = visits.bot.portal.facts, lying.facts
    main = replace(told.main, client_id=first.main.client_id)
    lying.world = World(replace(told, member_id=first.member_id, main=main))
    with lying:
        visits.connect_second_portal(lying, "b" * 32)
        call = {**visits.settings_call(), "AUTH_ID": lying.access_token, "SERVER_ENDPOINT": lying.world.server_url}
        visits.open(call)
    assert "WhatsApp EU" not in visits.page
    assert visits.reasons() == ["the access token belongs to another application or portal"]


def test_a_portal_of_the_second_server_is_known_by_its_own_token(visits: Visits) -> None:
    with PortalSimulator() as second:
        second.seed(
            connectors=[{"id": "myconnector", "name": "Second"}], activations=[{"connector": "myconnector", "line": 1}]
        )
        visits.connect_second_portal(second, second.member_id)
        visits.open(visits.settings_call(portal=second))
    assert visits.reasons() == []
    assert "<h1>Second</h1>" in visits.page


@pytest.mark.parametrize("reason", FORGED)
def test_a_forged_call_shows_nothing_and_is_recorded_once(visits: Visits, reason: str) -> None:
    form = FORGED[reason](visits)
    pages = set()
    for _ in range(3):
        visits.open(form)
        pages.add(visits.page)
    assert len(pages) == 1
    assert "b24bot could not check who opened this page" in visits.page
    assert "WhatsApp EU" not in visits.page
    assert visits.reasons() == [reason]
    visits.bot.clock.sleep(EVERY_MS / 1000)
    visits.open(FORGED[reason](visits))
    assert visits.reasons() == [reason, reason]


def test_all_forged_calls_get_the_same_answer(visits: Visits) -> None:
    pages = set()
    for make in FORGED.values():
        reply = visits.open(make(visits))
        pages.add((reply.status, tuple(reply.headers.items()), visits.page))
        visits.bot.switch(page_auth="present")
    assert len(pages) == 1


@pytest.mark.parametrize("options", ["", "[]", "null", "{", "5", "[" * 1500, json.dumps({"LINE": {"a": 1}})])
def test_options_that_say_nothing_are_no_error(visits: Visits, options: str) -> None:
    visits.open({**visits.settings_call(), "PLACEMENT_OPTIONS": options})
    assert "Choose an open line in the contact centre" in visits.page


def test_a_page_whose_access_token_ran_out_has_to_be_opened_again(visits: Visits) -> None:
    form = visits.settings_call()
    visits.bot.portal.clock.advance(ACCESS_SECONDS + 1)
    visits.open(form)
    assert visits.reasons() == ["the authorisation server refused the access token"]
