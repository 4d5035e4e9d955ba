"""Who types no command sees what waits for them, their requests and the portals, and goes on by buttons."""

from __future__ import annotations

from bot.core.change.change_request import Status
from bot.core.principals import Principal, Role
from bot.playground.workspace import Message
from bot.playground.workspace.blockkit.block_tree import elements_of
from bot.usecases.admin.allow_list import grant_role
from tests.stories.scene import Scene
from tests.stories.usage.test_forms import REMOVAL, parts, send


def start(scene: Scene, person: str, words: str = "b24bot for") -> Message:
    """The newest answer with these words to somebody who types `/b24`."""
    scene.ask(person, "")
    scene.answer(person, words)
    found = [one for one in scene.workspace.ephemerals(person) if words in scene.workspace.transcript(one)]
    return found[-1]  # type: ignore[no-any-return]


def test_the_start_card_says_what_waits_and_how_the_portal_is_and_asks_no_portal(scene: Scene) -> None:
    scene.ask_removal()
    before = len(scene.portal.world.journal.calls)
    shown = scene.workspace.transcript(start(scene, "Anton"))
    assert "b24bot for @Anton" in shown
    assert "*Waiting for you*" in shown
    assert "CR-1001" in shown
    assert "🟢" in shown
    assert "tokens last until" in shown
    assert "*Your requests*: CR-1001" in scene.workspace.transcript(start(scene, "Olga"))
    assert len(scene.portal.world.journal.calls) == before


def test_its_buttons_list_and_open_a_form_that_asks_for_the_same_as_a_typed_line(scene: Scene) -> None:
    scene.ask("Olga", "connector remove myconnector")
    scene.press("Olga", scene.card(), "Withdraw")
    typed = scene.wait_status(Status.WITHDRAWN)
    card = start(scene, "Olga")
    labels = [one.label for one in elements_of(card.blocks)]
    assert labels == ["List connectors", "Remove a connector…", "My requests", "Help"]
    scene.press("Olga", card, "List connectors")
    scene.answer("Olga", "myconnector")
    scene.press("Olga", card, "Remove a connector…")
    olga = scene.workspace.people["Olga"]
    scene.workspace.wait_for(lambda: olga.views and "submit" in olga.view.body, what="the form")
    assert send(scene, "Olga", REMOVAL).ok
    scene.workspace.wait_for(lambda: scene.playground.store.changes.get(1002), what="the change request")
    assert parts(scene.change(1002)) == parts(typed)


def test_a_viewer_is_offered_no_removal_and_a_stranger_gets_help(scene: Scene) -> None:
    grant_role(scene.playground.store, scene.playground.person("Vera"), Role.VIEWER, by=Principal.shell("tester"))
    labels = [one.label for one in elements_of(start(scene, "Vera").blocks)]
    assert labels == ["List connectors", "My requests", "Help"]
    assert list(elements_of(start(scene, "Gleb", "help").blocks)) == []
    assert all("b24bot for" not in scene.workspace.transcript(one) for one in scene.workspace.ephemerals("Gleb"))


def test_it_has_a_russian_word(scene: Scene) -> None:
    scene.ask("Olga", "обзор")
    scene.answer("Olga", "b24bot for @Olga")
