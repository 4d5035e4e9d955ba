"""The portal takes the bot's tokens no more in the middle of the work: a spare pair takes over, or a person is told."""

from __future__ import annotations

from bot.core.change.change_request import Status
from bot.plugin import Services
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.redaction.secret import Secret
from tests.language.english import en
from tests.stories.scene import Scene


def services(scene: Scene) -> Services:
    assert scene.playground.running is not None
    return scene.playground.running.bot.context.services("bitrix24")


def store_spare(scene: Scene) -> None:
    with scene.portal.world.lock:
        pair = scene.portal.world.tokens.issue(scene.portal.client_id, 1)
    portal = CredentialStore(services(scene)).portal("default")
    BackupTokenStore(services(scene)).store(portal, Secret(pair.access.value), Secret(pair.refresh.value))


def lose_pair(scene: Scene) -> None:
    """The pair in use is used up, as after an answer that never came."""
    held = CredentialStore(services(scene)).held(CredentialStore(services(scene)).portal("default"))
    with scene.portal.world.lock:
        tokens = scene.portal.world.tokens
        tokens.spend(tokens.refresh[held.credentials.refresh.reveal()])


def test_a_spare_pair_takes_over_between_the_approval_and_the_call(scene: Scene) -> None:
    store_spare(scene)
    card = scene.ask_removal()
    lose_pair(scene)
    scene.press("Anton", card, "Approve")
    assert scene.wait_status(Status.DONE, Status.FAILED, Status.UNKNOWN).status is Status.DONE
    assert scene.effects() == 1
    assert not scene.registered()
    scene.card_says(card, "done and verified")
    scene.channel_says("audit", "portal:tokens:replaced")
    scene.ask("Olga", "portal check")
    scene.answer("Olga", "No backup tokens are left: the last pair is now in use.")


def test_without_a_spare_pair_the_change_fails_calmly_and_the_refusal_is_told_once(scene: Scene) -> None:
    card = scene.ask_removal()
    lose_pair(scene)
    scene.press("Anton", card, "Approve")
    change = scene.wait_status(Status.FAILED)
    assert "has no access to this portal" in en(change.outcome)
    assert scene.sent() == 0
    scene.channel_says("audit", "portal:warning:raised")
    for _ in range(3):
        scene.ask("Olga", "connector list")
    scene.answer("Olga", "portal connect default --backup")
    assert len(scene.playground.store.audit.find(tag="portal:tokens:refused")) == 1
    asked = [entry for entry in scene.portal.world.journal.token_calls if entry.outcome == "invalid_grant"]
    assert len(asked) == 1
