"""What a command that is being prepared shows to the person at the terminal, and asks them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext

import click

from bot.cli.output import plain, print_line, print_reply
from bot.cli.processes.standard_input import hide_typing, read_line, wait_for_line
from bot.cli.prompts import ask_for
from bot.cli.session import Terminal
from bot.core.parsing.invocation import AnyCommand
from bot.language.data_encoding import to_json
from bot.plugin import BadArgument, Message, Refusal, Reply, Services, Text
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import find_terminal_block

POLL_SECONDS = 0.5


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

    def ask(self, question: Text, *, secret: bool = False, poll: Callable[[], str | None] | None = None) -> str:
        if poll is not None:
            with hide_typing() if secret else nullcontext():
                text = self._ask_and_poll(question, poll, secret=secret)
        elif self._terminal.asks:
            asked = plain(question)
            text = str(click.prompt(asked, default="", show_default=False, hide_input=secret, err=True)).strip()
        else:
            text = read_line().strip()
        if not text:
            raise BadArgument(Message("host.dialogue.nothing_came", question=question))
        if secret:
            self._terminal.hidden.append(text)
        return text

    def ask_secret(self, name: str) -> str:
        return ask_for(self._terminal, self._secrets[name])

    def _ask_and_poll(self, question: Text, poll: Callable[[], str | None], *, secret: bool) -> str:
        if self._terminal.asks:
            click.echo(f"{plain(question)}: ", nl=False, err=True)
        ended = False
        while True:
            found = poll()
            if found is not None:
                if self._terminal.asks:
                    click.echo(err=True)
                return found
            if ended:
                self.services.clock.sleep(POLL_SECONDS)
            elif wait_for_line(POLL_SECONDS):
                line = read_line()
                if secret and self._terminal.asks:
                    # The end of the line was hidden, too.
                    click.echo(err=True)
                if line.strip() or (line and self._terminal.asks):
                    return line.strip()
                ended = not line
