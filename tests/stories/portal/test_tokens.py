"""The portal takes the bot's tokens no more in the middle of the work: a spare pair takes over, or a person is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import requests

from bot.core.change.change_request import Status
from bot.plugin import PluginError, Reply, Services
from bot.testing.scripted_dialogue import ScriptedDialogue, Typed
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.connecting.connect import connect_portal, store_connection
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.language.english import en
from tests.stories.scene import Scene


def services(scene: Scene) -> Services:
    assert scene.playground.running is not None
    return scene.playground.running.bot.context.services("bitrix24")


def sign_in(scene: Scene, user: int) -> None:
    """Whoever opens the links of the portal in a browser from now on."""
    scene.portal.seed(people=[{"id": user, "connectors": True, "admin": True}])
    with scene.portal.world.lock:
        state = scene.portal.world.state
        state.plan = dataclasses.replace(state.plan, signed_in=user)


def open_link(shown: Sequence[Reply]) -> str:
    """The address on which the browser ends, as a person pastes it."""
    link = {en(label): str(fact) for label, fact in shown[-1].facts}["Authorise link"]
    return requests.get(link, allow_redirects=False, timeout=30).headers["Location"]


def back_up(scene: Scene, *answers: Typed) -> str:
    """What `portal connect default --backup` says to an admin at the terminal of the host."""
    dialogue = ScriptedDialogue(services(scene), *answers)
    try:
        found = connect_portal(dialogue, "default", backup=True)
    except PluginError as error:
        return en(error.sentence)
    with services(scene).transaction():
        answer = store_connection(services(scene), found)
    assert isinstance(answer, Reply)
    return en(answer.title)


def lose_pair(scene: Scene) -> None:
    """The pair in use is used up, as after an answer that never came."""
    held = CredentialStore(services(scene)).held(CredentialStore(services(scene)).portal("default"))
    with scene.portal.world.lock:
        tokens = scene.portal.world.tokens
        tokens.spend(tokens.refresh[held.credentials.refresh.reveal()])


def test_a_spare_pair_takes_over_between_the_approval_and_the_call(scene: Scene) -> None:
    sign_in(scene, 27)
    assert back_up(scene, open_link) == "The backup tokens of default are stored."
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


def test_tokens_that_were_kept_from_a_failed_try_become_the_spare_pair_that_takes_over(scene: Scene) -> None:
    sign_in(scene, 27)
    with scene.portal.world.lock:
        scene.portal.world.faults.add(read_fault({"kind": "error_html", "method": "app.info", "times": 4}))
    assert "is a web page" in back_up(scene, open_link)
    with scene.portal.world.lock:
        scene.portal.world.faults.clear()
    assert back_up(scene) == "The backup tokens of default are stored.", "nothing is asked again"
    lose_pair(scene)
    card = scene.ask_removal()
    scene.press("Anton", card, "Approve")
    assert scene.wait_status(Status.DONE, Status.FAILED, Status.UNKNOWN).status is Status.DONE
    assert not scene.registered()


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
