"""The life of a portal, in Slack: another admin approves what governs it, and old names still lead to it."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import Status
from bot.core.principals import Role
from bot.plugin.loopback import wait_until
from plugins.bitrix24.auth.credentials import CredentialStore
from tests.language.english import en
from tests.stories.portal.second_portal import second_portal, sent_to, services, store_portal
from tests.stories.scene import UNREGISTER, Scene


@pytest.fixture
def ruled(scene: Scene) -> Scene:
    """Vera is an admin too, beside Ida."""
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    return scene


def names(scene: Scene) -> list[str]:
    return [portal.name for portal in CredentialStore(services(scene)).portals()]


def test_a_portal_is_renamed_by_two_admins_and_an_open_card_still_reaches_it(ruled: Scene) -> None:
    with second_portal(ruled) as stage:
        ruled.ask("Olga", "connector remove myconnector --portal default")
        removal = ruled.card("myconnector")
        ruled.ask("Ida", "portal rename default prod")
        card = ruled.card("Rename the portal")
        ruled.press("Anton", card, "Approve")
        ruled.answer("Anton", "needs the role admin")
        ruled.press("Ida", card, "Approve")
        ruled.answer("Ida", "You asked for this yourself")
        ruled.press("Vera", card, "Approve")
        assert ruled.wait_status(Status.DONE, Status.FAILED, number=1002).status is Status.DONE
        assert names(ruled) == ["prod", "stage"]

        ruled.press("Anton", removal, "Approve")
        assert ruled.wait_status(Status.DONE, Status.FAILED, Status.CHANGED).status is Status.DONE
        assert (ruled.effects(), sent_to(stage, UNREGISTER)) == (1, 0)

        ruled.ask("Olga", "connector list --portal default")
        ruled.answer("Olga", "shopchat")
        ruled.press("Ida", card, "Undo…")
        ruled.press("Vera", ruled.card("Rename the portal prod to default"), "Approve")
        ruled.wait_status(Status.DONE, number=1003)
        assert names(ruled) == ["default", "stage"]


def test_a_former_name_is_given_to_no_other_portal(ruled: Scene) -> None:
    with second_portal(ruled):
        assert ruled.has_approved("portal rename default prod", "Ida", by="Vera").status is Status.DONE
        ruled.ask("Ida", "portal rename stage default")
        ruled.answer("Ida", "Cards and records still name it")
        ruled.ask("Ida", "portal rename stage prod")
        ruled.answer("Ida", "another portal")
        assert names(ruled) == ["prod", "stage"]


def test_a_name_that_was_taken_after_the_approval_was_asked_for_changes_nothing(ruled: Scene) -> None:
    with second_portal(ruled):
        card = ruled.asks("portal rename default prod", "Ida", channel="approvals")
        credential_store = CredentialStore(services(ruled))
        credential_store.rename(credential_store.portal("stage"), "prod")
        ruled.press("Vera", card, "Approve")
        assert ruled.ends().status is Status.FAILED
        assert names(ruled) == ["default", "prod"]


def test_a_portal_is_removed_by_two_admins_and_its_secrets_are_gone(ruled: Scene) -> None:
    with second_portal(ruled) as stage:
        card = ruled.asks("portal remove stage", "Ida", channel="approvals")
        text = ruled.card_says(card, "Remove the portal stage from b24bot")
        assert "for 30 more days" in text
        ruled.press("Vera", card, "Approve")
        change = ruled.ends()
        assert change.status is Status.DONE, en(change.outcome)
        assert names(ruled) == ["default"]
        assert services(ruled).secrets.read("stage") is None
        ruled.ask("Ida", "audit find stage")
        ruled.answer("Ida", "Remove the portal stage")
        # The same portal comes back under its name, and gets the cards that name it.
        store_portal(services(ruled), "stage", stage)
        assert names(ruled) == ["default", "stage"]


def test_what_is_kept_of_a_portal_is_shown_without_secrets(ruled: Scene) -> None:
    held = CredentialStore(services(ruled)).held(CredentialStore(services(ruled)).portal("default"))
    before = len(ruled.portal.world.journal.calls)
    ruled.ask("Olga", "portal show default")
    told = ruled.answer("Olga", ruled.portal.member_id)
    assert ruled.portal.client_id in told
    assert not any(secret.reveal() in told for secret in held.credentials.secrets)
    assert len(ruled.portal.world.journal.calls) == before


def test_what_destroys_on_a_protected_portal_has_to_name_it(ruled: Scene) -> None:
    with second_portal(ruled) as stage:
        card = ruled.asks("portal protect default", "Ida", channel="approvals")
        ruled.card_says(card, "Destructive commands on default then need")
        ruled.press("Vera", card, "Approve")
        assert ruled.ends().status is Status.DONE
        ruled.ask("Olga", "portal use default")
        ruled.answer("Olga", "act on default")
        for line in ("connector remove myconnector", "connector activate shopchat 1"):
            ruled.ask("Olga", line)
            assert "is protected" in ruled.answer("Olga", f"{line} --portal default")
        ruled.ask("Olga", "connector list")
        ruled.answer("Olga", "🔒 default")
        assert (ruled.effects(), sent_to(stage, UNREGISTER)) == (0, 0)

        removal = ruled.asks("connector remove myconnector --portal default", channel="approvals")
        ruled.card_says(removal, "🔒 default")
        ruled.press("Anton", removal, "Approve")
        assert ruled.ends().status is Status.DONE
        assert (ruled.effects(), sent_to(stage, UNREGISTER)) == (1, 0)

        ruled.press("Ida", card, "Undo…")
        ruled.press("Vera", ruled.card("Remove the protection of the portal default"), "Approve")
        ruled.wait_status(Status.DONE, number=1003)
        assert not CredentialStore(services(ruled)).portal("default").protected


def test_the_only_portal_is_named_too_once_it_is_protected(ruled: Scene) -> None:
    credential_store = CredentialStore(services(ruled))
    credential_store.protect(credential_store.portal("default"), on=True)
    ruled.ask("Olga", "connector remove myconnector")
    ruled.answer("Olga", "connector remove myconnector --portal default")
    assert ruled.playground.store.changes.with_status(Status) == []


def test_a_portal_that_somebody_protected_meanwhile_is_no_error(ruled: Scene) -> None:
    card = ruled.asks("portal protect default", "Ida", channel="approvals")
    credential_store = CredentialStore(services(ruled))
    credential_store.protect(credential_store.portal("default"), on=True)
    ruled.press("Vera", card, "Approve")
    assert ruled.ends().status is Status.GONE


def test_cards_answers_and_audit_lines_show_the_colour_of_their_portal(ruled: Scene) -> None:
    with second_portal(ruled):
        colours = {portal.name: portal.colour for portal in CredentialStore(services(ruled)).portals()}
        assert colours == {"default": "red", "stage": "blue"}
        ruled.ask("Ida", "portal colour stage red")
        ruled.answer("Ida", "The portal default already has the colour red")
        assert ruled.has_approved("портал цвет stage зелёный", "Ida", by="Vera").status is Status.DONE
        removal = ruled.asks("connector remove myconnector --portal stage", channel="approvals")
        ruled.card_says(removal, "🟩 stage")
        ruled.channel_says("audit", "🟩 CR-1002")
        ruled.ask("Olga", "connector list --portal default")
        ruled.answer("Olga", "🟥 default")
        ruled.ask("Olga", "portal colour stage pink")
        ruled.answer("Olga", "not a colour of the list")


def test_a_connector_that_another_portal_is_known_to_have_is_pointed_out(scene: Scene) -> None:
    with second_portal(scene) as stage:
        stage.seed(connectors=[{"id": "onlystage", "name": "Only on stage"}])
        scene.ask("Olga", "connector show onlystage --portal default")
        scene.answer("Olga", "onlystage")
        before = len(stage.world.journal.calls)
        assert before == 0, "another portal is not searched"
        scene.ask("Olga", "connector list --portal stage")
        scene.answer("Olga", "Only on stage")
        before = len(stage.world.journal.calls)
        for line in ("connector show", "connector remove", "connector restore", "connector activate"):
            words = f"{line} onlystage{' 1' if line == 'connector activate' else ''} --portal default"
            scene.ask("Olga", words)
        scene.answer("Olga", "The portal 🟦 stage has a connector with this id. Add --portal stage")
        assert wait_until(lambda: len(scene.workspace.ephemerals("Olga")) >= 6)
        told = [scene.workspace.transcript(one) for one in scene.workspace.ephemerals("Olga")[-4:]]
        assert all("--portal stage" in each for each in told), told
        assert len(stage.world.journal.calls) == before
