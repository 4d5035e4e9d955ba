"""Stories begin with a town and somebody who looks at it."""

from __future__ import annotations

import pytest

from bot.playground.environment import Playground
from tests.stories.scene import Scene


@pytest.fixture
def scene(full_bot: Playground) -> Scene:
    return Scene(full_bot)
