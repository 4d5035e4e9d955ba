"""Shortcuts: the start card from anywhere, and a change with a link to the message as its reason."""

from __future__ import annotations

from bot.playground.workspace.state.modals import View
from bot.slack.manifest import SHORTCUTS
from tests.stories.scene import Scene

GLOBAL, OF_MESSAGE = (str(one["callback_id"]) for one in SHORTCUTS)


def test_the_global_shortcut_answers_as_the_command_alone(scene: Scene) -> None:
    result = scene.workspace.people["Olga"].shortcut(GLOBAL)
    assert (result.status, result.body) == (200, "")
    scene.workspace.wait_for(lambda: scene.workspace.dms("Olga"), what="the answer")
    assert "Waiting for you" in scene.workspace.transcript(scene.workspace.dms("Olga")[0])
    assert scene.workspace.deliver(result).ok
    scene.ask("Olga", "whoami")
    scene.answer("Olga", "Role")
    assert len(scene.workspace.dms("Olga")) == 1


def test_a_message_shortcut_gives_a_change_the_link_of_the_message_as_its_reason(scene: Scene) -> None:
    said = scene.workspace.people["Vera"].say("This connector is no longer needed.")
    assert scene.workspace.people["Olga"].shortcut(OF_MESSAGE, message=said).ok
    scene.answer("Olga", "Waiting for you")
    answer = scene.workspace.ephemerals("Olga")[-1]
    assert [one for one in answer.labels if "Remove" in one] != [], scene.workspace.transcript(answer)
    label = next(one for one in answer.labels if "Remove" in one)
    scene.workspace.people["Olga"].click(answer, label)

    def look() -> View | None:
        views = scene.workspace.open_views("Olga")
        return views[-1] if views and "submit" in views[-1].body else None

    view: View = scene.workspace.wait_for(look, what="the form")
    reasons = [one.element.get("initial_value") for one in view.elements]
    assert f"https://playground.slack.com/archives/{said.channel}/p{said.ts.replace('.', '')}" in reasons


def test_whoever_may_change_nothing_is_offered_no_change(scene: Scene) -> None:
    said = scene.workspace.people["Vera"].say("Remove it.")
    gleb = scene.workspace.people["Gleb"]
    assert gleb.shortcut(OF_MESSAGE, message=said).ok
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Gleb"), what="an answer")
    answer = scene.workspace.ephemerals("Gleb")[-1]
    assert [one for one in answer.labels if "Remove" in one] == []
