"""Stories about messages begin with a playground in which myconnector is ours."""

from __future__ import annotations

import pytest

from bot.playground.environment import Playground
from tests.stories.message.talk import Talk


@pytest.fixture
def talk(full_bot: Playground) -> Talk:
    made = Talk(full_bot)
    made.adopt()
    return made
