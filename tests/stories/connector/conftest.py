"""Stories about changing connectors begin with a playground."""

from __future__ import annotations

import pytest

from bot.playground.environment import Playground
from tests.stories.connector.acts import Changing


@pytest.fixture
def act(full_bot: Playground) -> Changing:
    return Changing(full_bot)
