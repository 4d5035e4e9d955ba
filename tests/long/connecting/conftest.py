"""Connecting needs a bot that serves a public address, and a portal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot
from tests.cli.conftest import bare as bare
from tests.cli.conftest import cli_bot as cli_bot
from tests.cli.conftest import fresh_cli_bot as fresh_cli_bot
from tests.cli.conftest import portal as portal
from tests.long.connecting.served_bot import ServedBot, serve_bot


@pytest.fixture
def served_bot(cli_bot: CliBot, portal: PortalSimulation) -> Iterator[ServedBot]:
    """A bot that serves a public address of this host."""
    with serve_bot(cli_bot, portal) as served:
        yield served
