"""Stories begin with a town and somebody who looks at it."""

from __future__ import annotations

import pytest

from bot.playground.environment import Town
from tests.stories.scene import Scene


@pytest.fixture
def scene(town: Town) -> Scene:
    return Scene(town)
