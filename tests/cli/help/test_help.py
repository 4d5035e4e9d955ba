"""`b24bot help`: what only the terminal has is known to help, and is explained by the terminal's own parser."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from bot.cli.plugin_commands import DeclaredCommand
from bot.cli.root import root
from bot.cli.session import Terminal
from bot.host.discovery import load_plugins
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS
from tests.cli.cli_bot import CliBot
from tests.language.english import en

AMBIGUOUS = {"restore": "connector restore"}
"""What the terminal calls as a declared command calls its verb."""


def parsed(group: click.Group, ctx: click.Context, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that the parser of the terminal takes, by its path."""
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        path = f"{before} {name}".strip()
        yield path, command
        if isinstance(command, click.Group):
            yield from parsed(command, click.Context(command, info_name=name, parent=ctx), path)


def test_help_knows_exactly_the_commands_that_only_the_terminals_parser_has(cli_bot: CliBot) -> None:
    terminal = Terminal()
    terminal.__dict__["plugins"] = load_plugins("bitrix24")
    declared = [command for command in make_registry(load_plugins("bitrix24")) if not command.terminal]
    known = {path for command in declared for path in (command.path, command.noun)}
    only_there = {
        path: command.get_short_help_str(500)
        for path, command in parsed(root, click.Context(root, info_name="b24bot", obj=terminal))
        if path not in known and not isinstance(command, DeclaredCommand) and path != "simulate portal"
    }
    assert {path: en(text) for path, text in TERMINAL_COMMANDS.items()} == only_there


@pytest.mark.parametrize("path", sorted(set(TERMINAL_COMMANDS) - set(AMBIGUOUS)))
def test_help_of_what_only_the_terminal_has_is_its_own_help(cli_bot: CliBot, path: str) -> None:
    shown = cli_bot.run("help", *path.split())
    assert (shown.exit_code, path.split()[-1] in shown.stdout.partition("\n")[0]) == (0, True)
    assert shown.stdout.startswith("Usage: ")


@pytest.mark.parametrize(("word", "other"), AMBIGUOUS.items())
def test_help_for_a_word_that_slack_has_too_lists_both(cli_bot: CliBot, word: str, other: str) -> None:
    shown = cli_bot.run("help", word)
    assert shown.exit_code == 0
    assert f"Several commands have the word “{word}”" in shown.stdout
    assert f"b24bot {word} " in shown.stdout
    assert f"b24bot {other} ID" in shown.stdout
    data = cli_bot.json("help", word)["data"]
    assert [(one["command"], one["role"]) for one in data] == [(other, "operator"), (word, None)]


@pytest.mark.parametrize(("words", "path"), [("settle", "request settle"), ("verify", "audit verify")])
def test_the_last_word_of_a_command_of_the_terminal_is_enough(cli_bot: CliBot, words: str, path: str) -> None:
    assert cli_bot.run("help", words).stdout.startswith(f"Usage: b24bot {path} ")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("?",), "What you can type"),
        (("help", "me"), "There is no command “me”. You can type these"),
        (("connector", "help"), "Commands with “connector”"),
        (("connector", "remove", "?"), "connector remove — "),
        (("connector", "remove", "help"), "connector remove — "),
        (("коннектор", "удалить", "помощь"), "connector remove — "),
        (("access", "help"), "Commands with “access”"),
        (("serve", "help"), "Usage: b24bot serve "),
        (("run", "connector remove --help"), "connector remove — "),
        (("run", "freeze", "--", "-h"), "freeze — "),
    ],
    ids=str,
)
def test_help_is_asked_for_in_the_terminal_as_in_slack(cli_bot: CliBot, words: tuple[str, ...], shown: str) -> None:
    result = cli_bot.run(*words)
    assert (result.exit_code, result.stdout.startswith(shown)) == (0, True), result.output
