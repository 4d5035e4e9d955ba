"""Stories about changing connectors begin with a town."""

from __future__ import annotations

import pytest

from bot.playground.environment import Town
from tests.stories.connector.acts import Changing


@pytest.fixture
def act(town: Town) -> Changing:
    return Changing(town)
