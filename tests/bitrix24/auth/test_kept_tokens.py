"""What connecting a portal does with tokens that it renews: no failure and no refusal afterwards loses them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from bot.plugin import Answer, PluginError, Reply
from bot.store.repositories.secrets import sealed_secrets
from bot.testing.scripted_dialogue import ScriptedDialogue, Typed
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.auth.token_refresh import LEASE
from plugins.bitrix24.commands.connecting.connect import check_connection, connect_portal, store_connection
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.connecting.kept_tokens import LIFETIME_MS, KeptTokenStore
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en


@pytest.fixture
def plugin_bot(make_plugin_bot: Callable[..., PluginBot]) -> PluginBot:
    return make_plugin_bot()


@pytest.fixture
def newcomer(make_plugin_bot: Callable[..., PluginBot]) -> PluginBot:
    """A bot that does not know the portal yet."""
    bot = make_plugin_bot()
    with bot.services.transaction():
        bot.services.records.delete("portal", "default")
        bot.services.secrets.delete("default")
    return bot


def connect(bot: PluginBot, *answers: Typed, name: str = "prod", secret: str = "", **options: Any) -> str:
    """What the command says, as it runs: it is checked, held as a dialogue, and stored."""
    try:
        answer = answer_to(bot, *answers, name=name, secret=secret, **options)
    except PluginError as error:
        return en(error.sentence)
    return en(getattr(answer, "title", ""))


def answer_to(bot: PluginBot, *answers: Typed, name: str = "prod", secret: str = "", **options: Any) -> Answer:
    """The answer itself. Raises PluginError."""
    given: dict[str, Any] = {"domain": bot.portal.url, "client_id": bot.portal.client_id, **options}
    dialogue = ScriptedDialogue(
        bot.services, *answers, secrets={"client_secret": secret or bot.portal.client_secret}, person="local:ida"
    )
    check_connection(bot.services, name, **given)
    found = connect_portal(dialogue, name, **given)
    with bot.services.transaction():
        return store_connection(bot.services, found)


def stored_refresh(bot: PluginBot, slot: str = "default") -> str:
    sealed = bot.services.secrets.read(slot)
    assert sealed is not None
    return str(sealed.value["refresh"])


def works_after_an_hour(bot: PluginBot) -> bool:
    """Whether the portal can still be used once its access token has run out."""
    bot.expire()
    return bot.open().app().installed


def test_the_token_of_a_known_portal_is_not_spent_under_another_name(plugin_bot: PluginBot) -> None:
    said = connect(plugin_bot, stored_refresh(plugin_bot))
    assert said == "b24bot already knows this portal as default."
    assert plugin_bot.refreshes() == []
    assert works_after_an_hour(plugin_bot)


def test_the_token_of_a_known_portal_is_renewed_there_although_connecting_fails(plugin_bot: PluginBot) -> None:
    plugin_bot.fault("error_html", "app.info", times=4)
    before = stored_refresh(plugin_bot)
    assert "is a web page" in connect(plugin_bot, before, name="default", replace=True)
    plugin_bot.portal.world.faults.clear()
    assert stored_refresh(plugin_bot) != before
    assert works_after_an_hour(plugin_bot)


def test_a_token_that_another_process_renews_is_not_spent(plugin_bot: PluginBot) -> None:
    with plugin_bot.services.secrets.lease("default", seconds=LEASE):
        said = connect(plugin_bot, stored_refresh(plugin_bot), name="default", replace=True)
    assert "still renewing the tokens" in said
    assert plugin_bot.refreshes() == []


def test_a_backup_token_is_no_token_of_a_new_portal(plugin_bot: PluginBot) -> None:
    backup = plugin_bot.store_spare()[1].reveal()
    assert "backup tokens of the portal default" in connect(plugin_bot, backup)
    assert plugin_bot.refreshes() == []


def test_a_pasted_token_survives_a_portal_that_does_not_answer(newcomer: PluginBot) -> None:
    pasted = newcomer.issue()[1].reveal()
    newcomer.fault("error_html", "app.info", times=4)
    assert "is a web page" in connect(newcomer, pasted)
    newcomer.portal.world.faults.clear()
    assert connect(newcomer) == "The portal prod is connected."
    assert KeptTokenStore(newcomer.services).find("prod") is None
    assert works_after_an_hour(newcomer)


def test_kept_tokens_survive_a_wrong_secret_and_another_failure(newcomer: PluginBot) -> None:
    newcomer.fault("error_html", "app.info", times=8)
    connect(newcomer, newcomer.issue()[1].reveal())
    assert "refused the client_secret" in connect(newcomer, secret="no")
    assert "is a web page" in connect(newcomer)
    newcomer.portal.world.faults.clear()
    assert connect(newcomer, domain="", client_id="") == "The portal prod is connected."


def test_tokens_of_a_portal_with_another_name_wait_for_that_name(plugin_bot: PluginBot) -> None:
    pasted = plugin_bot.issue()[1].reveal()
    assert connect(plugin_bot, pasted) == "b24bot already knows this portal as default."
    assert KeptTokenStore(plugin_bot.services).find("prod") is None
    assert KeptTokenStore(plugin_bot.services).find("default") is not None
    new = plugin_bot.issue()[1].reveal()
    assert connect(plugin_bot, new, name="default", replace=True) == "The portal default is connected."
    assert len(plugin_bot.refreshes()) == 4
    assert works_after_an_hour(plugin_bot)


def test_kept_tokens_serve_no_other_application_and_end_after_a_day(newcomer: PluginBot) -> None:
    newcomer.fault("error_html", "app.info", times=4)
    connect(newcomer, newcomer.issue()[1].reveal())
    newcomer.portal.world.faults.clear()
    other = newcomer.portal.other_application
    said = connect(newcomer, other["refresh_token"], client_id=other["client_id"], secret=other["client_secret"])
    assert said == "The portal prod is connected."
    connect(newcomer, newcomer.issue()[1].reveal(), name="stage", secret="no")
    newcomer.fault("error_html", "app.info", times=4)
    connect(newcomer, newcomer.issue()[1].reveal(), name="stage")
    assert KeptTokenStore(newcomer.services).find("stage") is not None
    newcomer.clock.sleep(LIFETIME_MS / 1000)
    assert KeptTokenStore(newcomer.services).find("stage") is None


def test_kept_tokens_that_became_worthless_are_forgotten(newcomer: PluginBot) -> None:
    newcomer.fault("error_html", "app.info", times=4)
    connect(newcomer, newcomer.issue()[1].reveal())
    newcomer.portal.world.faults.clear()
    newcomer.portal.world.tokens.forget()
    assert "refused the refresh token" in connect(newcomer)
    assert connect(newcomer, newcomer.issue()[1].reveal()) == "The portal prod is connected."


def test_kept_tokens_are_encrypted_and_go_with_the_portal(plugin_bot: PluginBot) -> None:
    connect(plugin_bot, plugin_bot.issue()[1].reveal())
    kept = KeptTokenStore(plugin_bot.services).find("default")
    assert kept is not None
    assert "kept:default" in [name for _, name, _ in sealed_secrets(plugin_bot.services.store.engine)]
    with plugin_bot.services.transaction():
        stored_state.remove(plugin_bot.services, CredentialStore(plugin_bot.services).portal("default"))
    assert KeptTokenStore(plugin_bot.services).find("default") is None


def test_a_new_connection_counts_as_renewed_when_it_was_made(newcomer: PluginBot) -> None:
    newcomer.clock.sleep(3600)
    connect(newcomer, newcomer.issue()[1].reveal())
    store = CredentialStore(newcomer.services)
    health = store.health(store.portal("prod"))
    assert health is not None
    assert health.user == "1"
    assert health.renewed_at is not None
    assert newcomer.clock.now_ms() - health.renewed_at < 3_600_000


def test_tokens_that_wait_do_not_outrank_those_of_another_user(plugin_bot: PluginBot) -> None:
    connect(plugin_bot, plugin_bot.issue()[1].reveal())
    other = issue_for(plugin_bot, 9)
    assert connect(plugin_bot, other, name="default", replace=True) == "The portal default is connected."
    health = CredentialStore(plugin_bot.services).health(CredentialStore(plugin_bot.services).portal("default"))
    assert health is not None
    assert health.user == "9"


def issue_for(bot: PluginBot, user: int, *, connectors: bool = True) -> str:
    """A refresh token of another user, who may or may not manage connectors."""
    with bot.portal.world.lock:
        users = bot.portal.state.users
        users.put(user, dataclasses.replace(users[1], id=user, connectors=connectors))
        return bot.portal.world.tokens.issue(bot.portal.client_id, user).refresh.value


def test_a_user_who_may_not_manage_connectors_takes_no_place_without_a_yes(plugin_bot: PluginBot) -> None:
    before = stored_refresh(plugin_bot)
    said = connect(plugin_bot, issue_for(plugin_bot, 9, connectors=False), "no", name="default", replace=True)
    assert "The tokens of the portal default stay as they are" in said
    assert stored_refresh(plugin_bot) == before
    answers = (issue_for(plugin_bot, 9, connectors=False), "default")
    assert connect(plugin_bot, *answers, name="default", replace=True) == "The portal default is connected."
    assert stored_refresh(plugin_bot) != before


def test_a_first_user_who_may_not_manage_connectors_is_told(newcomer: PluginBot) -> None:
    reply = answer_to(newcomer, issue_for(newcomer, 9, connectors=False))
    assert isinstance(reply, Reply)
    assert en(reply.notes[0]).startswith("The portal refuses this user the list of connectors.")
