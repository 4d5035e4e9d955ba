"""The Home tab: what somebody sees when they open it, and that it follows what happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.change.change_request import Status
from bot.core.principals import Principal
from bot.playground.environment import Playground
from bot.playground.workspace.state.modals import View
from bot.usecases.admin.allow_list import revoke_role
from tests.slack.checks import assert_openable
from tests.stories.scene import Scene

SHELL = Principal.shell("test")


def home_says(scene: Scene, person: str, words: str, *, without: str = "\0") -> View:
    """Wait until somebody's Home tab holds the words, and not the others."""

    def look() -> View | None:
        view = scene.workspace.people[person].home
        text = scene.workspace.transcript(view) if view is not None else ""
        return view if words in text and without not in text else None

    found: View = scene.workspace.wait_for(look, what=f"{words!r} on the Home tab of {person}")
    return found


def open_home(scene: Scene, person: str, words: str) -> View:
    assert scene.workspace.people[person].open_home().ok
    return home_says(scene, person, words)


def test_the_home_tab_shows_what_waits_the_places_and_the_last_events(scene: Scene) -> None:
    scene.ask_removal()
    view = open_home(scene, "Anton", "CR-1001")
    text = scene.workspace.transcript(view)
    for words in ("Waiting for", "Last events", "b24bot now", "Connectors"):
        assert words in text
    home_says(scene, "Anton", "myconnector –")
    assert_openable(dict(view.body))


def test_it_follows_what_happens(scene: Scene) -> None:
    open_home(scene, "Anton", "Last events")
    card = scene.ask_removal()
    scene.playground.clock.advance(4)
    home_says(scene, "Anton", "CR-1001")
    scene.press("Vera", card, "Approve")
    scene.wait_status(Status.DONE)
    scene.playground.clock.advance(4)
    home_says(scene, "Anton", "done")


def test_one_who_has_not_opened_it_gets_none_and_its_buttons_are_typed_lines(scene: Scene) -> None:
    view = open_home(scene, "Olga", "Last events")
    assert scene.workspace.people["Vera"].home is None
    assert scene.workspace.people["Olga"].click(view, view.labels[0]).ok
    scene.channel_says("dm-U0001", "myconnector")
    label = next(one for one in view.labels if "Remove" in one)
    scene.workspace.people["Olga"].click(view, label)
    scene.workspace.wait_for(lambda: scene.workspace.open_views("Olga"), what="the form")


STRANGERS: dict[str, Callable[[Scene], object]] = {
    "no role": lambda scene: revoke_role(scene.playground.store, scene.playground.person("Olga"), by=SHELL),
    "a guest": lambda scene: scene.workspace.people["Olga"].flag(is_restricted=True),
    "a stranger": lambda scene: scene.workspace.people["Olga"].flag(is_stranger=True),
    "of another team": lambda scene: scene.workspace.people["Olga"].flag(team_id="T0999"),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_whoever_may_read_nothing_sees_why_and_nothing_else(scene: Scene, stranger: str) -> None:
    scene.ask_removal(person="Ida")
    STRANGERS[stranger](scene)
    assert scene.workspace.people["Olga"].open_home().ok
    view: View = scene.workspace.wait_for(lambda: scene.workspace.people["Olga"].home, what="the Home tab")
    assert view.labels == ()
    assert len(view.blocks) == 1
    assert "myconnector" not in scene.workspace.transcript(view)


def test_no_place_is_called_while_it_is_made(scene: Scene) -> None:
    open_home(scene, "Anton", "Connectors")
    home_says(scene, "Anton", "myconnector –")
    before = len(scene.portal.world.journal.calls)
    for _ in range(3):
        scene.playground.clock.advance(11)
        scene.ask("Vera", "whoami")
        scene.answer("Vera", "Role")
    assert len(scene.portal.world.journal.calls) == before


def test_it_is_in_the_language_of_its_reader(make_full_bot: Callable[..., Playground]) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_LANGUAGE": ""}))
    scene.workspace.people["Anton"].flag(locale="ru-RU")
    open_home(scene, "Anton", "Последние события")
