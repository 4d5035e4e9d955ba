"""The bot as a process of its own between both simulators, and a command line in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import bare as bare
from tests.cli.conftest import cli_bot as cli_bot
from tests.cli.conftest import fresh_cli_bot as fresh_cli_bot
from tests.stories.processes import Outside, outside


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Outside]:
    with outside(tmp_path) as made:
        yield made
