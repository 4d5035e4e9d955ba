"""The acceptance run as somebody at the terminal meets it."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from plugins.bitrix24.acceptance import run_events
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot
from tests.cli.test_completion import offered


def test_a_run_prints_each_step_and_is_on_record(connected_cli_bot: CliBot) -> None:
    result = connected_cli_bot.run("acceptance", "--portal", "default", "--line", "1")
    assert result.exit_code == 0, result.output
    assert "The portal default behaves as b24bot expects." in result.stdout
    assert "register-with-dot" in result.stdout
    tags = connected_cli_bot.tags()
    assert [tag for tag in tags if tag in (Tag.SETUP_CHANGED, *(each.tag for each in run_events.EVENTS))] == [
        run_events.BEGAN.tag,
        run_events.REMOVED.tag,
        run_events.ENDED.tag,
        Tag.SETUP_CHANGED,
    ]
    assert offered(connected_cli_bot, "acceptance", "--portal", "") == {"default"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--portal", "default"], 2, "needs an open line"),
        (["--portal", "default", "--line", "none"], 2, "none"),
        (["--portal", "default", "--line", "77"], 4, "no line 77"),
        (["--portal", "nowhere", "--line", "1"], 4, "nowhere"),
        (["--line", "1"], 2, "--portal"),
    ],
)
def test_what_cannot_be_run_is_refused(connected_cli_bot: CliBot, words: list[str], code: int, said: str) -> None:
    result = connected_cli_bot.run("acceptance", *words)
    assert (result.exit_code, said in result.stderr) == (code, True), result.output


def test_a_frozen_bot_refuses_a_run_before_the_first_changing_call(
    connected_cli_bot: CliBot, portal: PortalSimulation
) -> None:
    connected_cli_bot.run("access", "grant", "T0001:U0001", "admin")
    connected_cli_bot.run("freeze", "an outage")
    result = connected_cli_bot.run("acceptance", "--portal", "default", "--line", "1")
    change = connected_cli_bot.run("connector", "remove", "myconnector", "--yes")
    assert (result.exit_code, change.exit_code) == (4, 4), result.output
    assert "b24bot is frozen" in result.stderr
    assert result.stderr == change.stderr
    with portal.portal.world.lock:
        assert [entry for entry in portal.portal.world.journal.calls if entry.effect] == []
    assert run_events.BEGAN.tag not in connected_cli_bot.tags()
    clean = connected_cli_bot.run("acceptance", "--portal", "default", "--clean")
    assert clean.exit_code == 0, clean.output


def test_clean_without_leftovers_changes_nothing(connected_cli_bot: CliBot) -> None:
    result = connected_cli_bot.run("acceptance", "--portal", "default", "--clean")
    assert result.exit_code == 0, result.output
    assert "No acceptance run left a connector on the portal default." in result.stdout
    assert Tag.SETUP_CHANGED not in connected_cli_bot.tags()
