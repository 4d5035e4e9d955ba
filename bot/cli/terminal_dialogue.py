"""What a command that is being prepared shows to the person at the terminal, and asks them."""

from __future__ import annotations

import sys

import click

from bot.cli.output import plain, print_line, print_reply
from bot.cli.session import Terminal
from bot.language.data_encoding import to_json
from bot.plugin import BadArgument, Message, Reply, Services, Text


class TerminalDialogue:
    """Implements Dialogue. A secret that is typed is kept from every output of this run."""

    def __init__(self, terminal: Terminal, services: Services) -> None:
        self._terminal = terminal
        self.services = services

    def show(self, reply: Reply) -> None:
        if self._terminal.as_json and reply.data is not None:
            # On one line, so that a program knows that it is whole while the command waits.
            print_line(to_json(reply.data))
        else:
            print_reply(reply)
            sys.stdout.flush()

    def ask(self, question: Text, *, secret: bool = False) -> str:
        if self._terminal.asks:
            text = str(click.prompt(plain(question), default="", show_default=False, err=True)).strip()
        else:
            text = sys.stdin.readline().strip()
        if not text:
            raise BadArgument(Message("host.dialogue.nothing_came", question=question))
        if secret:
            self._terminal.hidden.append(text)
        return text
