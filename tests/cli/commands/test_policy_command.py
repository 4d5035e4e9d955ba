"""`b24bot policy`: the table is shown, its faults are named by line, and a decision is explained rule by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.principals import Principal, Role
from bot.usecases.admin.allow_list import grant_role
from tests.cli.cli_bot import CliBot

TABLE = """
[[rule]]
name = "live removals"
commands = ["connector remove"]
quorum = 2
reason = "OPS"

[[rule]]
name = "other portals"
places = ["stage"]
refuse = true
"""


@pytest.fixture
def table(cli_bot: CliBot) -> Path:
    """The file that B24BOT_POLICY names."""
    path = cli_bot.folder / "policy.toml"
    path.write_text(TABLE)
    cli_bot.settings["B24BOT_POLICY"] = str(path)
    return path


def test_without_a_table_there_is_nothing_to_show_or_look_at(cli_bot: CliBot) -> None:
    cli_bot.make_key()
    assert "There is no policy table." in cli_bot.run("policy", "show").stdout
    result = cli_bot.run("policy", "lint")
    assert (result.exit_code, "B24BOT_POLICY is not set." in result.stderr) == (4, True)


def test_the_table_is_shown_with_its_digest(cli_bot: CliBot, table: Path) -> None:
    cli_bot.make_key()
    shown = cli_bot.run("policy", "show").stdout
    assert "commands: connector remove; quorum: 2; reason: OPS" in shown
    found = cli_bot.json("policy", "show")["data"]
    assert [row["name"] for row in found["rules"]] == ["live removals", "other portals"]
    assert found["digest"][:16] in shown


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("quorum = 2", "quorum = 0", "Line 5: quorum: 0 is not a number of approvals."),
        ("connector remove", "connector remowe", "Line 2: The rule “live removals” names connector remowe"),
    ],
)
def test_each_fault_is_named_and_keeps_the_bot_from_starting(
    cli_bot: CliBot, table: Path, before: str, after: str, says: str
) -> None:
    assert "No faults were found." in cli_bot.run("policy", "lint", str(table)).stdout
    table.write_text(TABLE.replace(before, after))
    result = cli_bot.run("policy", "lint")
    assert (result.exit_code, says in result.stderr) == (78, True), result.stderr
    cli_bot.make_key()
    started = cli_bot.run("run", "whoami")
    assert (started.exit_code, says in started.stderr) == (78, True), started.stderr


def test_a_file_that_is_not_there_is_named(cli_bot: CliBot) -> None:
    result = cli_bot.run("policy", "lint", "missing.toml")
    assert (result.exit_code, "missing.toml cannot be read" in result.stderr) == (78, True)


def test_a_command_that_loads_another_table_records_it_once(cli_bot: CliBot, table: Path) -> None:
    cli_bot.make_key()
    cli_bot.run("run", "whoami")
    cli_bot.run("run", "whoami")
    assert cli_bot.tags().count(Tag.POLICY_LOADED) == 1


def test_a_decision_of_the_built_in_policy_is_explained(cli_bot: CliBot, table: Path) -> None:
    cli_bot.make_key()
    with cli_bot.store() as store:
        grant_role(store, Principal(team="T0001", user="U0001"), Role.OPERATOR, by=Principal.shell("root"))
    found = cli_bot.json("policy", "test", "T0001:U0001", "access", "grant", "T0001:U0002", "viewer")["data"]
    assert (found["allowed"], found["rules"]) == (False, [])
    assert found["needs"]["text"].startswith("This needs the role admin.")
