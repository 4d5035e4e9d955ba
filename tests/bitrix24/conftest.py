"""A plugin with a simulated portal for every test that wants one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.host.plugin_catalogues import bind_plugin_catalogue
from plugins.bitrix24.plugin import plugin
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.processes import Processes

bind_plugin_catalogue(plugin)


@pytest.fixture
def make_plugin_bot(tmp_path: Path) -> Iterator[Callable[..., PluginBot]]:
    """Plugins with other settings or short time-outs; each has its own portal and its own store."""
    plugin_bots: list[PluginBot] = []

    def make(**options: Any) -> PluginBot:
        plugin_bots.append(PluginBot(tmp_path / str(len(plugin_bots)), **options))
        return plugin_bots[-1]

    yield make
    for plugin_bot in plugin_bots:
        plugin_bot.stop()


@pytest.fixture(scope="package")
def four() -> Iterator[Processes]:
    """Four more processes of the bot."""
    processes = Processes(4)
    yield processes
    processes.stop()


@pytest.fixture
def plugin_bot(make_plugin_bot: Callable[..., PluginBot]) -> PluginBot:
    return make_plugin_bot()
