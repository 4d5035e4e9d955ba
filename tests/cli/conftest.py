"""A desk for every test, and simulators for those that need them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.workspace import SlackWorkspace
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.desk import Desk


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Desk]:
    """A folder where nothing is set up."""
    desk = Desk(tmp_path)
    yield desk
    desk.stop_all()


@pytest.fixture
def desk(bare: Desk) -> Desk:
    """A folder with a key file."""
    bare.make_key()
    return bare


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
def office(desk: Desk, portal: PortalSimulation, workspace: SlackWorkspace) -> Desk:
    """A desk whose settings lead to both simulators."""
    desk.connect(portal, workspace)
    return desk
