"""A command line in a folder of its own for every test, and simulators for those that need them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.testing.services import lay_out
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[CliBot]:
    """A folder where nothing is set up."""
    cli_bot = CliBot(tmp_path)
    yield cli_bot
    cli_bot.stop_all()


@pytest.fixture
def fresh_cli_bot(bare: CliBot) -> CliBot:
    """A folder with a key file and no database, as `b24bot init` leaves it."""
    bare.make_key()
    return bare


@pytest.fixture
def cli_bot(fresh_cli_bot: CliBot) -> CliBot:
    """A folder with a key file and an empty database."""
    lay_out(fresh_cli_bot.home)
    return fresh_cli_bot


@pytest.fixture(scope="session")
def workspace() -> Iterator[SlackWorkspace]:
    """One workspace for the tests that only ask it who the bot is."""
    with SlackWorkspace(rate_limit=False) as running:
        yield running


@pytest.fixture
def portal() -> Iterator[PortalSimulation]:
    """A seeded portal of its own, with its full measure of requests."""
    running = PortalSimulation()
    running.seed()
    yield running
    running.stop()


@pytest.fixture
def connected_cli_bot(cli_bot: CliBot, portal: PortalSimulation, workspace: SlackWorkspace) -> CliBot:
    """A folder whose settings lead to both simulators."""
    cli_bot.connect(portal, workspace)
    return cli_bot
