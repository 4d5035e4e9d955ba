"""What a command that is being prepared shows to the person at the terminal, and asks them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import click

from bot.cli.output import plain, print_line, print_reply
from bot.cli.processes.standard_input import hide_typing, read_line, wait_for_line
from bot.cli.prompts import ask_for, tell, variable_of
from bot.cli.session import Terminal
from bot.core.parsing.invocation import AnyCommand
from bot.language.data_encoding import to_json
from bot.plugin import BadArgument, Message, PluginError, Refusal, Reply, Services, Text
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import find_terminal_block

POLL_SECONDS = 0.5


@contextmanager
def _pass_interrupts() -> Iterator[None]:
    """Let a person end the command at a question: the guard around a plugin takes click.Abort for a fault of it."""
    try:
        yield
    except click.Abort:
        raise KeyboardInterrupt from None


class TerminalDialogue:
    """Implements Dialogue. A secret that is typed is kept from every output of this run."""

    def __init__(self, terminal: Terminal, services: Services, command: AnyCommand, ctx: Context) -> None:
        self._terminal = terminal
        self._ctx = ctx
        self._secrets = {each.name: each for each in command.parameters if each.arg.late}
        self.services = services

    @property
    def person(self) -> str:
        return self._terminal.person.id

    def show(self, reply: Reply) -> None:
        if self._terminal.as_json:
            # On stderr, since stdout holds the answer alone. On one line, so that a program knows that it is whole
            # while the command waits.
            if reply.data is not None:
                print_line(to_json(reply.data), err=True)
        else:
            print_reply(reply)
            sys.stdout.flush()

    def find_block(self) -> Refusal | None:
        return find_terminal_block(self._ctx)

    def ask(
        self,
        question: Text,
        *,
        secret: bool = False,
        poll: Callable[[], str | None] | None = None,
        check: Callable[[str], object] | None = None,
    ) -> str:
        while True:
            with _pass_interrupts():
                text, typed = self._ask_once(question, secret=secret, poll=poll)
            if secret:
                self._terminal.hidden.append(text)
            try:
                if check is not None and typed:
                    check(text)
                return text
            except PluginError as error:
                if not self._terminal.asks:
                    raise
                tell(error.sentence, *([error.hint] if error.hint else []))

    def _ask_once(self, question: Text, *, secret: bool, poll: Callable[[], str | None] | None) -> tuple[str, bool]:
        """The answer, and whether it was typed. Raises BadArgument where nothing comes."""
        if poll is not None:
            with hide_typing() if secret else nullcontext():
                text, typed = self._ask_and_poll(question, poll, secret=secret)
        elif self._terminal.asks:
            asked = plain(question)
            prompted = click.prompt(asked, default="", show_default=False, hide_input=secret, err=True)
            text, typed = str(prompted).strip(), True
        else:
            text, typed = read_line().strip(), True
        if not text:
            raise BadArgument(
                Message("host.dialogue.nothing_came", question=question), hint=Message("host.dialogue.do_answer")
            )
        return text, typed

    def ask_secret(self, name: str) -> str:
        parameter = self._secrets[name]
        while True:
            with _pass_interrupts():
                text = ask_for(self._terminal, parameter)
            try:
                parameter.arg.parse(text)
                return text
            except BadArgument as error:
                # What is set in the environment is the same at the next question.
                if not self._terminal.asks or variable_of(parameter) in os.environ:
                    raise
                tell(error.sentence, *([error.hint] if error.hint else []))

    def _ask_and_poll(self, question: Text, poll: Callable[[], str | None], *, secret: bool) -> tuple[str, bool]:
        if self._terminal.asks:
            click.echo(f"{plain(question)}: ", nl=False, err=True)
        ended = False
        while True:
            found = poll()
            if found is not None:
                if self._terminal.asks:
                    click.echo(err=True)
                return found, False
            if ended:
                self.services.clock.sleep(POLL_SECONDS)
            elif wait_for_line(POLL_SECONDS):
                line = read_line()
                if secret and self._terminal.asks:
                    # The end of the line was hidden, too.
                    click.echo(err=True)
                if line.strip() or (line and self._terminal.asks):
                    return line.strip(), True
                if not line and self._terminal.asks:
                    # Ctrl-D: whoever ends the input waits for nothing.
                    raise KeyboardInterrupt
                ended = not line
