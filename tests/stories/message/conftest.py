"""Stories about messages begin with a town in which myconnector is ours."""

from __future__ import annotations

import pytest

from bot.playground.environment import Town
from tests.stories.message.talk import Talk


@pytest.fixture
def talk(town: Town) -> Talk:
    made = Talk(town)
    made.adopt()
    return made
