"""Connecting a portal by an authorise link: what is proved before anything is stored, and what each failure says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from bot.plugin import PluginError, Reply
from bot.testing.scripted_dialogue import ScriptedDialogue, Typed
from plugins.bitrix24.commands.connecting.connect import connect_portal, store_connection
from plugins.bitrix24.connecting.authorization_link import LIFETIME_MS
from plugins.bitrix24.connecting.pasted_grant import read_pasted
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en


@pytest.fixture
def plugin_bot(make_plugin_bot: Callable[..., PluginBot]) -> PluginBot:
    return make_plugin_bot()


def link_of(shown: Sequence[Reply]) -> str:
    return str({en(label): fact for label, fact in shown[-1].facts}["Authorise link"])


def browse(shown: Sequence[Reply]) -> str:
    """Where the browser of a signed-in administrator ends on."""
    return requests.get(link_of(shown), allow_redirects=False, timeout=5).headers["Location"]


def without(name: str) -> Callable[[Sequence[Reply]], str]:
    """The same address with one of its parameters left out."""

    def change(shown: Sequence[Reply]) -> str:
        address = urlsplit(browse(shown))
        kept = {key: values[0] for key, values in parse_qs(address.query).items() if key != name}
        return address._replace(query=urlencode(kept)).geturl()

    return change


def connect(bot: PluginBot, answer: Typed = browse, *, secret: str = "", **options: Any) -> Reply:
    """Connect as the command does: first the dialogue, then what is stored."""
    dialogue = ScriptedDialogue(bot.services, answer)
    given: dict[str, Any] = {
        "name": "default",
        "domain": bot.portal.url,
        "client_id": bot.portal.client_id,
        "replace": True,
        **options,
    }
    name = given.pop("name")
    found = connect_portal(dialogue, name, client_secret=Secret(secret or bot.portal.client_secret), **given)
    with bot.services.transaction():
        reply = store_connection(bot.services, found)
    assert isinstance(reply, Reply)
    return reply


def refused(bot: PluginBot, answer: Typed = browse, **options: Any) -> str:
    """What is said of a connection that fails; it must leave the credentials as they were."""
    before = bot.services.secrets.read("default")
    with pytest.raises(PluginError) as caught:
        connect(bot, answer, **options)
    assert bot.services.secrets.read("default") == before
    return en(caught.value.sentence)


def test_a_code_becomes_credentials_that_were_renewed_once(plugin_bot: PluginBot) -> None:
    before = plugin_bot.services.secrets.read("default")
    assert en(connect(plugin_bot).title) == "The portal default is connected."
    after = plugin_bot.services.secrets.read("default")
    assert before is not None
    assert after is not None
    assert (after.generation, after.value["member_id"]) == (before.generation + 1, plugin_bot.portal.member_id)
    assert [entry.grant_type for entry in plugin_bot.refreshes()] == ["authorization_code", "refresh_token"]
    assert plugin_bot.open().app().installed


def test_the_link_names_the_application_and_no_secret(plugin_bot: PluginBot) -> None:
    dialogue = ScriptedDialogue(plugin_bot.services)
    connect_portal(
        dialogue,
        "default",
        domain=plugin_bot.portal.url,
        client_id=plugin_bot.portal.client_id,
        client_secret=Secret(plugin_bot.portal.client_secret),
        no_wait=True,
    )
    asked = parse_qs(urlsplit(link_of(dialogue.shown)).query)
    assert set(asked) == {"client_id", "state"}
    assert asked["client_id"] == [plugin_bot.portal.client_id]
    assert len(asked["state"][0]) > 40
    stored = str(plugin_bot.services.records.all("authorization"))
    assert asked["state"][0] not in stored


def test_an_address_is_good_once(plugin_bot: PluginBot) -> None:
    seen: list[str] = []

    def keep(shown: Sequence[Reply]) -> str:
        seen.append(browse(shown))
        return seen[0]

    connect(plugin_bot, keep)
    assert "belongs to no open link" in refused(plugin_bot, lambda _: seen[0])


def test_a_link_is_refused_after_ten_minutes(plugin_bot: PluginBot) -> None:
    def wait(shown: Sequence[Reply]) -> str:
        address = browse(shown)
        plugin_bot.clock.sleep(LIFETIME_MS / 1000)
        return address

    assert "older than ten minutes" in refused(plugin_bot, wait)


def test_the_state_of_another_portal_is_refused(plugin_bot: PluginBot) -> None:
    other = ScriptedDialogue(plugin_bot.services)
    connect_portal(
        other,
        "stage",
        domain=plugin_bot.portal.url,
        client_id=plugin_bot.portal.client_id,
        client_secret=Secret("x"),
        no_wait=True,
    )
    assert "another portal, application or person" in refused(plugin_bot, lambda _: browse(other.shown))


def test_a_code_older_than_thirty_seconds_is_told_as_such(plugin_bot: PluginBot) -> None:
    def dawdle(shown: Sequence[Reply]) -> str:
        address = browse(shown)
        plugin_bot.clock.sleep(31)
        return address

    assert "older than 30 seconds" in refused(plugin_bot, dawdle)


def test_a_wrong_secret_is_told_as_such(plugin_bot: PluginBot) -> None:
    assert refused(plugin_bot, secret="no") == "The authorisation server refused the client_secret."


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("", "holds no code"),
        ("https://x.example/?state=s", "holds no code"),
        ("https://[", "holds no code"),
        ('{"auth": 1}', "holds no refresh token"),
    ],
)
def test_an_address_without_a_code_is_never_repeated(pasted: str, told: str) -> None:
    with pytest.raises(PluginError) as caught:
        read_pasted(pasted)
    assert told in en(caught.value.sentence)
    assert "x.example" not in en(caught.value.sentence)


def test_a_code_without_a_state_is_refused(plugin_bot: PluginBot) -> None:
    assert "holds no state" in refused(plugin_bot, without("state"))


def test_an_address_may_lack_its_domain_and_member_id(plugin_bot: PluginBot) -> None:
    connect(plugin_bot, without("domain"))
    connect(plugin_bot, without("member_id"))


def test_a_redirect_of_another_portal_is_refused(plugin_bot: PluginBot) -> None:
    assert "belongs to the portal with the member_id" in refused(
        plugin_bot, lambda shown: browse(shown).replace(plugin_bot.portal.member_id, "0123456789abcdef")
    )


def test_a_token_of_another_application_is_refused_by_what_the_server_says(plugin_bot: PluginBot) -> None:
    """The portal itself would take it: only the authorisation server names the application."""
    with plugin_bot.portal.world.lock:
        apps, tokens = plugin_bot.portal.world.state.apps, plugin_bot.portal.world.tokens
        own = apps[plugin_bot.portal.client_id]
        apps.put("local.other", replace(own, client_id="local.other", client_secret="other"))
        pair = tokens.issue("local.other", 1)
    body = {
        "access_token": pair.access.value,
        "refresh_token": pair.refresh.value,
        "member_id": plugin_bot.portal.member_id,
        "server_endpoint": plugin_bot.portal.world.server_url,
    }
    plugin_bot.fault("reply", "oauth.token", body=json.dumps(body))
    assert "belongs to the application local.other" in refused(plugin_bot)


@pytest.mark.parametrize(("kind", "method"), [("unavailable", "app.info"), ("lost_after", "oauth.token")])
def test_nothing_is_stored_when_a_proof_gets_no_answer(plugin_bot: PluginBot, kind: str, method: str) -> None:
    plugin_bot.fault(kind, method)
    refused(plugin_bot)


def test_a_name_that_is_taken_is_refused_before_the_secret_is_asked_for(plugin_bot: PluginBot) -> None:
    command = next(each for group in plugin_bot.plugin.groups for each in group if each.path == "portal connect")
    words = {"name": "default", "domain": plugin_bot.portal.url, "client_id": "x", "replace": False, "no_wait": False}
    with pytest.raises(PluginError) as caught:
        command.precheck(plugin_bot.services, words)
    assert "default" in en(caught.value.sentence)


def install_call(bot: PluginBot) -> Mapping[str, str]:
    """The fields of ONAPPINSTALL that matter here."""
    refresh = bot.issue()[1].reveal()
    return {"member_id": bot.portal.member_id, "refresh_token": refresh, "domain": "shop.bitrix24.com"}


@pytest.mark.parametrize(
    "write",
    [
        lambda auth: auth["refresh_token"],
        lambda auth: json.dumps({"event": "ONAPPINSTALL", "auth": auth}),
        lambda auth: urlencode({"event": "ONAPPINSTALL", **{f"auth[{name}]": value for name, value in auth.items()}}),
        lambda auth: json.dumps(auth),
    ],
    ids=["refresh-token", "install-call", "install-form", "token-answer"],
)
def test_a_refresh_token_is_taken_in_the_place_of_an_address(
    plugin_bot: PluginBot, write: Callable[[Mapping[str, str]], str]
) -> None:
    pasted = write(install_call(plugin_bot))
    connect(plugin_bot, lambda _: pasted)
    assert [entry.grant_type for entry in plugin_bot.refreshes()] == ["refresh_token", "refresh_token"]
    assert "The authorisation server refused the refresh token" in refused(plugin_bot, lambda _: pasted)


def test_an_install_call_of_another_portal_is_refused(plugin_bot: PluginBot) -> None:
    foreign = json.dumps({"auth": {**install_call(plugin_bot), "member_id": "0123456789abcdef"}})
    assert "belongs to the portal with the member_id" in refused(plugin_bot, lambda _: foreign)


@pytest.mark.parametrize(
    "positions", [{"code_flow_scope": "app", "callback_domain": "absent"}, {"oauth_reads_body": "query"}], ids=str
)
def test_a_portal_is_connected_in_every_position_of_the_switches(
    plugin_bot: PluginBot, positions: dict[str, str]
) -> None:
    plugin_bot.switch(**positions)
    assert en(connect(plugin_bot).title) == "The portal default is connected."


def test_a_portal_page_without_a_redirect_is_told_with_what_to_check(plugin_bot: PluginBot) -> None:
    with plugin_bot.portal.world.lock:
        users = plugin_bot.portal.world.state.users
        users.put(1, replace(users[1], active=False))
    page = requests.get(
        f"{plugin_bot.portal.world.facts.base}/oauth/authorize/",
        params={"client_id": plugin_bot.portal.client_id, "state": "s"},
        allow_redirects=False,
        timeout=5,
    )
    assert "Location" not in page.headers
    assert "holds no code" in refused(plugin_bot, lambda _: page.url)
