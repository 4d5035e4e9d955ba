"""Questions in the terminal: secrets, which never stand on the command line, what was left out, and yes or no."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import click

from bot.cli.output import plain
from bot.cli.processes.standard_input import read_line
from bot.cli.session import Terminal
from bot.core.bot_errors import WordsError
from bot.core.parsing.invocation import AnyCommand
from bot.core.text import capitalize_phrase
from bot.plugin import BadArgument, Message, Parameter, Text, quote

VARIABLE = "B24BOT_SECRET_"
"""The beginning of the variables that may hold secrets for one run: B24BOT_SECRET_CLIENT_SECRET."""


def variable_of(parameter: Parameter) -> str:
    return f"{VARIABLE}{parameter.name.upper()}"


def refuse_secrets(command: AnyCommand, words: Sequence[str]) -> None:
    """A command line is kept in the shell's history and seen by everybody on the machine."""
    options = {parameter.option for parameter in command.parameters if parameter.arg.secret}
    given = next((word.partition("=")[0] for word in words if word.partition("=")[0] in options), None)
    if given is not None:
        raise WordsError(Message("cli.secret.on_command_line", option=given), hint=Message("cli.secret.leave_out"))


def missing_words(terminal: Terminal, command: AnyCommand, words: Sequence[str]) -> str:
    """What was left out and somebody at the terminal can still say, as words to add to the line."""
    if not terminal.asks:
        return ""
    named = {word.partition("=")[0] for word in words}
    return "".join(
        f" {quote(f'{parameter.option}={click.prompt(_question(parameter), err=True)}')}"
        for parameter in command.parameters
        if parameter.flag and parameter.required and not parameter.arg.secret and parameter.option not in named
    )


def ask_secrets(terminal: Terminal, command: AnyCommand) -> dict[str, Any]:
    """The values of the secret arguments, parsed. Raises BadArgument when one is not to be had."""
    return dict(_asked(terminal, command))


def _asked(terminal: Terminal, command: AnyCommand) -> Iterator[tuple[str, Any]]:
    for parameter in command.parameters:
        if parameter.arg.secret and not parameter.arg.late:
            text = ask_for(terminal, parameter)
            if text:
                yield parameter.name, parameter.arg.parse(text)


def ask_for(terminal: Terminal, parameter: Parameter) -> str:
    """The text of one secret, empty for one that need not be given. Raises BadArgument."""
    text = os.environ.get(variable_of(parameter)) or _ask(terminal, parameter)
    terminal.hidden.append(text)
    if not text and (parameter.required or parameter.arg.late):
        raise BadArgument(
            Message("cli.secret.missing", option=parameter.option, help=parameter.arg.help),
            hint=Message("cli.secret.how_to_give", variable=variable_of(parameter)),
        )
    return text


def _ask(terminal: Terminal, parameter: Parameter) -> str:
    if terminal.asks:
        return str(click.prompt(_question(parameter), hide_input=True, default="", show_default=False, err=True))
    return read_line().strip()


def _question(parameter: Parameter) -> str:
    return capitalize_phrase(plain(parameter.arg.help))


def tell(*lines: Text) -> None:
    """Print on stderr, as the questions: stdout has the result."""
    for line in lines:
        click.echo(plain(line), err=True)


def confirm(question: Text, *, default: bool = False) -> bool:
    """Ask on stderr until the answer is yes or no, in the reader's language or in English. Raises click.Abort."""
    asked = Message("cli.confirm.default_yes", question=question)
    if not default:
        asked = Message("cli.confirm.default_no", question=question)
    yes, no = plain(Message("cli.confirm.yes")).split(), plain(Message("cli.confirm.no")).split()
    while True:
        typed = str(click.prompt(plain(asked), default="", show_default=False, err=True)).strip().lower()
        if typed in ("", *yes, *no):
            return typed in yes if typed else default
        click.echo(plain(Message("cli.confirm.again")), err=True)
