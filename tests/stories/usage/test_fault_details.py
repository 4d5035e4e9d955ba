"""An answer with a reference has a button for admins that shows what the log has under it, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from bot.playground.environment import Playground
from bot.playground.workspace.blockkit.block_tree import elements_of
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.stories.scene import Scene
from tests.stories.usage.test_buttons_in_answers import shown

FAILED = "The plugin faulty failed while it worked on `gear look`"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, full_bot_in: Callable[..., Playground]) -> Iterator[Scene]:
    with full_bot_in(tmp_path_factory.mktemp("faulty"), plugins="bitrix24,tests.stories.faulty:plugin") as full_bot:
        yield Scene(full_bot)


def find_reference(words: str) -> str:
    found = re.search("E-[0-9a-f]{6}", words)
    assert found is not None, words
    return found[0]


def labels(scene: Scene, person: str, words: str) -> list[str]:
    return [one.label for one in elements_of(shown(scene, person, words).blocks)]


def test_an_admin_sees_what_was_raised_and_where(scene: Scene) -> None:
    scene.ask("Ida", "gear look raise")
    answer = shown(scene, "Ida", FAILED)
    reference = find_reference(scene.workspace.transcript(answer))
    scene.press("Ida", answer, "Show details")
    details = scene.answer("Ida", f"Reference {reference}")
    assert "Raised*: " in details
    assert "stories/faulty.py:" in details
    assert "The log of the host has the whole entry." in details


def test_what_a_portal_answered_is_shown_too(scene: Scene) -> None:
    scene.portal.world.faults.add(read_fault({"kind": "error_html", "method": "batch", "times": 9}))
    scene.ask("Ida", "connector list")
    answer = shown(scene, "Ida", "*Reference*")
    scene.press("Ida", answer, "Show details")
    assert "status=" in scene.answer("Ida", "T0001:U0004 typed connector list")


def test_nobody_else_has_the_button_or_the_answer(scene: Scene) -> None:
    scene.ask("Olga", "gear look raise")
    reference = find_reference(scene.workspace.transcript(shown(scene, "Olga", FAILED)))
    assert "Show details" not in labels(scene, "Olga", FAILED)
    scene.ask("Olga", f"fault show {reference}")
    assert "stories/faulty.py" not in scene.answer("Olga", "Only admins can see what the log says.")
    scene.ask("Ida", "fault show E-000000")
    scene.answer("Ida", "The running process knows no reference E-000000.")
