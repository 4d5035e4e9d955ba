"""`b24bot policy`: the faults of a policy table. The rest of the group is declared for Slack and the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.help_page import argument, command
from bot.cli.options import PATH, as_json
from bot.cli.output import report
from bot.cli.plugin_commands import CommandGroup
from bot.cli.session import Terminal
from bot.core.authority.rules.rule_table import RuleTable
from bot.core.authority.rules.table_reader import refuse_unknown_commands
from bot.plugin import Message, Refusal
from bot.policy_file import read_policy_file
from bot.usecases.admin.policy_answers import PolicyView, list_rows
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS, TERMINAL_WORDS


@command(
    "lint",
    help=TERMINAL_COMMANDS["policy lint"],
    words=TERMINAL_WORDS["policy lint"],
    details=Message("clihelp.policy_lint.details"),
    examples=("", "policy.toml"),
)
@argument("file", metavar="FILE", required=False, type=PATH, help=Message("clihelp.argument.policy_file"))
@as_json(PolicyView)
@click.pass_obj
def lint(terminal: Terminal, file: Path | None, as_json: bool) -> None:
    """Look for faults in a policy table. Exit code 78: there are some."""
    path = file or terminal.host_settings.path("B24BOT_POLICY")
    if path is None:
        raise Refusal(Message("cli.policy.none_set"), hint=Message("cli.policy.set_it"))
    shown = list_rows(_read(terminal, path))
    report(shown.data, Message("cli.policy.sound", table=shown.title), as_json=as_json)


def _read(terminal: Terminal, path: Path) -> RuleTable:
    """Read a table as a start does. Raises BrokenTable, also for commands that there are not."""
    table = read_policy_file(path)
    refuse_unknown_commands(table, (one.path for one in terminal.declared.commands))
    return table


policy = CommandGroup("policy", help=Message("clihelp.policy"), own=(lint,))
