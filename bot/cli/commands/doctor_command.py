"""`b24bot doctor`: what a start would look at, each with what to do, and nothing changed by looking."""

from __future__ import annotations

from contextlib import closing

import click

from bot.checks.check import Environment, State, run_checks
from bot.checks.table import CHECKS
from bot.cli.options import as_json
from bot.cli.output import print_json, say
from bot.cli.session import Terminal


@click.command("doctor")
@as_json
@click.pass_obj
def doctor(terminal: Terminal, as_json: bool) -> None:
    """Look at everything that serve needs, and say what to do. Exit code 0: nothing is wrong; 78: something is.

    Nothing is changed and nothing is posted; only a portal's token that has run out is renewed. It works beside a bot
    that runs, too.
    """
    environment = Environment(terminal.host_settings, lambda: terminal.settings)
    with closing(environment):
        found = list(run_checks(CHECKS, environment))
    if as_json:
        print_json(
            [{"name": one.name, "ok": one.ok, "state": one.state, "says": one.says, "hint": one.hint} for one in found]
        )
    else:
        for one in found:
            if one.state is not State.SKIPPED:
                say(f"{one.state:<4}  {one.name}: {one.says} {one.hint}".rstrip())
        skipped = [one.name for one in found if one.state is State.SKIPPED]
        if skipped:
            say(f"Not looked at, for want of what is above: {', '.join(skipped)}.")
    if not all(one.ok for one in found):
        raise SystemExit(78)
