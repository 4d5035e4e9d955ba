"""What a command reads and prints is the same in a process that has done nothing before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot
from tests.tables.rows import each_row

RUSSIAN = {"LANG": "ru_RU.UTF-8"}
READS = (
    "request list",
    "request show CR-1001",
    "request show CR-1002",
    "audit find",
    "audit find --subject CR-1001",
    "audit export",
    "outbox list",
    "access list",
    "key list",
    "overview",
)


@pytest.fixture
def used(connected_cli_bot: CliBot, portal: PortalSimulation) -> CliBot:
    """A bot with an open request and one that is withdrawn."""
    bot = connected_cli_bot
    bot.run("access", "grant", "T0001:U0001", "admin")
    for connector in ("shopchat", "myconnector"):
        asked = bot.answer("y\n", "connector", "remove", connector, "--reason", "old number")
        assert asked.exit_code == 0, asked.output
    assert bot.run("request", "withdraw", "CR-1002").exit_code == 0
    return bot


def in_its_own_process(bot: CliBot, *words: str, **more: str) -> str:
    process = bot.start(*words, more={"B24BOT_PLUGINS": "plugins.bitrix24.plugin:plugin", **more})
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    return printed


@each_row("line", READS)
def test_a_command_that_reads_prints_the_same_in_a_process_of_its_own(used: CliBot, line: str) -> None:
    assert in_its_own_process(used, *line.split(), **RUSSIAN) == used.run(*line.split(), **RUSSIAN).stdout


def test_every_line_of_a_plan_has_its_key_and_its_number(used: CliBot) -> None:
    found: Any = json.loads(in_its_own_process(used, "request", "show", "CR-1001", "--json"))
    assert found["summary"]["key"] == "bitrix24.connector.remove"
    assert [row["count"] for row in found["impact"]] == [row["count"] for row in planned(used)]
    assert all(row["sentence"]["key"].startswith("bitrix24.") for row in found["impact"])


def test_a_plugin_that_is_not_loaded_is_named_and_its_numbers_stay(used: CliBot) -> None:
    without = {"B24BOT_PLUGINS": "nowhere.plugin:plugin"}
    shown = in_its_own_process(used, "request", "show", "CR-1001", **RUSSIAN, **without)
    assert "Плагин «bitrix24» не загружен." in shown
    assert "есть только на английском" not in shown
    found: Any = json.loads(in_its_own_process(used, "request", "show", "CR-1001", "--json", **without))
    assert [row["count"] for row in found["impact"]] == [row["count"] for row in planned(used)]


def planned(bot: CliBot) -> Any:
    return bot.json("connector", "remove", "shopchat", "--dry-run")["data"]["impact"]
