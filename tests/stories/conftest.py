"""Stories begin with a playground and somebody who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.language.translation import PSEUDO
from bot.playground.environment import Playground
from tests.stories.marked_workspace import MarkedWorkspace
from tests.stories.scene import Scene
from tests.stories.unmarked_words import find_unmarked_words, list_usages


@pytest.fixture
def make_full_bot(tmp_path: Path, full_bot_in: Callable[..., Playground]) -> Iterator[Callable[..., Playground]]:
    """The real bot with other settings. It speaks the pseudo-language, and every word that it shows is in a message."""
    made: list[tuple[Playground, MarkedWorkspace, frozenset[str]]] = []

    def make(*, settings: Mapping[str, str] | None = None, **options: Any) -> Playground:
        workspace = MarkedWorkspace(rate_limit=options.get("pace", False))
        spoken = {"B24BOT_LANGUAGE": PSEUDO, **(settings or {})}
        playground = running.enter_context(full_bot_in(tmp_path, settings=spoken, workspace=workspace, **options))
        assert playground.running is not None
        made.append((playground, workspace, list_usages(playground.running.bot.context.registry)))
        return playground

    with ExitStack() as running:
        yield make
        spoken = [each for each in made if each[0].settings["B24BOT_LANGUAGE"] == PSEUDO]
        unmarked = [text for each, seen, usages in spoken for text in find_unmarked_words(each.portal, seen, usages)]
    assert unmarked == [], "words that are in no message (tests/stories/unmarked_words.py)"


@pytest.fixture
def scene(full_bot: Playground) -> Scene:
    return Scene(full_bot)
