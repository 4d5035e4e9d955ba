"""A portal that was renamed is followed when it is proven to be the same one, and told by its new name when not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from bot.plugin import CallVerdict, Refusal
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.domain_change import Relocation, Unproven
from plugins.bitrix24.rest.protocol import Judgement
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, raises


def rename(plugin_bot: PluginBot, to: str = "") -> str:
    """The portal answers under another of this machine's names; returns it."""
    new = to or plugin_bot.portal.base_url.replace("http://127.0.0.1", "localhost")
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.plan = replace(plugin_bot.portal.state.plan, renamed_to=new)
    return new


def domain(plugin_bot: PluginBot) -> str:
    return CredentialStore(plugin_bot.services).portal("default").domain


def moved(plugin_bot: PluginBot) -> int:
    """How many calls the portal's old name sent away."""
    return sum(entry.outcome == "moved" for entry in plugin_bot.calls())


def test_a_read_goes_on_under_the_new_name_and_the_record_keeps_it(
    plugin_bot: PluginBot, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = domain(plugin_bot), rename(plugin_bot)
    with caplog.at_level(logging.WARNING):
        assert len(plugin_bot.open().connectors()) == 13
    assert domain(plugin_bot) == new
    assert CredentialStore(plugin_bot.services).portal("default").member_id == plugin_bot.portal.member_id
    assert f"has moved from {old} to {new}" in caplog.text
    assert moved(plugin_bot) == 1
    assert len(plugin_bot.open().connectors()) == 13
    assert moved(plugin_bot) == 1, "the next call goes there at once"
    assert plugin_bot.place.label == new
    (record,) = plugin_bot.recorded(audit_events.ADDRESS_CHANGED.tag)
    assert record.subject == "default"
    assert record.facts["sentence"] == f"The portal's address is now {new}. The address before was {old}."


def test_a_change_runs_once_under_the_new_name(plugin_bot: PluginBot) -> None:
    rename(plugin_bot)
    outcome = plugin_bot.perform_remove()
    assert outcome.verdict is CallVerdict.DONE
    assert outcome.facts["attempts"] == 2
    assert plugin_bot.effects() == 1


def test_the_proof_is_a_read_and_comes_before_the_change(plugin_bot: PluginBot) -> None:
    rename(plugin_bot)
    plugin_bot.perform_remove()
    assert [(entry.method, entry.outcome) for entry in plugin_bot.calls()] == [
        ("imconnector.unregister", "moved"),
        ("app.info", "ok"),
        ("imconnector.unregister", "ok"),
    ]


def test_a_token_that_ran_out_meanwhile_is_renewed_for_the_proof(plugin_bot: PluginBot) -> None:
    rename(plugin_bot)
    plugin_bot.expire()
    assert plugin_bot.perform_remove().verdict is CallVerdict.DONE
    assert len(plugin_bot.refreshes()) == 1
    assert plugin_bot.effects() == 1


def test_where_the_token_cannot_be_renewed_the_portal_is_not_followed(plugin_bot: PluginBot) -> None:
    old = domain(plugin_bot)
    rename(plugin_bot)
    plugin_bot.expire("both")
    outcome = plugin_bot.perform_remove()
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert "could not confirm" in en(outcome.sentence)
    assert domain(plugin_bot) == old


def test_many_threads_that_are_sent_away_prove_it_once(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = make_plugin_bot(seeded=False)
    plugin_bot.portal.seed(lines=[{"id": number, "name": "L"} for number in range(1, 301)], connectors=[{"id": "c"}])
    portal = plugin_bot.open()
    pairs = [("c", line.id) for line in portal.lines()]
    rename(plugin_bot)
    assert not any(status.problem for status in portal.matrix(pairs))
    assert len(plugin_bot.calls("app.info")) == 1


def test_two_processes_follow_without_getting_into_each_others_way(plugin_bot: PluginBot) -> None:
    new = rename(plugin_bot)
    plugins = [plugin_bot.more_plugins() for _ in range(2)]
    callers = [plugin.open(plugin_bot.more_services(), plugin_bot.place) for plugin in plugins]
    with ThreadPoolExecutor(max_workers=2) as threads:
        assert all(threads.map(lambda portal: portal.connectors(), callers))
    assert domain(plugin_bot) == new


def test_who_began_before_somebody_else_found_it_goes_there_without_a_proof_of_its_own(plugin_bot: PluginBot) -> None:
    early = plugin_bot.more_plugins().open(plugin_bot.services, plugin_bot.place)
    rename(plugin_bot)
    plugin_bot.open().connectors()
    proofs = len(plugin_bot.calls("app.info"))
    assert early.connectors()
    assert len(plugin_bot.calls("app.info")) == proofs


def away(location: str, *, body: str = "", status: int = 302) -> dict[str, Any]:
    return {"status": status, "body": body, "headers": {"Location": location}}


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://new.bitrix24.com/rest/app.info.json", "new.bitrix24.com"),
        ("http://evil.example/rest/", "evil.example"),
        ("https://127.0.0.1:9/rest/", "127.0.0.1:9"),
        ("http://user:pw@localhost:9/rest/", "localhost:9"),
        ("ftp://localhost:9/rest/", "localhost:9"),
        ("http://localhost.evil.example:9/", "localhost.evil.example:9"),
        ("http://[::1/rest/", "an unreadable address"),
    ],
)
def test_an_address_that_the_bot_may_not_talk_to_is_named_and_not_followed(
    plugin_bot: PluginBot, location: str, shown: str
) -> None:
    """A portal on loopback can move to loopback only, and one in the cloud to the cloud only."""
    old = domain(plugin_bot)
    plugin_bot.fault("reply", **away(location))
    outcome = plugin_bot.perform_remove()
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert shown in en(outcome.sentence)
    assert any(words in en(outcome.sentence) for words in ("does not use this address", "b24bot does not follow"))
    assert "could not confirm" not in en(outcome.sentence), "it was not even asked"
    assert "was not carried out" in en(outcome.sentence)
    assert len(plugin_bot.calls()) == 1
    assert domain(plugin_bot) == old


@pytest.mark.parametrize(
    "reply",
    [
        LoopbackReply.json({"error": "invalid_token", "error_description": "x"}, status=401),
        LoopbackReply.json({"error": "NO_AUTH_FOUND"}, status=401),
        LoopbackReply(status=302, headers={"Location": "http://localhost:9/rest/"}),
        LoopbackReply(body=b"<html>Sign in</html>"),
        LoopbackReply(drop=True),
        LoopbackReply.json({"result": True}),
        LoopbackReply.json({"result": []}),
        LoopbackReply.json({"result": {"ID": 1, "CODE": "local.of.somebody.else", "INSTALLED": True}}),
        LoopbackReply.json({"result": {"ID": 1, "CODE": None, "client_id": ["x"]}}),
    ],
    ids=[
        *("another portal", "no portal's", "sends on", "no portal", "silent"),
        *("yes to all", "an empty list", "another application", "no application"),
    ],
)
def test_a_place_that_does_not_take_our_token_is_not_our_portal(plugin_bot: PluginBot, reply: LoopbackReply) -> None:
    """Nothing but the proof is sent there, and no token is renewed for a stranger."""
    seen: list[str] = []
    old = domain(plugin_bot)

    def stranger(request: LoopbackRequest) -> LoopbackReply:
        seen.append(request.path)
        return reply

    with Loopback(stranger) as server:
        plugin_bot.fault("reply", **away(f"{server.url}/rest/x.json"))
        outcome = plugin_bot.perform_remove()
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert "could not confirm" in en(outcome.sentence)
    assert set(seen) == {"/rest/app.info.json"}
    assert plugin_bot.refreshes() == []
    assert plugin_bot.effects() == 0
    assert domain(plugin_bot) == old
    assert plugin_bot.recorded(audit_events.ADDRESS_CHANGED.tag) == []


def test_a_portal_that_sends_us_around_in_a_circle_is_followed_once(plugin_bot: PluginBot) -> None:
    rename(plugin_bot)
    plugin_bot.fault("reply", method="imconnector.unregister", **away(f"{plugin_bot.portal.base_url}/rest/x"))
    outcome = plugin_bot.perform_remove()
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert plugin_bot.effects() == 0
    assert len(plugin_bot.calls("imconnector.unregister")) == 2


def test_a_portal_that_points_to_itself_for_ever_is_followed_once(plugin_bot: PluginBot) -> None:
    """Both of its names prove to be it, so only the count ends this."""
    there = plugin_bot.portal.base_url.replace("127.0.0.1", "localhost")
    plugin_bot.fault("reply", times=6, **away(f"{there}/rest/x"))
    assert plugin_bot.perform_remove().verdict is CallVerdict.NOT_SENT
    assert len(plugin_bot.calls("imconnector.unregister")) == 2


@pytest.mark.parametrize(
    "location",
    [
        *("http://localhost:9/rest/", "http://127.0.0.1:9/rest/", "http://b.bitrix24.com/"),
        *("https://portal.example/rest/", "https://evil.example/rest/"),
    ],
)
def test_a_portal_of_the_cloud_leads_by_a_redirect_to_no_host_outside_the_vendors_domains(
    make_plugin_bot: Callable[..., PluginBot], location: str
) -> None:
    """Nor to a host that BITRIX24_HOSTS lists for portals of one's own: only the vendor gives a portal another name."""
    plugin_bot = make_plugin_bot(BITRIX24_HOSTS="portal.example")
    asked: list[KnownPortal] = []

    def ask(portal: KnownPortal) -> Judgement:
        asked.append(portal)
        raise AssertionError("nobody may be asked there")

    credential_store = CredentialStore(plugin_bot.services)
    cloud = credential_store.moved(credential_store.portal("default"), "a.bitrix24.com")
    found = Relocation(plugin_bot.services, ask).follow(cloud, location)
    assert isinstance(found, Unproven)
    assert "does not use this address" in en(found.judgement.sentence)
    assert asked == []


def test_a_redirect_that_answers_something_proves_nothing(plugin_bot: PluginBot) -> None:
    """Only the empty answer of a renamed portal shows that the call was not carried out."""
    plugin_bot.fault("reply", **away("http://localhost:9/rest/", body="<html>302</html>"))
    outcome = plugin_bot.perform_remove()
    assert outcome.verdict is CallVerdict.UNKNOWN
    assert len(plugin_bot.calls()) == 1


@pytest.mark.parametrize("status", [301, 303, 307, 308])
def test_another_kind_of_redirect_is_told_and_not_followed(plugin_bot: PluginBot, status: int) -> None:
    plugin_bot.fault("reply", **away("http://localhost:9/rest/", status=status))
    outcome = plugin_bot.perform_remove()
    assert outcome.verdict is CallVerdict.NOT_SENT
    assert "localhost:9" in en(outcome.sentence)
    assert len(plugin_bot.calls()) == 1


def test_a_name_that_became_another_portals_is_not_written_over(plugin_bot: PluginBot) -> None:
    credential_store = CredentialStore(plugin_bot.services)
    known = credential_store.portal("default")
    with raises(Refusal, match="now belongs to another portal"):
        credential_store.moved(replace(known, member_id="another"), "localhost:9")
    assert credential_store.portal("default") == known
