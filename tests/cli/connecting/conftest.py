"""Connecting needs a bot that serves a public address, and a portal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot
from tests.cli.connecting.served_bot import ServedBot, serve_bot


@pytest.fixture
def served_bot(cli_bot: CliBot, portal: PortalSimulation) -> Iterator[ServedBot]:
    """A bot that serves a public address of this host."""
    with serve_bot(cli_bot, portal) as served:
        yield served
