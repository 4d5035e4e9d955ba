"""The acceptance run against the simulated portal in every position of the switches."""

from __future__ import annotations

import pytest

from plugins.bitrix24.acceptance.comparison import Comparison
from plugins.bitrix24.acceptance.probe import PREFIX
from plugins.bitrix24.acceptance.step_table import STEPS, SWITCHES
from plugins.bitrix24.simulator.state.switches import BY_NAME
from tests.bitrix24.acceptance.runs import contradicted, left, on, positions, report
from tests.bitrix24.plugin_bot import PluginBot

DECIDED = {
    "language": "en",
    "oauth_reads_body": "body",
    "oauth_status": "401",
    "offline_clear_empty_process": "allowed",
    "placement_unbind_count": "2",
    "register_error_shape": "flat",
    "statistic_select": "allowed",
    "temporary_lines": "present",
    "type_error_body": "html",
    "wide_text": "whole",
}
"""What a run shows of the simulated portal as it is."""
UNSEEN = {("temporary_lines", "none"), ("config_list_default_limit", "50"), ("config_list_default_limit", "none")}
"""Positions that a portal with three lines does not show."""
POSITIONS = [(row.name, value) for row in BY_NAME.values() for value in row.values if row.name in SWITCHES]
OTHERS = [(row.name, value) for row in BY_NAME.values() for value in row.values[1:] if row.name not in SWITCHES]
"""What a run does not decide, in the positions that are not the default."""


def test_the_simulated_portal_agrees_with_every_fact_and_shows_its_switches(plugin_bot: PluginBot) -> None:
    found = report(plugin_bot)
    assert contradicted(found) == []
    assert positions(found) == DECIDED
    assert {each.comparison for each in found.steps} == {Comparison.AGREES, Comparison.OBSERVED}
    assert found.removed == (found.connector,)
    assert found.not_removed == ()


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("switch", "position"), POSITIONS)
def test_a_run_shows_the_position_of_a_switch(plugin_bot: PluginBot, switch: str, position: str) -> None:
    plugin_bot.switch(**{switch: position})
    found = report(plugin_bot)
    assert contradicted(found) == []
    shown = {} if (switch, position) in UNSEEN else {switch: position}
    assert positions(found) == {**{name: at for name, at in DECIDED.items() if name != switch}, **shown}
    assert left(plugin_bot) == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("switch", "position"), OTHERS)
def test_other_switches_change_no_finding(plugin_bot: PluginBot, switch: str, position: str) -> None:
    plugin_bot.switch(**{switch: position})
    found = report(plugin_bot)
    assert contradicted(found) == []
    assert positions(found) == DECIDED
    assert left(plugin_bot) == []


@pytest.mark.parametrize(("position", "lines"), [("50", 55), ("none", 55)])
def test_a_portal_with_many_lines_shows_its_default_limit(plugin_bot: PluginBot, position: str, lines: int) -> None:
    plugin_bot.switch(config_list_default_limit=position)
    with plugin_bot.portal.world.lock:
        state = plugin_bot.portal.world.state
        first = state.lines.rows()[0]
        for number in range(100, 100 + lines):
            state.lines.put(number, type(first)(id=number, name=f"Line {number}"))
    assert positions(report(plugin_bot))["config_list_default_limit"] == position


def test_a_run_changes_nothing_but_its_own_connector(plugin_bot: PluginBot) -> None:
    before = on(plugin_bot)
    report(plugin_bot)
    assert on(plugin_bot) == before
    touched = [entry for entry in plugin_bot.calls() if entry.effect]
    assert touched
    foreign = [
        entry
        for entry in touched
        if PREFIX not in str(entry.params).lower() and "999999999999" not in str(entry.params)
    ]
    assert foreign == []


def test_each_step_has_a_name_of_its_own_and_decides_a_known_switch() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert set(SWITCHES) <= set(BY_NAME)
    assert {step.after for step in STEPS} - {""} <= {step.name for step in STEPS}
