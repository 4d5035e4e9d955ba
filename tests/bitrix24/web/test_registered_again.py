"""A portal on somebody's own premises that was registered again: a person says so, and it stays the same place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import PluginError
from plugins.bitrix24.auth.audit_events import MEMBER_CHANGED
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from plugins.bitrix24.simulator.administrators import register_again
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import PUBLIC, Way
from tests.language.english import en


class Registered(Way):
    """The portal `default`, protected and with backup tokens, which was then registered again."""

    def __init__(self, bot: PluginBot) -> None:
        super().__init__(bot)
        self.former = bot.portal.member_id
        credential_store = CredentialStore(bot.services)
        credential_store.protect(credential_store.portal("default"), on=True)
        BackupTokenStore(bot.services).store(credential_store.portal("default"), *bot.issue())
        self.place = bot.place
        register_again(bot.portal.world, {})
        self.member = bot.portal.member_id


@pytest.fixture
def registered(make_plugin_bot: Callable[..., PluginBot]) -> Registered:
    return Registered(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))


def test_the_new_member_id_is_typed_and_everything_goes_on_under_the_same_name(registered: Registered) -> None:
    bot = registered.bot
    registered.connect(registered.browse, registered.member, name="default", replace=True)
    portal = CredentialStore(bot.services).portal("default")
    assert (portal.member_id, portal.identity, portal.protected) == (registered.member, registered.former, True)
    assert bot.place == registered.place, "cards, undo and the bot's own records still lead to it"
    assert bot.open().ours() == frozenset()
    assert [each.id for each in bot.open().connectors()]
    bot.expire()
    assert bot.open().app().installed
    assert BackupTokenStore(bot.services).held(portal) is None
    (record,) = bot.recorded(MEMBER_CHANGED.tag)
    assert record.facts["former"] == f"member_id {registered.former}"
    assert record.facts["member"] == f"member_id {registered.member}"


@pytest.mark.parametrize("typed", ["", "yes", "former"])
def test_without_the_new_member_id_nothing_is_stored(registered: Registered, typed: str) -> None:
    before = registered.bot.services.secrets.read("default")
    answer = registered.former if typed == "former" else typed
    with pytest.raises(PluginError) as caught:
        registered.connect(registered.browse, answer, name="default", replace=True)
    assert "did not confirm the new member_id" in en(caught.value.sentence)
    assert registered.former in en(caught.value.sentence)
    assert registered.bot.services.secrets.read("default") == before
    assert registered.bot.recorded(MEMBER_CHANGED.tag) == []


def test_what_two_admins_approved_needs_no_other_yes(registered: Registered) -> None:
    bot = registered.bot
    approved = ApprovedConnection(
        name="default", domain=bot.place.label, client_id=bot.portal.client_id, member_id=registered.member
    )
    ApprovedConnections(bot.services).keep(approved)
    registered.connect(registered.browse, name="default", domain="", client_id="", replace=True)
    assert CredentialStore(bot.services).portal("default").member_id == registered.member


def test_an_approval_of_the_former_member_id_does_not_count(registered: Registered) -> None:
    bot = registered.bot
    approved = ApprovedConnection(
        name="default", domain=bot.place.label, client_id=bot.portal.client_id, member_id=registered.former
    )
    ApprovedConnections(bot.services).keep(approved)
    with pytest.raises(PluginError) as caught:
        registered.connect(registered.browse, registered.member, name="default", replace=True)
    assert "not the approved connection" in en(caught.value.sentence)


def test_pasted_credentials_are_refused_with_both_member_ids_and_the_command_to_use(registered: Registered) -> None:
    with pytest.raises(PluginError) as caught:
        registered.bot.store_again(registered.bot.issue())
    assert registered.former in en(caught.value.sentence)
    assert registered.member in en(caught.value.sentence)
    assert "portal connect default --replace" in en(caught.value.hint)
