"""A workspace, a bot that only takes in, and a gateway that speaks to the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.host.plugin_catalogues import bind_plugin_catalogue
from bot.playground.workspace import SlackWorkspace
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.store.sealing.keyring import Keyring
from plugins.bitrix24.plugin import plugin
from tests.slack.intake import Intake

bind_plugin_catalogue(plugin)


@pytest.fixture
def workspace() -> Iterator[SlackWorkspace]:
    with SlackWorkspace(rate_limit=False) as made:
        yield made


@pytest.fixture
def intake(tmp_path: Path, workspace: SlackWorkspace) -> Iterator[Intake]:
    """A bot that takes in and works off nothing, so that what it put on disk can be looked at."""
    with Intake(tmp_path, workspace) as made:
        yield made


@pytest.fixture(scope="module")
def module_intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    with SlackWorkspace(rate_limit=False) as quiet, Intake(tmp_path_factory.mktemp("intake"), quiet) as made:
        yield made


@pytest.fixture
def gateway(workspace: SlackWorkspace) -> Gateway:
    """Knows who it is."""
    client = make_client(workspace.bot_token, workspace.api_url)
    made = Gateway(client, Keyring({"k1": bytes(32)}), command="/b24", api_url=workspace.api_url)
    made.identify()
    return made
