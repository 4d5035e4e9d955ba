"""Inspect the database with sqlite-utils, as docs/how-to/inspect-the-database.md shows, beside a bot that runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlite_utils.cli import cli

from bot.playground.environment import Playground
from bot.store.sealing.keyring import BOX

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "inspect-the-database.md").read_text("utf-8")
COMMANDS = re.findall(r"^sqlite-utils (.+)$", PAGE, re.MULTILINE)
SECRET = "xoxb-1234567890-abcdefghij"


@pytest.fixture
def asked(full_bot: Playground) -> Playground:
    """A bot that runs, with a change request that waits and a secret that somebody typed."""
    workspace = full_bot.workspace
    olga = workspace.people["Olga"]
    olga.slash(f"/b24 connector remove myconnector --reason 'token={SECRET}'", channel="connectors")
    workspace.wait_for(lambda: workspace.find("approvals", "myconnector"), what="the card")
    return full_bot


def run(command: str, full_bot: Playground) -> Result:
    """One command of the page, its words as the shell would hand them over."""
    path = str(full_bot.store.database.path)
    return CliRunner().invoke(cli, [word.replace("$DB", path) for word in shlex.split(command)])


def tables(full_bot: Playground) -> list[str]:
    return [row["table"] for row in json.loads(run("tables $DB", full_bot).output)]


def may_name_files_by_address(full_bot: Playground) -> bool:
    return {"compile_options": "USE_URI"} in full_bot.store.database.rows("PRAGMA compile_options")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_shows_something_beside_a_bot_that_runs(asked: Playground, command: str) -> None:
    if "mode=ro" in command and not may_name_files_by_address(asked):
        pytest.skip("this build of SQLite takes no address for a file")
    shown = run(command, asked)
    assert shown.exit_code == 0, shown.output
    assert len(shown.output.splitlines()) > 1
    assert SECRET not in shown.output


def test_the_columns_that_the_page_asks_for_exist(asked: Playground) -> None:
    """SQLite takes the quoted name of a column that is not there for a text, and complains about nothing."""
    for table, columns in re.findall(r"^sqlite-utils rows \"\$DB\" ([a-z]+)(.*)$", PAGE, re.MULTILINE):
        known = {row["name"] for row in asked.store.database.rows(f"PRAGMA table_info({table})")}
        assert {*re.findall(r"-c ([a-z_]+)", columns), *re.findall(r'-o "([a-z_]+)', columns)} <= known, table


def test_with_the_address_of_the_page_a_query_cannot_write(asked: Playground) -> None:
    if not may_name_files_by_address(asked):
        pytest.skip("this build of SQLite takes no address for a file")
    refused = run("query 'file:$DB?mode=ro' 'DELETE FROM grants'", asked)
    assert refused.exit_code == 1
    assert "readonly database" in refused.output


def test_the_page_names_every_table(asked: Playground) -> None:
    assert set(tables(asked)) <= set(re.findall(r"`([a-z_]+)`", PAGE))


def test_what_the_page_calls_sealed_is_sealed_and_nothing_else_is(asked: Playground) -> None:
    named = set(re.findall(r"`([a-z]+\.[a-z]+)`", PAGE))
    sealed = {
        f"{table}.{column}"
        for table in tables(asked)
        for row in asked.store.database.rows(f"SELECT * FROM {table}")
        for column, value in row.items()
        if (value if isinstance(value, bytes) else str(value).encode()).removeprefix(b"sealed:").startswith(BOX)
    }
    assert {"secrets.box", "changes.sealed"} <= sealed <= named
