"""Words that the terminal's own commands do not take: refused in the sentences that declared commands have."""

from __future__ import annotations

import json

import click
import pytest

from bot.cli.help_page import LineCommand
from bot.cli.plugin_commands import DeclaredCommand
from bot.cli.root import root
from bot.core.parsing.guesses import MOST_ECHOED
from tests.cli.cli_bot import CliBot
from tests.cli.help.test_help import parsed
from tests.logs import kept_logs

with kept_logs():
    OWN = [
        path
        for path, command in parsed(root, click.Context(root, info_name="b24bot", obj=None))
        if not isinstance(command, DeclaredCommand | LineCommand | click.Group)
    ]
"""All but those whose words are a line of their own."""
REFUSED = {
    ("doctor", "foo"): ("“doctor” does not take “foo”.", "Usage: b24bot doctor [OPTIONS]"),
    ("outbox", "retry", "1", "2"): ("“outbox retry” does not take “2”.", "Usage: b24bot outbox retry [OPTIONS] ID|all"),
    ("outbox", "drop"): (
        "“outbox drop” needs ID: The id of the message, as `b24bot outbox list` shows it.",
        "Usage: b24bot outbox drop [OPTIONS] ID",
    ),
    ("outbox", "list", "--limt", "3"): ("“outbox list” has no option --limt.", "Did you mean --limit?"),
    ("outbox", "list", "--limit", "0"): ("--limit must be a whole number from 1 to 100,000.", "Usage: b24bot outbox"),
    ("outbox", "list", "--limit", "x"): ("--limit must be a whole number from 1 to 100,000.", "Usage: b24bot outbox"),
    ("audit", "find", "--limit"): ("--limit needs a value.", "Write the value after --limit."),
    ("audit", "export", "--format", "x"): ("--format must be one of: jsonl, csv.", "Usage: b24bot audit export"),
    ("init", "--yes=3"): ("--yes takes no value.", "Type --yes alone, or leave it out."),
    ("request", "settle", "CR-1", "maybe"): ("OUTCOME must be one of: done, failed.", "Usage: b24bot request settle"),
    ("simulate", "portl"): ("Unknown subcommand `portl`.", "The subcommands of `simulate` are: portal, slack."),
    ("help", "zzzzz"): ("There is no command “zzzzz”.", "b24bot help takes one of these topics: help, whoami,"),
    ("--foo",): (
        "“b24bot” has no option --foo.",
        "The options are: --version, -h, --help. The options of a command come after",
    ),
    ("outbox", "--dead", "list"): ("“outbox” has no option --dead.", "The options of a command come after its name."),
    ("backup", "--reason", "old", "disk"): (
        "“backup” does not take “disk”.",
        "Did you mean: b24bot backup --reason 'old disk'\nPut a value of several words between quotation marks.",
    ),
}


@pytest.mark.parametrize(("words", "expected"), REFUSED.items(), ids=" ".join)
def test_words_that_click_refuses_are_refused_in_our_sentences(
    cli_bot: CliBot, words: tuple[str, ...], expected: tuple[str, str]
) -> None:
    shown = cli_bot.run(*words)
    sentence, hint = expected
    first, _, rest = shown.stderr.partition("\n")
    assert (shown.exit_code, shown.stdout, first) == (2, "", f"Error: {sentence}")
    assert hint in rest


@pytest.mark.parametrize("words", [one for one in REFUSED if one[0] != "audit"], ids=" ".join)
def test_for_programs_they_are_refused_as_json(cli_bot: CliBot, words: tuple[str, ...]) -> None:
    shown = cli_bot.run(*words, "--json")
    told = json.loads(shown.stderr)
    assert (shown.exit_code, told["exit_code"], told["error"]["text"]) == (2, 2, REFUSED[words][0])


@pytest.mark.parametrize("path", OWN)
def test_every_command_of_the_terminal_names_an_option_that_it_does_not_have(cli_bot: CliBot, path: str) -> None:
    shown = cli_bot.run(*path.split(), "--no-such-option")
    assert (shown.exit_code, shown.stderr.partition("\n")[0]) == (
        2,
        f"Error: “{path}” has no option --no-such-option.",
    )


@pytest.mark.parametrize(
    "words",
    [("{}",), ("connector", "{}"), ("outbox", "{}"), ("doctor", "{}"), ("doctor", "--{}")],
    ids=" ".join,
)
def test_of_a_long_word_that_is_refused_the_beginning_is_named(cli_bot: CliBot, words: tuple[str, ...]) -> None:
    refused = cli_bot.run(*(word.format("tractor" * 500) for word in words))
    sentence = refused.stderr.splitlines()[0]
    assert refused.exit_code == 2
    assert "tractortractor" in sentence
    assert "…" in sentence
    assert len(sentence) < 2 * MOST_ECHOED


def test_a_noun_without_a_verb_shows_its_help(cli_bot: CliBot) -> None:
    shown = cli_bot.run("outbox")
    assert (shown.exit_code, "retry" in shown.stderr) == (2, True)
    assert shown.stderr.startswith("Usage: b24bot outbox [OPTIONS] COMMAND [ARGUMENTS]…")


@pytest.mark.parametrize("words", [("approve", "CR-1001"), ("request", "reject", "CR-1001"), ("run", "undo CR-1001")])
def test_what_a_button_does_is_answered_with_the_button_at_the_terminal_too(
    cli_bot: CliBot, words: tuple[str, ...]
) -> None:
    shown = cli_bot.run(*words)
    assert (shown.exit_code, "is a button, not a command." in shown.stderr) == (2, True)
