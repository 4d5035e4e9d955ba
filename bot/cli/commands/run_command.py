"""`b24bot run`: one line as one would type it in Slack."""

from __future__ import annotations

import click

from bot.cli.help_page import LineCommand, argument, command, option
from bot.cli.json_output import Answer
from bot.cli.options import YES_HELP, as_json
from bot.cli.plugin_commands import show
from bot.cli.run_line import perform, typed_line
from bot.cli.session import Terminal
from bot.plugin import Message
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS


@command(
    "run",
    cls=LineCommand,
    help=TERMINAL_COMMANDS["run"],
    details=Message("clihelp.run.details"),
    examples=('"request list --mine"',),
)
@argument(
    "words",
    nargs=-1,
    required=True,
    type=click.UNPROCESSED,
    metavar='"COMMAND SUBCOMMAND …"',
    help=Message("clihelp.argument.line"),
)
@as_json(Answer)
@option("--yes", is_flag=True, help=YES_HELP)
@click.pass_obj
def run(terminal: Terminal, words: tuple[str, ...], as_json: bool, yes: bool) -> None:
    """Run one line as one types it in Slack, as the account at this terminal."""
    command = terminal.host_settings["B24BOT_COMMAND"]
    typed = words[1:] if words[0] == command else words
    line = typed_line(terminal.declared.commands, typed or [""])
    if line.startswith(f"{command} "):
        line = line.removeprefix(command).strip()
    show(perform(terminal, line, yes=yes, words=typed), as_json=as_json)
