"""The edge of the terminal: the overview, the exit codes, and errors as sentences."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from bot import __version__
from bot.cli.output import WIDE, print_reply
from bot.plugin import Reply
from bot.store.engine.database import FILE_NAME, sqlite3
from tests.cli.cli_bot import CliBot
from tests.cli.odd import HOSTILE
from tests.language.english import en_json

ODD = {"B24BOT_PLUGINS": "tests.cli.odd:plugin"}


def test_the_version_is_told(bare: CliBot) -> None:
    assert __version__ in bare.run("--version").stdout


def test_the_overview_names_every_command_and_needs_no_setup(bare: CliBot) -> None:
    overview = bare.run("--help").stdout
    for words in (
        "init",
        "serve",
        "work",
        "play",
        "simulate",
        "run",
        "access",
        "request",
        "audit",
        "connector",
        "portal",
    ):
        assert f"\n  {words} " in overview


def test_the_overview_is_there_when_a_plugin_is_not(bare: CliBot) -> None:
    bare.settings["B24BOT_PLUGINS"] = "missing.module:plugin"
    overview = bare.run("--help")
    assert overview.exit_code == 0
    assert "serve" in overview.stdout
    assert bare.run("simulate", "--help").exit_code == 0


def test_a_command_of_a_plugin_that_cannot_be_loaded_says_that(bare: CliBot) -> None:
    result = bare.run("connector", "list", B24BOT_PLUGINS="missing.module:plugin")
    assert result.exit_code == 78
    assert "missing.module" in result.stderr


def test_without_a_setup_the_next_step_is_named(bare: CliBot) -> None:
    result = bare.run("connector", "list")
    assert result.exit_code == 78
    assert "Run: b24bot init" in result.stderr


def test_what_the_far_side_answered_is_told_with_its_code_and_a_hint(cli_bot: CliBot) -> None:
    result = cli_bot.run("thing", "refuse", **ODD)
    assert result.stderr == "Error: The far side said no. (INSUFFICIENT_SCOPE)\nAsk it.\n"
    assert result.stdout == ""


def test_with_json_the_error_is_json_as_well(cli_bot: CliBot) -> None:
    result = cli_bot.run("thing", "refuse", "--json", **ODD)
    assert json.loads(result.stderr) == {
        "kind": "TargetRefused",
        "code": "INSUFFICIENT_SCOPE",
        "exit_code": 5,
        "error": {"key": None, "arguments": {}, "text": "The far side said no."},
        "hint": {"key": None, "arguments": {}, "text": "Ask it."},
        "suggestion": None,
    }


def test_a_fault_is_one_sentence_with_a_reference_that_the_log_has_too(cli_bot: CliBot) -> None:
    assert cli_bot.run("access", "grant", "T0001:U0001", "viewer").exit_code == 0
    with sqlite3.connect(cli_bot.home / FILE_NAME) as connection:
        connection.execute("UPDATE outbox SET payload = '{'")
    connection.close()
    result = cli_bot.run("outbox", "list")
    line, sentence, hint = result.stderr.splitlines()
    assert sentence == "Error: b24bot failed with an internal error."
    reference = hint.rpartition(" ")[2].rstrip(".")
    logged = json.loads(line)
    assert reference.startswith("E-")
    assert reference in logged["message"]
    assert "JSONDecodeError" in logged["trace"]
    assert result.exit_code == 1


def test_a_fault_of_a_plugin_has_its_name_and_a_reference_that_the_log_has_too(cli_bot: CliBot) -> None:
    result = cli_bot.run("thing", "break", ODD_KEY="hush-hush-secret", **ODD)
    line, sentence, _ = result.stderr.splitlines()
    found = re.fullmatch(
        r"Error: The plugin odd failed while it worked on `thing break` \(reference (E-.*)\)\.", sentence
    )
    assert found
    logged = json.loads(line)
    assert found[1] in logged["message"]
    assert "RuntimeError" in logged["trace"]
    assert result.exit_code == 1


def test_no_secret_of_a_plugins_setting_reaches_the_log(cli_bot: CliBot) -> None:
    result = cli_bot.run("thing", "break", ODD_KEY="hush-hush-secret", **ODD)
    assert "hush-hush-secret" not in result.output
    assert "***" in result.stderr


def test_a_plugin_that_refuses_to_start_is_a_matter_of_the_settings(cli_bot: CliBot) -> None:
    result = cli_bot.run("thing", "show", ODD_KEY="half-a-key", **ODD)
    assert result.exit_code == 78
    assert "Set the other half." in result.stderr


def test_the_playground_plays_with_the_plugins_of_the_settings(cli_bot: CliBot) -> None:
    result = cli_bot.run("play", "--story", **ODD)
    assert result.exit_code == 78
    assert "None of the plugins tests.cli.odd:plugin brings a portal" in result.stderr


def test_an_unknown_noun_gets_one_good_guess(bare: CliBot) -> None:
    result = bare.run("conector", "list", "--kind", "ours")
    assert result.exit_code == 2
    assert "Did you mean: b24bot connector list --kind ours" in result.stderr
    assert "The commands are: " in bare.run("zzzzzz").stderr


def test_the_line_that_was_meant_is_quoted_as_a_shell_reads_it(bare: CliBot) -> None:
    typed = ("conector", "remove", "shop", "--reason", "it's $5", "--name=старый номер")
    (line,) = (line for line in bare.run(*typed).stderr.splitlines() if "Did you mean" in line)
    assert shlex.split(line.removeprefix("Did you mean: ")) == ["b24bot", "connector", *typed[1:]]


def test_a_line_that_the_bot_itself_corrects_is_shown_as_a_shell_reads_it(cli_bot: CliBot) -> None:
    told = cli_bot.run("run", 'thin touch "it\'s $5"', **ODD).stderr
    assert "Did you mean: b24bot thing touch 'it'\"'\"'s $5'" in told


def test_an_option_of_nobody_is_clicks_to_refuse(bare: CliBot) -> None:
    assert bare.run("--zzz").exit_code == 2
    assert bare.run("access", "--zzz").exit_code == 2


def test_names_that_strangers_chose_cannot_steer_the_screen(cli_bot: CliBot) -> None:
    shown = cli_bot.run("thing", "show", **ODD).stdout
    assert "white" in shown
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


def test_json_is_plain_ascii_and_keeps_every_character(cli_bot: CliBot) -> None:
    cli_bot.settings |= ODD
    result = cli_bot.run("thing", "show", "--json")
    assert result.stdout.isascii()
    shown = en_json(json.loads(result.stdout))
    assert shown["title"] == HOSTILE
    assert shown["data"]["facts"] == [{"name": "name", "value": HOSTILE}]
    assert (shown["data"]["columns"], shown["data"]["rows"]) == (["name", "note"], [[HOSTILE, "x" * 300]])
    assert shown["notes"] == ["One note."]


def test_wide_cells_fold_and_no_colour_is_sent_where_nobody_looks(cli_bot: CliBot) -> None:
    shown = cli_bot.run("thing", "show", FORCE_COLOR="1", **ODD).stdout
    assert "\x1b" not in shown
    assert shown.count("x") >= 300
    assert max(map(len, shown.splitlines())) <= 160


def test_an_empty_table_says_so(cli_bot: CliBot) -> None:
    assert cli_bot.run("thing", "none", **ODD).stdout == "Nothing yet\nNo results.\n"


def test_the_help_of_a_declared_command_is_its_declaration(cli_bot: CliBot) -> None:
    shown = cli_bot.run("thing", "show", "--help", **ODD).stdout
    for words in ("Usage: b24bot thing show", "Show names", "There is a table as well.", "Examples", "--portal NAME"):
        assert words in shown
    assert "--yes" not in shown
    assert "--yes" in cli_bot.run("thing", "touch", "--help", **ODD).stdout


def test_the_help_of_a_terminal_command_names_the_variables_of_its_secrets(cli_bot: CliBot) -> None:
    shown = cli_bot.run("safe", "fill", "--help", **ODD).stdout
    assert "B24BOT_SECRET_CODE" in shown
    assert "--code" not in shown
    assert "--portal" not in shown


def test_a_command_without_a_verb_is_a_command(cli_bot: CliBot) -> None:
    assert cli_bot.run("whoami").stdout.startswith("You are local:")
    assert "connector remove ID" in cli_bot.run("help", "connector", "remove").stdout


def test_a_log_level_that_is_none_is_refused(cli_bot: CliBot) -> None:
    result = cli_bot.run("whoami", B24BOT_LOG_LEVEL="LOUD")
    assert result.exit_code == 78
    assert "DEBUG, INFO, WARNING, ERROR" in result.stderr


def test_an_address_that_is_longer_than_a_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    address = f"https://shop.bitrix24.com/oauth/authorize/?client_id=local.1&state={'s' * WIDE}"
    facts = (("member id", "0123"), ("Authorise link", address), ("application", "local"))
    print_reply(Reply(title="Open this link", facts=facts))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["Open this link", "member id  0123", "Authorise link", address, "application  local"]
