"""Names of portals: a renaming moves no secret, a former name stays, and two applications are two portals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.plugin import Refusal
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.colours import NAMES, SIGNS, find_free
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.connectors.snapshot import Snapshots
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, raises


def store(plugin_bot: PluginBot) -> CredentialStore:
    return CredentialStore(plugin_bot.services)


def add(plugin_bot: PluginBot, name: str, *, member: str = "m2", client: str = "app2") -> KnownPortal:
    portal = KnownPortal(name=name, domain="https://shop.bitrix24.com", member_id=member, added_at=1)
    keys = ("secret", "access", "refresh")
    secret, access, refresh = (Secret(f"{each} of {name}") for each in keys)
    credentials = Credentials(
        member_id=member, client_id=client, client_secret=secret, access=access, refresh=refresh, token_url="https://a"
    )
    store(plugin_bot).add(portal, credentials)
    return store(plugin_bot).portal(name)


def test_a_renewal_under_way_keeps_its_tokens_across_a_renaming(plugin_bot: PluginBot) -> None:
    credential_store = store(plugin_bot)
    portal = credential_store.portal("default")
    plugin_bot.store_spare()
    held = credential_store.held(portal)
    credential_store.rename(portal, "prod")
    assert credential_store.renewed(portal, held, Secret("new access"), Secret("new refresh"))
    renamed = credential_store.portal("prod")
    assert credential_store.held(renamed).credentials.refresh == Secret("new refresh")
    assert BackupTokenStore(plugin_bot.services).held(renamed) is not None


def test_a_former_name_leads_to_its_portal_through_several_renamings(plugin_bot: PluginBot) -> None:
    credential_store = store(plugin_bot)
    for name in ("prod", "prod-eu", "live"):
        credential_store.rename(credential_store.portal("default"), name)
    (place,) = plugin_bot.plugin.places(plugin_bot.services)
    assert (place.name, place.former_names) == ("live", ("default", "prod", "prod-eu"))
    assert {credential_store.portal(name).name for name in ("default", "prod", "prod-eu", "live")} == {"live"}
    credential_store.rename(credential_store.portal("live"), "default")
    assert credential_store.known("default").former_names == ("live", "prod", "prod-eu")


@pytest.mark.parametrize("removed", [False, True])
def test_no_other_portal_gets_a_former_name(plugin_bot: PluginBot, removed: bool) -> None:
    credential_store = store(plugin_bot)
    credential_store.rename(credential_store.portal("default"), "prod")
    if removed:
        credential_store.remove(credential_store.portal("prod"))
    with raises(Refusal, match="was the name of another portal"):
        add(plugin_bot, "default")
    other = add(plugin_bot, "stage")
    with raises(Refusal, match="was the name of another portal"):
        credential_store.rename(other, "default")
    with raises(Refusal, match="another portal"):
        credential_store.rename(other, "prod")


def test_two_applications_of_one_portal_are_kept_apart(plugin_bot: PluginBot) -> None:
    member = plugin_bot.portal.member_id
    second = add(plugin_bot, "second", member=member)
    first = store(plugin_bot).portal("default")
    assert first.identity != second.identity
    assert {place.identity for place in plugin_bot.plugin.places(plugin_bot.services)} == {
        first.identity,
        second.identity,
    }
    plugin_bot.adopt("myconnector")
    records = plugin_bot.services.records
    assert Snapshots(records, first.identity).ids() == {"myconnector"}
    assert Snapshots(records, second.identity).ids() == frozenset()
    with raises(Refusal, match="b24bot already knows this portal as second"):
        add(plugin_bot, "third", member=member)
    # A change that was approved for one application is not made with the other's tokens.
    swapped = replace(plugin_bot.plugin.places(plugin_bot.services)[0], name="second")
    with raises(Refusal, match="now belongs to another portal"):
        plugin_bot.plugin.open(plugin_bot.services, swapped)


def test_a_removed_second_application_gets_its_identity_back(plugin_bot: PluginBot) -> None:
    member = plugin_bot.portal.member_id
    before = add(plugin_bot, "second", member=member)
    store(plugin_bot).remove(before)
    assert add(plugin_bot, "second", member=member).identity == before.identity


def test_a_protected_portal_that_comes_back_is_protected_under_whatever_name(plugin_bot: PluginBot) -> None:
    bot = plugin_bot
    # Both removals are of one millisecond.
    bot.hold_time()
    credential_store = CredentialStore(bot.services)
    held = credential_store.held(credential_store.portal("default")).credentials
    credential_store.protect(credential_store.portal("default"), on=True)
    for name in ("default", "other"):
        portal = credential_store.portals()[0]
        stored_state.remove(bot.services, portal)
        credential_store.add(replace(portal, name=name, protected=False, stored_identity=""), held)
        assert credential_store.portal(name).protected, name
    credential_store.protect(credential_store.portal("other"), on=False)
    stored_state.remove(bot.services, credential_store.portal("other"))
    credential_store.add(replace(portal, name="other", protected=False, stored_identity=""), held)
    assert not credential_store.portal("other").protected, "its last state counts"


def test_every_portal_has_a_colour_of_its_own_also_after_the_ninth() -> None:
    used: list[str] = []
    for _ in range(81):
        used.append(find_free(used))
    assert len({SIGNS[colour] for colour in used}) == 81
    assert used[9] == "red-blue"
    assert en(NAMES["red-blue"]) == "red and blue"
