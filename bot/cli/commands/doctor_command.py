"""`b24bot doctor`: what a start would look at, each with what to do, and nothing changed by looking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

import click

from bot.checks.check import CheckOutcome, Environment, State, run_checks
from bot.checks.table import CHECKS
from bot.cli.help_page import command
from bot.cli.options import as_json
from bot.cli.output import plain, print_data, say
from bot.cli.session import Terminal
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

STATES: Mapping[State, Message] = {
    State.OK: Message("check.state.ok"),
    State.NOTE: Message("check.state.note"),
    State.NO: Message("check.state.fault"),
}
"""What stands in front of a line; what was skipped has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of one check."""

    name: str
    """A code for the check, for example `audit-log`. It is the same in every language."""
    ok: bool
    """Whether nothing is wrong with it."""
    state: State
    """`skipped` where something else has to be mended first."""
    says: Text
    """The finding, as a sentence."""
    hint: Text | None
    """What to do; null if there is nothing to do."""


@command("doctor", help=TERMINAL_COMMANDS["doctor"], details=Message("clihelp.doctor.details"))
@as_json(tuple[CheckResult, ...])
@click.pass_obj
def doctor(terminal: Terminal, as_json: bool) -> None:
    """Check everything that `serve` needs. Exit code 0: nothing is wrong; 78: something is."""
    found = run_doctor(terminal)
    if as_json:
        print_data([_make_result(one) for one in found])
    else:
        show_outcomes(found)
    if not all(one.ok for one in found):
        raise SystemExit(78)


def _make_result(found: CheckOutcome) -> CheckResult:
    return CheckResult(name=found.name, ok=found.ok, state=found.state, says=found.says, hint=found.hint or None)


def run_doctor(terminal: Terminal) -> Sequence[CheckOutcome]:
    """Run all checks under the settings of now."""
    environment = Environment(terminal.host_settings, lambda: terminal.settings)
    with closing(environment):
        return list(run_checks(CHECKS, environment))


def show_outcomes(found: Sequence[CheckOutcome]) -> None:
    """Say what each check found, and which were left out."""
    for one in found:
        if one.state is not State.SKIPPED:
            told = f"{plain(one.label)}: {plain(one.says)} {plain(one.hint)}".rstrip()
            say(f"{plain(STATES[one.state]):<4}  {told}")
    skipped = tuple(one.label for one in found if one.state is State.SKIPPED)
    if skipped:
        say(Message("check.not_checked", checks=skipped))
