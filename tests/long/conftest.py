"""What the long tests share: the fork server, and the folder that each run of the bot begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.host.plugin_catalogues import bind_plugin_catalogue
from plugins.bitrix24.plugin import plugin
from tests.long.crash.harness.beginning import template
from tests.long.crash.harness.forked import ForkServer
from tests.long.form import sized

bind_plugin_catalogue(plugin)

LONGEST_SECONDS = sized(1_200, 21_600)
"""A test may take so long before it fails, and says where each of its threads is."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Give each test in this folder more time than others have."""
    for item in items:
        # Thousands of others come by here: a path would be taken apart for each.
        if item.nodeid.startswith("tests/long/"):
            item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))


@pytest.fixture(scope="session")
def server() -> Iterator[ForkServer]:
    """One for all tests of this process: it takes as long to start as many runs."""
    with ForkServer() as started:
        yield started


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file, and a database with the usual people on its allow-list."""
    return template(tmp_path_factory.mktemp("beginning"))
