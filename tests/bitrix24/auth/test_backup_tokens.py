"""The spare pair takes over when the pair in use is lost for good, once, and a person is told what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.host.plugin_services import PluginServices
from bot.plugin import CallVerdict, Refusal, Secrets, TargetRefused
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.backup_tokens import KEPT, REFUSED, USED, BackupTokens, BackupTokenStore, slot
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.auth.oauth import Tokens
from plugins.bitrix24.auth.token_refresh import TokenRefresh
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.auth.test_token_refresh import generation, together
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, en_facts, raises

SPENT = LoopbackReply.json({"error": "invalid_grant"}, status=400)


def spare(plugin_bot: PluginBot) -> BackupTokens | None:
    return BackupTokenStore(plugin_bot.services).known(CredentialStore(plugin_bot.services).portal("default"))


def outcomes(plugin_bot: PluginBot) -> list[str]:
    return [entry.outcome for entry in plugin_bot.refreshes()]


def test_a_spare_takes_the_place_of_a_lost_pair_and_the_work_goes_on(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plan = plugin_bot.plan()
    plugin_bot.lose()
    outcome = plugin_bot.perform(plan)
    assert outcome.verdict is CallVerdict.DONE
    assert plugin_bot.effects() == 1
    assert outcomes(plugin_bot) == ["invalid_grant", "ok"]
    assert generation(plugin_bot) == 2
    assert plugin_bot.services.secrets.read("default#spare") is None
    (record,) = plugin_bot.recorded(audit_events.TOKENS_REPLACED.tag)
    assert (record.subject, record.facts["generation"], record.facts["chain"]) == ("default", 2, "spare")
    assert plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag) == [], "nobody is locked out"


def test_a_new_pair_whose_answer_was_lost_is_replaced_by_the_spare(plugin_bot: PluginBot) -> None:
    """As after a crash between the answer and the commit: the stored pair is spent and the new one never came."""
    plugin_bot.store_spare()
    plugin_bot.expire()
    plugin_bot.fault("lost_after", "oauth.token")
    assert "no usable reply" in en(plugin_bot.refusal("connector list").sentence)
    assert plugin_bot.rows("connector list")
    assert outcomes(plugin_bot) == ["ok", "invalid_grant", "ok"]
    known = spare(plugin_bot)
    assert known is not None
    assert known.state == USED


def test_when_both_are_lost_the_bot_is_locked_out_once_and_asks_no_more(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plugin_bot.lose()
    plugin_bot.lose("default#spare")
    error = plugin_bot.refusal("connector list")
    assert "has no access to this portal" in en(error.sentence)
    assert "portal connect default --backup" in en(error.hint)
    for _ in range(5):
        assert plugin_bot.refusal("connector list").sentence == error.sentence
    assert outcomes(plugin_bot) == ["invalid_grant", "invalid_grant"]
    assert [row.facts["chain"] for row in plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag)] == ["spare", "main"]
    known = spare(plugin_bot)
    assert known is not None
    assert known.state == REFUSED
    plugin_bot.clock.advance(301)
    plugin_bot.refusal("connector list")
    assert len(plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag)) == 2, "the same refusal is no news"
    assert outcomes(plugin_bot) == ["invalid_grant"] * 3


def test_without_a_spare_the_refusal_says_how_to_have_one(plugin_bot: PluginBot) -> None:
    plugin_bot.lose()
    hint = plugin_bot.refusal("connector list").hint
    assert "portal connect default --backup" in en(hint)
    assert len(plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag)) == 1


@pytest.mark.parametrize("change", [{"paid": False}, {"client_secret": "another"}])
def test_a_refusal_that_the_spare_would_meet_too_does_not_spend_it(
    plugin_bot: PluginBot, change: Mapping[str, object]
) -> None:
    plugin_bot.store_spare()
    plugin_bot.expire()
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.change_app(plugin_bot.portal.client_id, **change)
    hint = plugin_bot.refusal("connector list").hint
    assert "spare" not in en(hint)
    assert len(plugin_bot.refreshes()) == 1
    known = spare(plugin_bot)
    assert known is not None
    assert known.state == KEPT


def test_a_spare_that_is_refused_for_a_while_is_asked_once_and_takes_over_when_that_has_passed(
    plugin_bot: PluginBot,
) -> None:
    plugin_bot.store_spare()
    plugin_bot.lose()
    refused = {"status": 400, "body": {"error": "PAYMENT_REQUIRED"}}
    plugin_bot.fault("reply", "oauth.token", skip=1, times=1, **refused)
    first = plugin_bot.refusal("connector list")
    assert isinstance(first, TargetRefused)
    assert first.code == "PAYMENT_REQUIRED"
    assert "--backup" not in en(first.hint)
    for _ in range(5):
        assert plugin_bot.refusal("connector list").sentence == first.sentence
    assert len(plugin_bot.refreshes()) == 2
    (record,) = plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag)
    assert (record.facts["chain"], record.facts["code"]) == ("main", "PAYMENT_REQUIRED")
    known = spare(plugin_bot)
    assert known is not None
    assert known.state == KEPT
    plugin_bot.clock.advance(301)
    assert plugin_bot.rows("connector list")
    assert generation(plugin_bot) == 2


def test_a_spare_whose_renewal_has_no_answer_is_kept_for_the_next_call(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plugin_bot.lose()
    plugin_bot.fault("lost_before", "oauth.token", skip=1)
    assert "no usable reply" in en(plugin_bot.refusal("connector list").sentence)
    assert plugin_bot.rows("connector list")
    assert outcomes(plugin_bot)[-1] == "ok"


def test_eight_threads_that_find_the_pair_lost_take_the_spare_once(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plugin_bot.lose()
    assert all(together([plugin_bot.open().connectors for _ in range(8)]))
    assert outcomes(plugin_bot) == ["invalid_grant", "ok"]
    assert generation(plugin_bot) == 2


def test_two_processes_that_find_the_pair_lost_take_the_spare_once(plugin_bot: PluginBot) -> None:
    processes = [(plugin_bot.more_plugins(), plugin_bot.more_services(real_time=True)) for _ in range(2)]
    plugin_bot.store_spare()
    plugin_bot.lose()
    assert all(together([plugin.open(services, plugin_bot.place).connectors for plugin, services in processes]))
    assert outcomes(plugin_bot) == ["invalid_grant", "ok"]
    assert generation(plugin_bot) == 2


class Failing:
    """The host's secrets; the spare cannot be deleted."""

    def __init__(self, secrets: Secrets) -> None:
        self.read, self.write, self.lease = secrets.read, secrets.write, secrets.lease

    def delete(self, name: str) -> None:
        raise StoreUnavailable("The database cannot be written now.")


def test_the_change_of_places_is_one_transaction(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plugin_bot.lose()
    services = replace(plugin_bot.services, secrets=Failing(plugin_bot.services.secrets))
    with pytest.raises(StoreUnavailable):
        plugin_bot.plugin.open(services, plugin_bot.place).connectors()
    assert generation(plugin_bot) == 1
    assert plugin_bot.recorded(audit_events.TOKENS_REPLACED.tag) == []
    known = spare(plugin_bot)
    assert known is not None
    assert known.state == KEPT


def test_a_pair_stored_by_hand_meanwhile_is_not_overwritten_by_the_spare(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    credential_store, spares = CredentialStore(plugin_bot.services), BackupTokenStore(plugin_bot.services)
    known = credential_store.portal("default")
    lost, held = credential_store.held(known), spares.held(known)
    assert held is not None
    pair = plugin_bot.issue()
    plugin_bot.store_again(pair)
    answer = TokenRefresh(plugin_bot.services, plugin_bot.plugin._links, known)._server.ask(held.credentials)
    assert isinstance(answer, Tokens)
    assert not spares.promoted(known, lost, held, answer)
    assert credential_store.held(known).credentials.access == pair[0]


@contextmanager
def storing_a_spare_before_the_answer(
    plugin_bot: PluginBot, *asked: LoopbackReply
) -> Iterator[tuple[PluginServices, list[str]]]:
    """A token endpoint that gives these answers in their order, and the refresh tokens it was asked with.

    While the second of them is on its way, an admin stores another spare.
    """
    answers, refreshes = list(asked), list[str]()

    def server(request: LoopbackRequest) -> LoopbackReply:
        refreshes.append(parse_qs(request.body.decode())["refresh_token"][0])
        if len(refreshes) == 2:
            plugin_bot.store_spare()
        return answers.pop(0)

    with Loopback(server) as loopback:
        yield plugin_bot.more_services(BITRIX24_OAUTH_URL=f"{loopback.url}/oauth/token/"), refreshes


def good(pair: tuple[Secret, Secret]) -> LoopbackReply:
    return LoopbackReply.json({"access_token": pair[0].reveal(), "refresh_token": pair[1].reveal()})


def test_a_spare_stored_while_the_first_takes_over_is_kept(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plugin_bot.expire_first()
    with storing_a_spare_before_the_answer(plugin_bot, SPENT, good(plugin_bot.issue())) as (services, refreshes):
        assert plugin_bot.plugin.open(services, plugin_bot.place).connectors()
    assert (len(refreshes), generation(plugin_bot)) == (2, 2)
    known, held = (
        spare(plugin_bot),
        BackupTokenStore(plugin_bot.services).held(CredentialStore(plugin_bot.services).portal("default")),
    )
    assert known is not None
    assert known.state == KEPT
    assert held is not None
    assert held.credentials.refresh.reveal() != refreshes[1]


def test_a_spare_stored_while_the_first_is_refused_takes_over_in_its_place(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    plugin_bot.expire_first()
    with storing_a_spare_before_the_answer(plugin_bot, SPENT, SPENT, good(plugin_bot.issue())) as (services, refreshes):
        assert plugin_bot.plugin.open(services, plugin_bot.place).connectors()
    assert (len(set(refreshes)), generation(plugin_bot)) == (3, 2)
    assert plugin_bot.recorded(audit_events.TOKENS_REFUSED.tag) == [], "the one that was refused was nobody's any more"
    known = spare(plugin_bot)
    assert known is not None
    assert known.state == USED


def test_a_spare_that_is_refused_late_leaves_the_one_stored_since_alone(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    held = BackupTokenStore(plugin_bot.services).held(CredentialStore(plugin_bot.services).portal("default"))
    assert held is not None
    plugin_bot.store_spare()
    known = CredentialStore(plugin_bot.services).portal("default")
    assert not BackupTokenStore(plugin_bot.services).refused(known, held, code="invalid_grant", sentence="It is spent.")
    assert BackupTokenStore(plugin_bot.services).held(known) is not None
    kept = spare(plugin_bot)
    assert kept is not None
    assert kept.state == KEPT


def test_the_spare_goes_with_the_applications_secret_as_it_is_now(plugin_bot: PluginBot) -> None:
    """It was stored before the application got a new secret."""
    plugin_bot.store_spare()
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.change_app(plugin_bot.portal.client_id, client_secret="new-secret")
    first = plugin_bot.issue()
    plugin_bot.run(
        "portal add",
        name="default",
        domain=plugin_bot.portal.url,
        member_id=plugin_bot.portal.member_id,
        client_id=plugin_bot.portal.client_id,
        client_secret=Secret("new-secret"),
        access_token=first[0],
        refresh_token=first[1],
        replace=True,
    )
    plugin_bot.lose()
    assert plugin_bot.rows("connector list")


def test_the_spare_of_another_application_is_of_no_use_and_check_says_so(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    with plugin_bot.portal.world.lock:
        apps = plugin_bot.portal.state.apps
        apps.put("local.another", replace(apps[plugin_bot.portal.client_id], client_id="local.another"))
        pair = plugin_bot.portal.world.tokens.issue("local.another", 1)
    plugin_bot.run(
        "portal add",
        name="default",
        domain=plugin_bot.portal.url,
        member_id=plugin_bot.portal.member_id,
        client_id="local.another",
        client_secret=Secret(plugin_bot.portal.client_secret),
        access_token=Secret(pair.access.value),
        refresh_token=Secret(pair.refresh.value),
        replace=True,
    )
    (note,) = plugin_bot.reply("portal check").notes
    assert "belong to another application" in en(note)
    plugin_bot.lose()
    assert "has no access to this portal" in en(plugin_bot.refusal("connector list").sentence)
    assert outcomes(plugin_bot) == ["invalid_grant"]


def test_the_pair_in_use_is_no_spare(plugin_bot: PluginBot) -> None:
    keys = CredentialStore(plugin_bot.services).held(CredentialStore(plugin_bot.services).portal("default")).credentials
    other = plugin_bot.issue()
    for access, refresh in ((keys.access, other[1]), (other[0], keys.refresh)):
        with raises(Refusal, match="already in use"):
            plugin_bot.keep_backup(access, refresh)
    assert spare(plugin_bot) is None


def test_a_second_spare_takes_the_place_of_the_first(plugin_bot: PluginBot) -> None:
    plugin_bot.store_spare()
    pair = plugin_bot.store_spare()
    held = BackupTokenStore(plugin_bot.services).held(CredentialStore(plugin_bot.services).portal("default"))
    assert held is not None
    assert held.credentials.refresh == pair[1]


def test_list_and_check_tell_of_the_spare_and_how_to_store_one(plugin_bot: PluginBot) -> None:
    def told() -> tuple[str, str]:
        return plugin_bot.rows("portal list")[0][-2], dict(en_facts(plugin_bot.reply("portal check")))["refresh token"]

    assert told()[0] == "none"
    (note,) = plugin_bot.reply("portal list").notes
    assert en(note).endswith("without them: b24bot portal connect NAME --backup")
    assert told()[1].endswith("There are no usable backup tokens.")
    plugin_bot.store_spare()
    assert told()[0].endswith("not verified yet")
    plugin_bot.plugin.maintain(plugin_bot.services)
    assert told()[0].startswith("renewed ")
    assert told()[1].endswith("Backup tokens are stored.")
    assert plugin_bot.reply("portal check").notes == ()
    plugin_bot.lose()
    assert plugin_bot.rows("connector list")
    assert told()[0].startswith("none left: took over ")
    (note,) = plugin_bot.reply("portal check").notes
    assert "No backup tokens are left: the last pair is now in use." in en(note)
    assert "portal connect default --backup" in en(note)


def test_no_secret_of_the_spare_is_in_what_is_stored_open(plugin_bot: PluginBot) -> None:
    pair = plugin_bot.store_spare()
    plugin_bot.plugin.maintain(plugin_bot.services)
    records: dict[str, Any] = {
        kind: plugin_bot.services.records.all(kind) for kind in ("portal", "portal_health", "portal_spare")
    }
    text = repr(records) + repr([record.facts for record in plugin_bot.services.store.audit.walk()])
    assert pair[0].reveal() not in text
    assert pair[1].reveal() not in text
    assert pair[1].reveal().encode() not in plugin_bot.services.store.database.path.read_bytes()


def test_the_name_of_a_spare_is_no_name_of_a_portal(plugin_bot: PluginBot) -> None:
    with raises(Refusal, match="cannot be the name of a portal"):
        plugin_bot.run(
            "portal add",
            name=slot(CredentialStore(plugin_bot.services).portal("default")),
            domain=plugin_bot.portal.url,
            member_id="m9",
            client_id="c",
            client_secret=Secret("s"),
            access_token=Secret("a"),
            refresh_token=Secret("r"),
        )
