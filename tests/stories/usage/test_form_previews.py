"""A form says what would happen as soon as something is chosen in it, by what was read before, with its age."""

from __future__ import annotations

from collections.abc import Callable

from bot.playground.environment import Playground
from bot.playground.form_entries import enter_values
from tests.stories.scene import Scene
from tests.stories.usage.test_forms import offered, open_form, send


def choose(scene: Scene, field: str, value: str, person: str = "Olga") -> None:
    """Choose a value in a menu of the open form."""
    persona = scene.workspace.people[person]
    chosen = enter_values(persona, {field: value})
    assert persona.click(persona.view, field, choice=chosen[field]).ok


def notes(scene: Scene, person: str = "Olga") -> str:
    """What stands in the form beside its fields."""
    blocks = scene.workspace.people[person].view.blocks
    return "\n".join(element["text"] for block in blocks if block["type"] == "context" for element in block["elements"])


def wait_for_note(scene: Scene, words: str) -> str:
    scene.workspace.wait_for(lambda: words in notes(scene), what=f"the preview with {words}")
    return notes(scene)


def test_the_preview_follows_the_choice_and_what_was_filled_in_stays(scene: Scene) -> None:
    open_form(scene, "connector remove")
    scene.workspace.wait_for(lambda: offered(scene, "Olga", "connector", ""), what="choices")
    assert "needs" not in notes(scene)
    olga = scene.workspace.people["Olga"]
    olga.enter(olga.view, {"--reason": "old number"})
    choose(scene, "connector", "myconnector")
    told = wait_for_note(scene, "myconnector")
    assert "read " in told
    assert "This command cannot be undone here." in told
    assert "It needs the approval of one other" in told
    choose(scene, "connector", "livechat")
    assert "myconnector" not in wait_for_note(scene, "livechat")
    choose(scene, "connector", "nobody")
    wait_for_note(scene, "nobody: b24bot has not read it yet.")
    assert send(scene, "Olga", {"connector": "myconnector", "retyped": "myconnector"}).ok
    scene.card()
    assert (scene.change().line, scene.change().reason) == ("connector remove myconnector", "old number")


def test_the_preview_speaks_russian(make_full_bot: Callable[..., Playground]) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_LANGUAGE": "ru"}))
    open_form(scene, "connector remove")
    scene.workspace.wait_for(lambda: offered(scene, "Olga", "connector", ""), what="choices")
    choose(scene, "connector", "myconnector")
    told = wait_for_note(scene, "myconnector")
    assert "Эту команду здесь нельзя отменить." in told
    assert "Требуется согласование ещё 1 человека" in told


def test_a_portal_that_does_not_answer_keeps_nobody_from_the_preview(scene: Scene) -> None:
    open_form(scene, "connector deactivate")
    scene.workspace.wait_for(lambda: offered(scene, "Olga", "connector", ""), what="choices")
    scene.portal.stop()
    choose(scene, "connector", "myconnector")
    wait_for_note(scene, "myconnector")
    choose(scene, "line", "1")
    told = wait_for_note(scene, "Sales EU")
    assert "myconnector" in told
    assert "read " in told


def test_a_list_that_was_shown_fills_the_menus(scene: Scene) -> None:
    scene.ask("Olga", "connector list")
    scene.answer("Olga", "myconnector")
    kept = scene.playground.store.records("house")
    scene.workspace.wait_for(lambda: kept.all("form choices"), what="the choices of forms")
    open_form(scene, "connector remove")
    assert offered(scene, "Olga", "connector", "myconnector")
