"""An answer has buttons for what comes next, and each mention of a change request leads to its card."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import Status
from bot.playground.workspace import Message, Persona
from bot.playground.workspace.blockkit.block_tree import elements_of
from bot.testing.conversation import APPROVALS
from tests.stories.scene import UNREGISTER, Scene


def shown(scene: Scene, person: str, words: str) -> Message:
    scene.answer(person, words)
    workspace = scene.workspace
    found: list[Message] = [one for one in workspace.ephemerals(person) if words in workspace.transcript(one)]
    return found[-1]


def permalink(scene: Scene, card: Message) -> str:
    return f"https://playground.slack.com/archives/{card.channel}/p{card.ts.replace('.', '')}"


def test_a_reading_is_run_again_by_its_button_as_whoever_presses(scene: Scene) -> None:
    scene.ask("Olga", "connector list")
    answer = shown(scene, "Olga", "myconnector")
    before = len(scene.workspace.ephemerals("Olga"))
    scene.press("Olga", answer, "Run again")
    scene.workspace.wait_for(lambda: len(scene.workspace.ephemerals("Olga")) > before, 20, "the second answer")
    assert scene.recorded("command:line:ran", "Olga")


def test_the_answer_to_a_command_opens_its_card_and_the_ending_comes_where_it_was_typed(scene: Scene) -> None:
    card = scene.asks("connector deactivate myconnector 1", channel=APPROVALS)
    opened = shown(scene, "Olga", "CR-1001")
    assert [one.element.get("url") for one in elements_of(opened.blocks)] == [permalink(scene, card)]
    assert f"<{permalink(scene, card)}|CR-1001>" in str(opened.blocks)
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    ended = shown(scene, "Olga", "): done and verified.")
    scene.press("Olga", ended, "Undo…")
    undo = scene.card("CR-1002")
    assert f"<{permalink(scene, card)}|CR-1001>" in str(undo.blocks)
    assert (scene.change(1002).undo_of, scene.change(1002).status) == (1001, Status.PENDING)


def test_a_rejection_is_told_where_it_was_typed_and_offers_the_card_alone(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.press("Anton", card, "Reject…")
    anton = scene.workspace.people["Anton"]
    scene.workspace.wait_for(lambda: anton.views, scene.timeout, "the form")
    anton.submit({"reason": "too early"})
    scene.wait_status(Status.REJECTED)
    told = shown(scene, "Olga", ": rejected.")
    assert "too early" in scene.workspace.transcript(told)
    assert [one.label for one in elements_of(told.blocks)] == ["Open the card"]
    assert scene.effects(UNREGISTER) == 0


def open_corrected_form(scene: Scene) -> Persona:
    """Press the button below the answer. The form is filled in, and nothing has run."""
    scene.press("Olga", shown(scene, "Olga", "Did you mean"), "Open as a form…")
    olga: Persona = scene.workspace.people["Olga"]
    view = scene.workspace.wait_for(lambda: olga.views and "submit" in olga.view.body and olga.view, what="the form")
    assert view.element("connector").element["initial_option"]["value"] == "myconnector"
    assert view.element("--reason").element["initial_value"] == "old number"
    assert scene.playground.store.changes.get(1001) is None
    return olga


def test_a_corrected_removal_opens_its_form_and_runs_when_the_form_is_sent(scene: Scene) -> None:
    scene.ask("Olga", "conector remove myconnector --reason 'old number'")
    olga = open_corrected_form(scene)
    assert olga.submit({"retyped": "myconnector"}).ok
    scene.card()
    assert (scene.change().line, scene.change().reason) == ("connector remove myconnector", "old number")


@pytest.mark.parametrize("line", ["connector remove myconector", "connector deactivate myconector 1"])
def test_a_mistyped_id_opens_the_form_with_the_right_one(scene: Scene, line: str) -> None:
    scene.ask("Olga", f"{line} --reason 'old number'")
    open_corrected_form(scene)
