"""`--json` gives data: ids, numbers, booleans and ISO times under stable keys, and not the words that people read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import click
import pytest

from bot.app import read_settings
from bot.cli.json_output import in_english
from bot.cli.root import root
from bot.cli.session import Terminal
from bot.host.discovery import load_plugins
from bot.plugin import Message, Risk
from bot.usecases.admin.builtin_plugin import make_registry
from tests.cli.cli_bot import CliBot
from tests.cli.commands.test_access_command import ME

ISO = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
PICTURES = re.compile(r"\A(yes|no|on|off|switched off|–|\d+|.* UTC)\Z")
"""What a number, a boolean, nothing or a time looks like when it is drawn for people."""
READING = [
    f"{command.path} {command.examples[0] if command.examples else ''}".strip()
    for command in make_registry(load_plugins(read_settings({})["B24BOT_PLUGINS"])).typed
    if command.risk is Risk.READ
]


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no object and no list, with the key it stands under."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, key)
    else:
        yield key, value


def test_every_command_that_reads_gives_data_and_no_picture_of_it(connected_cli_bot: CliBot) -> None:
    connected_cli_bot.run("access", "grant", "T0001:U0002", "approver")
    connected_cli_bot.run("connector", "remove", "myconnector", "--reason", "old")
    assert "connector list" in READING
    assert "audit find" in READING
    for line in READING:
        told = connected_cli_bot.json("run", line)
        assert set(told) == {"title", "notes", "data"}, line
        assert told["data"] is not None, line
        assert not (isinstance(told["data"], dict) and set(told["data"]) == {"facts", "rows"}), line
        for key, value in leaves(told["data"]):
            if key == "at" or key.endswith(("_at", "_since")):
                assert value is None or ISO.match(value), (line, key, value)
            elif isinstance(value, str):
                assert not PICTURES.match(value), (line, key, value)


WITHOUT_JSON = {
    "audit export": "it prints JSON lines, or CSV",
    "completion": "a shell reads it",
    "play": "it stays, and serves a page",
    "serve": "it stays",
    "simulate portal": "it stays; its first line is JSON",
    "simulate slack": "it stays; its first line is JSON",
    "work": "it stays",
}


def commands(group: click.Group, ctx: click.Context, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command of the terminal that does something, with its path."""
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        assert found is not None
        inner = click.Context(found, parent=ctx, obj=ctx.obj)
        if isinstance(found, click.Group):
            yield from commands(found, inner, f"{path}{name} ")
        else:
            yield f"{path}{name}", found


def test_every_command_takes_json_but_those_with_a_reason(connected_cli_bot: CliBot) -> None:
    found = dict(commands(root, click.Context(root, obj=Terminal())))
    assert {path for path, one in found.items() if not any("--json" in each.opts for each in one.params)} == set(
        WITHOUT_JSON
    )


def test_what_was_done_is_told_as_data(cli_bot: CliBot) -> None:
    cli_bot.key_file.unlink()
    made = cli_bot.json("init", "--yes")
    assert str(cli_bot.key_file) in made["made"]
    assert made["next"][-1] == "Start it: b24bot serve"
    granted = cli_bot.json("access", "grant", "T0001:U0002", "admin")
    assert granted == {"principal": "T0001:U0002", "role": "admin", "granted_by": ME}
    for last in (True, False):
        revoked = cli_bot.json("access", "revoke", "T0001:U0002", "--last-admin")
        assert revoked == {"principal": "T0001:U0002", "revoked": last}
    assert cli_bot.json("outbox", "retry", "all") == {"retried": 0}
    first, second = cli_bot.json("key", "list")[0]["id"], cli_bot.json("key", "rotate")["id"]
    assert first != second
    assert json.loads(cli_bot.run("key", "retire", first, "--json").stderr)["exit_code"] == 4


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["access", "grant", "--json"], "Usage: b24bot access grant"),
        (["request", "list", "--json", "--limit", "x"], "Usage: b24bot request list"),
        (["key", "list", "--json", "--bogus"], "It takes --json, --help."),
    ],
)
def test_a_mistake_in_the_words_is_json_too(cli_bot: CliBot, words: list[str], hint: str) -> None:
    result = cli_bot.run(*words)
    told = json.loads(result.stderr)
    assert (result.exit_code, told["exit_code"], told["kind"]) == (2, 2, "WordsError")
    assert told["error"]
    assert hint in told["hint"]


def test_connectors_and_their_lines_are_ids_numbers_and_booleans(connected_cli_bot: CliBot) -> None:
    listed = {row["id"]: row for row in connected_cli_bot.json("connector", "list")["data"]}
    assert listed["myconnector"] == {
        "id": "myconnector",
        "name": "WhatsApp EU",
        "kind": "not-proven",
        "lines_active": 2,
        "lines_in_error": 0,
        "lines_not_readable": 0,
    }
    status = connected_cli_bot.json("connector", "status", "myconnector")["data"]
    assert status[0] == {
        "connector": "myconnector",
        "registered": True,
        "line": 1,
        "line_name": "Sales EU",
        "line_enabled": True,
        "active": True,
        "error": False,
        "problem": None,
    }
    assert [row["enabled"] for row in connected_cli_bot.json("line", "list")["data"]] == [True, True, False]


def test_a_dry_run_and_a_change_request_give_the_plan_as_data(connected_cli_bot: CliBot) -> None:
    connected_cli_bot.run("access", "grant", "T0001:U0002", "approver")
    shown = connected_cli_bot.json("connector", "remove", "myconnector", "--dry-run")["data"]
    opened = connected_cli_bot.json("connector", "remove", "myconnector")["request"]
    assert shown["calls"] == opened["calls"]
    assert (shown["approvals_needed"], opened["approvals_needed"]) == (1, 1)
    assert (opened["id"], opened["status"], ISO.match(opened["created_at"]) is not None) == ("CR-1001", "pending", True)


def test_a_plugin_without_data_gives_its_words(cli_bot: CliBot) -> None:
    cli_bot.settings["B24BOT_PLUGINS"] = "tests.cli.odd:plugin"
    assert set(cli_bot.json("thing", "show")["data"]) == {"facts", "rows"}


def test_texts_in_the_data_are_given_to_programs_in_english() -> None:
    days = Message("time.days", count=3)
    assert in_english({"a": [days, 1, None, "x"], "b": days}) == {"a": ["3 days", 1, None, "x"], "b": "3 days"}
