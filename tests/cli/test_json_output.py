"""`--json` gives data: ids, numbers, booleans and ISO times under stable keys, and not the words that people read."""

from __future__ import annotations

import json

import click
import pytest

from bot.cli.root import root
from bot.cli.session import Terminal
from bot.language.data_encoding import to_json
from bot.plugin import Message
from scripts.write_json_docs import own_commands
from tests.cli.cli_bot import CliBot
from tests.cli.commands.test_access_command import ME

WITHOUT_JSON = {
    "audit export": "it prints JSON lines, or CSV",
    "completion": "a shell reads it",
    "play": "it stays, and serves a page",
    "serve": "it stays",
    "simulate portal": "it stays; its first line is JSON",
    "simulate slack": "it stays; its first line is JSON",
    "work": "it stays",
}


def test_every_command_takes_json_but_those_with_a_reason(connected_cli_bot: CliBot) -> None:
    found = dict(own_commands(root, click.Context(root, obj=Terminal())))
    assert {path for path, one in found.items() if not any("--json" in each.opts for each in one.params)} == set(
        WITHOUT_JSON
    )


def test_what_was_done_is_told_as_data(bare: CliBot) -> None:
    made = bare.json("init", "--yes")
    assert str(bare.key_file) in made["made"]
    assert made["next"][-1]["text"] == "Start b24bot: b24bot serve"
    granted = bare.json("access", "grant", "T0001:U0002", "admin")
    assert granted == {"principal": "T0001:U0002", "role": "admin", "granted_by": ME, "until": None}
    for last in (True, False):
        revoked = bare.json("access", "revoke", "T0001:U0002", "--last-admin")
        assert revoked == {"principal": "T0001:U0002", "revoked": last}
    assert bare.json("outbox", "retry", "all") == {"id": None, "retried": 0}
    first, second = bare.json("key", "list")[0]["id"], bare.json("key", "rotate")["id"]
    assert first != second
    assert json.loads(bare.run("key", "retire", first, "--json").stderr)["exit_code"] == 4


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["access", "grant", "--json"], "Usage: b24bot access grant"),
        (["request", "list", "--json", "--limit", "x"], "Usage: b24bot request list"),
        (["key", "list", "--json", "--bogus"], "The options are: --json, -h, --help."),
    ],
)
def test_a_mistake_in_the_words_is_json_too(cli_bot: CliBot, words: list[str], hint: str) -> None:
    result = cli_bot.run(*words)
    told = json.loads(result.stderr)
    assert (result.exit_code, told["exit_code"], told["kind"]) == (2, 2, "WordsError")
    assert told["error"]["text"]
    assert hint in told["hint"]["text"]


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
        "line": "1",
        "line_name": {"key": None, "arguments": {}, "text": "Sales EU"},
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
    assert (opened["id"], opened["status"], opened["created_at"].endswith("Z")) == ("CR-1001", "pending", True)


def test_a_plugin_without_data_gives_its_words(cli_bot: CliBot) -> None:
    cli_bot.settings["B24BOT_PLUGINS"] = "tests.cli.odd:plugin"
    assert set(cli_bot.json("thing", "show")["data"]) == {"facts", "columns", "rows"}


def test_texts_in_the_data_are_given_to_programs_in_english() -> None:
    days = Message("time.days", count=3)
    text = {"key": "time.days", "arguments": {"count": 3}, "text": "3 days"}
    assert to_json({"a": [days, 1, None, "x"], "b": days}) == {"a": [text, 1, None, "x"], "b": text}
