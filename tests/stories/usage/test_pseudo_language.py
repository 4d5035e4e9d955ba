"""In the pseudo-language every sentence of the bot's own is marked: what is not, is in no catalogue.

Each story is held to it when it ends (tests/stories/conftest.py). Here are the answers that no other story has, and
that a word outside of a message is found.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.messages.notices import Announcement
from bot.playground.environment import Playground
from tests.language.pseudo import find_unmarked
from tests.stories.marked_workspace import MarkedWorkspace
from tests.stories.scene import Scene
from tests.stories.unmarked_words import find_unmarked_words, list_usages

LINES = (
    *("help", "help connector", "help serve", "status", "whoami", "access list", "place list"),
    *("conector list", "connector fly", "connector", "connector remove a b", "tractor", 'connector show "x'),
    *("connector list", "connector status --all", "connector show myconnector", "line list", "line show 1"),
    *("portal list", "portal check", "request list", "request show CR-7", "request show seven"),
    *("audit find --actor Nobody", "audit find --tag nothing", "audit find --subject CR-7", "audit find"),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("⟦Did you mean `/b24 help`?⟧", []),
        ("⟦a ⟦b⟧ c⟧ <@U0001> CR-1001 ⛔", []),
        ("*Role*: ⟦none⟧ at last", ["Role", "at", "last"]),
        ("⟦open", []),
        ("shop &amp; kiosk: connector:shop, en_basic, E-0dccda and/or ‹secret, 9 characters, #b62ac2›", ["and", "or"]),
        ("The shop's owner-to-be `shut`", ["The", "owner-to-be"]),
    ],
)
def test_words_outside_of_messages_are_found(text: str, words: list[str]) -> None:
    assert find_unmarked(text, ["kiosk", "shop"]) == words


def test_every_word_of_an_answer_is_in_a_message(scene: Scene) -> None:
    for line in LINES:
        before = len(scene.workspace.ephemerals("Ida")) + len(scene.workspace.messages("connectors"))
        scene.ask("Ida", line)
        scene.workspace.wait_for(
            lambda before=before: (
                len(scene.workspace.ephemerals("Ida")) + len(scene.workspace.messages("connectors")) > before
            ),
            what=line,
        )


def test_a_word_that_is_in_no_message_is_found(make_full_bot: Callable[..., Playground]) -> None:
    scene = Scene(make_full_bot())
    workspace = scene.workspace
    assert isinstance(workspace, MarkedWorkspace)
    scene.ask("Ida", "whoami")
    scene.answer("Ida", "Role")
    assert scene.playground.running is not None
    usages = list_usages(scene.playground.running.bot.context.registry)
    assert find_unmarked_words(scene.playground.portal, workspace, usages) == []
    with scene.playground.store.unit_of_work() as store:
        notice = Announcement(channel=workspace.channel("connectors").id, text="The shop opens.")
        store.outbox.put("opening", notice, at=scene.playground.clock.now_ms())
    scene.channel_says("connectors", "The shop opens.")
    (found,) = find_unmarked_words(scene.playground.portal, workspace, usages)
    assert "'opens'" in found
    workspace.shown.clear()
