"""`b24bot doctor`: what a start would look at, each with what to do, and nothing changed by looking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

import click

from bot.checks.check import Environment, Finding, State, run_checks
from bot.checks.table import CHECKS
from bot.cli.options import as_json
from bot.cli.output import plain, print_json, say
from bot.cli.session import Terminal
from bot.core import mentions
from bot.language.translation import translate
from bot.plugin import Message

STATES: Mapping[State, Message] = {
    State.OK: Message("check.state.ok"),
    State.NOTE: Message("check.state.note"),
    State.NO: Message("check.state.fault"),
}
"""What stands in front of a line; what was skipped has none of its own."""


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
        print_json([_to_json(one) for one in found])
    else:
        _show(found)
    if not all(one.ok for one in found):
        raise SystemExit(78)


def _to_json(one: Finding) -> Mapping[str, object]:
    """A finding for programs: `name` and `state` are codes, the sentences are in English."""
    says, hint = (mentions.unmark(translate(text)) for text in (one.says, one.hint))
    return {"name": one.name, "ok": one.ok, "state": one.state, "says": says, "hint": hint}


def _show(found: Sequence[Finding]) -> None:
    for one in found:
        if one.state is not State.SKIPPED:
            told = f"{plain(one.label)}: {plain(one.says)} {plain(one.hint)}".rstrip()
            say(f"{plain(STATES[one.state]):<4}  {told}")
    skipped = tuple(one.label for one in found if one.state is State.SKIPPED)
    if skipped:
        say(Message("check.not_checked", checks=skipped))
