"""A plugin's fault is told as the plugin's, by its name, with a reference, and the outcome stays honest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from tests.language.english import en
from tests.stories.faulty import plugin
from tests.stories.scene import Scene

NOT_OURS = ("Something went wrong inside b24bot", "b24bot was stopped", "the reply", "only partly applied")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, full_bot_in: Callable[..., Playground]) -> Iterator[Scene]:
    with full_bot_in(tmp_path_factory.mktemp("faulty"), plugins="bitrix24,tests.stories.faulty:plugin") as full_bot:
        yield Scene(full_bot)


@pytest.mark.parametrize(("line", "doing"), [("gear look raise", "gear look"), ("gear look odd", "gear look")])
def test_a_command_that_fails_is_answered_with_the_plugins_name(scene: Scene, line: str, doing: str) -> None:
    scene.ask("Olga", line)
    said = scene.answer("Olga", f"The plugin faulty failed while it worked on `{doing}` (reference E-")
    assert not [words for words in NOT_OURS if words in said]


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("perform", Status.DONE, "The plugin failed during the call. A check shows that the change is done."),
        ("verify", Status.UNKNOWN, "The plugin faulty failed while it read gear:verify back (reference E-"),
        ("label", Status.UNKNOWN, "The plugin faulty failed while it read gear:label back (reference E-"),
    ],
)
def test_a_change_in_which_the_plugin_fails_is_called_once_and_names_it(
    scene: Scene, how: str, status: Status, words: str
) -> None:
    scene.ask("Olga", f"gear turn {how}")
    card = scene.workspace.wait_for(lambda: scene.workspace.find("connectors", f"Turn it {how}"), what="the card")
    scene.press("Olga", card, "Confirm")
    said = scene.channel_says("connectors", words)
    assert not [ours for ours in NOT_OURS if ours in said]
    (change,) = [
        one for one in scene.playground.store.changes.with_status([status]) if one.plan.target == f"gear:{how}"
    ]
    assert words in (en(change.outcome or ""))
    assert plugin.sent.count(f"gear.{how}") == 1
