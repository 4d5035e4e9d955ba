"""Each step of docs/tutorial.md works: a line is typed, a button pressed, and each quoted sentence is seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.playground.environment import Playground
from bot.playground.page_backend import PLAY_ROLES, SETTINGS
from bot.testing.conversation import APPROVALS, TYPED_IN
from tests.stories.scene import Scene

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text("utf-8")
STEP = re.compile(
    r"(?:Stay|stay|Choose|choose) \*\*(?P<person>\w+)\*\*"
    r"|press \*\*(?P<button>[^*]+)\*\*"
    r"|^/b24 (?P<line>.+)$"
    r"|^> (?P<quote>.+)$",
    re.MULTILINE,
)
"""What a reader does, and what they see of it."""


def seen(scene: Scene, person: str) -> str:
    """All that this person can read, without the marks of bold text and code."""
    workspace = scene.workspace
    messages = [one for channel in (TYPED_IN, APPROVALS, "audit") for one in workspace.messages(channel)]
    return re.sub(r"[*`]", "", "\n".join(map(workspace.transcript, [*messages, *workspace.ephemerals(person)])))


def press(scene: Scene, person: str, button: str) -> None:
    """Press the button on the newest card that has it."""
    assert scene.press(person, scene.card(button), button).ok


@pytest.fixture
def playground_scene(make_full_bot: Callable[..., Playground]) -> Scene:
    """The bot as the page of the playground starts it."""
    return Scene(make_full_bot(settings=SETTINGS, roles=PLAY_ROLES, known=True))


def test_each_step_of_the_tutorial_shows_what_the_page_says(playground_scene: Scene) -> None:
    scene = playground_scene
    steps = [(match.lastgroup, match[match.lastgroup]) for match in STEP.finditer(PAGE) if match.lastgroup]
    assert [kind for kind, _ in steps if kind == "button"] == ["button"] * 4
    person = ""
    for kind, words in steps:
        if kind == "person":
            person = words
        elif kind == "button":
            press(scene, person, words)
        elif kind == "line":
            scene.ask(person, words)
        else:
            scene.workspace.wait_for(
                lambda words=words, person=person: words in seen(scene, person), what=f"“{words}” for {person}"
            )
    assert scene.registered()
    assert scene.workspace.complaints == []
