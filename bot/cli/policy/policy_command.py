"""`b24bot policy`: the policy table, its faults, and what it makes of a request that nobody has made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from bot.cli.completion import from_store
from bot.cli.help_page import LineCommand, argument, command
from bot.cli.options import PATH, as_json
from bot.cli.output import print_answer, report
from bot.cli.plugin_commands import CommandGroup
from bot.cli.run_line import home_team, typed_line
from bot.cli.session import Terminal
from bot.core.authority.policy import Refused
from bot.core.authority.rules.rule_table import RuleTable
from bot.core.authority.rules.table_reader import refuse_unknown_commands
from bot.core.bot_errors import NotPermitted
from bot.core.change.planned_command import Planned
from bot.core.principals import Principal
from bot.plugin import Message, Refusal, Reply
from bot.policy_file import read_policy_file
from bot.usecases.admin.admin_commands import find_home_account
from bot.usecases.admin.policy_answers import PolicyDecision, PolicyView, explain_decision, show_policy
from bot.usecases.admin.queries import complete_people
from bot.usecases.context import Context
from bot.usecases.process.workspace import Workspace
from bot.usecases.requests.planning import consider
from bot.usecases.terminal_commands import TERMINAL_COMMANDS


@command("show", help=TERMINAL_COMMANDS["policy show"])
@as_json(PolicyView)
@click.pass_obj
def show_table(terminal: Terminal, as_json: bool) -> None:
    """Show the rows of the policy table."""
    print_answer(show_policy(_read(terminal, terminal.host_settings.path("B24BOT_POLICY"))), as_json=as_json)


@command(
    "lint",
    help=TERMINAL_COMMANDS["policy lint"],
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
    shown = show_policy(_read(terminal, path))
    report(shown.data, Message("cli.policy.sound", table=shown.title), as_json=as_json)


@command(
    "test",
    cls=LineCommand,
    help=TERMINAL_COMMANDS["policy test"],
    details=Message("clihelp.policy_test.details"),
    examples=("T0123456:U0123456 connector remove wa_eu --portal prod",),
)
@argument(
    "person", metavar="TEAM:USER", help=Message("clihelp.argument.person"), shell_complete=from_store(complete_people)
)
@argument(
    "words",
    nargs=-1,
    required=True,
    type=click.UNPROCESSED,
    metavar='"COMMAND SUBCOMMAND …"',
    help=Message("clihelp.argument.line"),
)
@as_json(PolicyDecision)
@click.pass_obj
def test(terminal: Terminal, person: str, words: tuple[str, ...], as_json: bool) -> None:
    """Decide about a command as if this person typed it, and explain the decision."""
    line = typed_line(terminal.declared.commands, words)
    with terminal.bot() as bot:
        team = home_team(bot)
        ctx = replace(bot.context, workspace=bot.context.workspace if bot.context.workspace.team else Workspace(team))
        reply = _decide(ctx, find_home_account(ctx.workspace, Principal.named(person)), line)
    print_answer(reply, as_json=as_json)


def _decide(ctx: Context, person: Principal, line: str) -> Reply:
    """Let the function that decides about real requests decide."""
    try:
        considered = consider(ctx, person, line)
    except NotPermitted as error:
        return explain_decision(Refused(reason=error.sentence), ())
    if not isinstance(considered, Planned):
        raise Refusal(Message("cli.policy.only_reads"))
    return explain_decision(considered.decision, considered.steps)


def _read(terminal: Terminal, path: Path | None) -> RuleTable:
    """Read a table as a start does. Raises BrokenTable, also for commands that there are not."""
    table = read_policy_file(path)
    refuse_unknown_commands(table, (one.path for one in terminal.declared.commands))
    return table


policy = CommandGroup("policy", help=TERMINAL_COMMANDS["policy"], own=(show_table, lint, test))
