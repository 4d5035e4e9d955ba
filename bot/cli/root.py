"""`b24bot` itself: the overview, the plugins' commands, and the edge where every error becomes a sentence."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from itertools import chain
from typing import Any

import click
from click.shell_completion import CompletionItem

from bot import __version__
from bot.cli.completion import VARIABLE, silence_stderr
from bot.cli.help_page import Group, Option, command_rows, foreign_items, write_section
from bot.cli.output import plain, print_error, show_names, speak
from bot.cli.plugin_commands import CommandGroup, DeclaredCommand, spell_noun_of, unknown
from bot.cli.session import DeclaredCommands, Terminal
from bot.cli.typed_secrets import refuse_typed_secrets
from bot.cli.usage_errors import explain_usage_error
from bot.clock import incident_id
from bot.core.parsing.command_table import Commands
from bot.core.parsing.guesses import shorten_typed
from bot.core.parsing.help_requests import HELP, HELP_WORDS, SIGNS, find_asked_words
from bot.core.parsing.synonyms import fold, list_words
from bot.plugin import Message, PluginError

log = logging.getLogger("b24bot.cli")
TYPED = "b24bot.typed"
"""Under which click keeps what was typed."""
DECLARED = "b24bot.declared"
"""Under which click keeps the declared commands."""
SECTIONS: Mapping[Message, tuple[str, ...]] = {
    Message("clihelp.section.set_up"): ("init", "access", "policy", "completion"),
    Message("clihelp.section.run"): ("serve", "work"),
    Message("clihelp.section.use"): ("run", "request", "audit"),
    Message("clihelp.section.maintain"): ("doctor", "outbox", "backup", "restore", "database", "key"),
    Message("clihelp.section.try_out"): ("play", "simulate"),
}
ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "audit": ("audit.audit_command", "audit"),
    "completion": ("completion", "completion"),
    "database": ("commands.backup_command", "database"),
    "restore": ("commands.backup_command", "put_back"),
    "work": ("commands.serve_command", "work"),
}
"""The module and the name of a command where they are not its own word."""
HELP_SIGNS = frozenset({HELP, *list_words(HELP_WORDS), *SIGNS}) - {"--help", "-h"}
"""Last words that ask for help; click has the other two as options."""
LONGEST_PATH = 2
OWN = tuple(chain.from_iterable(SECTIONS.values()))


def own_command(name: str) -> click.Command:
    """Import one of the terminal's own commands: each run has one of them, and pays for no other."""
    module, found = ELSEWHERE.get(name, (f"commands.{name}_command", name))
    command: click.Command = getattr(import_module(f"bot.cli.{module}"), found)
    return command


class Root(Group):
    """The built-in commands in sections, then those of the plugins."""

    def main(self, *args: Any, **extra: Any) -> Any:
        terminal = extra.get("obj") or Terminal()
        extra["obj"] = terminal
        if VARIABLE in os.environ:
            with silence_stderr(), speak(terminal.language), show_names(terminal.names):
                return super().main(*args, **extra)
        with speak(terminal.language), show_names(terminal.names):
            return self._main(terminal, *args, **extra)

    def _main(self, terminal: Terminal, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except PluginError as error:
            sys.exit(print_error(error, as_json=terminal.as_json, hidden=terminal.hidden))
        except Exception:  # The edge of the terminal: the person gets a sentence, the log has the rest.
            incident = incident_id()
            log.exception("a command failed (%s)", incident, extra={"action": "command_failed", "incident": incident})
            failure = PluginError(Message("cli.fault"), hint=Message("cli.fault.reference", incident=incident))
            sys.exit(print_error(failure, as_json=terminal.as_json, hidden=terminal.hidden))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note --json before anything can be wrong with the rest: errors are told in the same form as answers."""
        ctx.ensure_object(Terminal).as_json = "--json" in args
        ctx.meta[TYPED] = tuple(args)
        with _explain_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        refuse_typed_secrets(ctx.ensure_object(Terminal), ctx.meta.get(TYPED, ()))
        with _explain_usage_errors(ctx), _tell_abort(ctx):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*sorted(OWN), *self._declared(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OWN:
            return own_command(cmd_name)
        noun = ctx.ensure_object(Terminal).declared.commands.name_noun(cmd_name)
        return own_command(noun) if noun in OWN else self._declared(ctx).get(noun)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        args = _ask_help(ctx, args)
        if args[0] not in OWN:
            # What the plugins declare is read only for words that are not the terminal's own: it takes time to load.
            args = _join_noun(ctx.ensure_object(Terminal).declared.commands, args)
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise unknown(
                ctx, Message("typed.unknown_command", command=shorten_typed(args[0])), args, self.list_commands(ctx)
            )
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = super().shell_complete(ctx, incomplete)
        if incomplete.isascii():
            return found
        return [*found, *foreign_items(ctx.ensure_object(Terminal).declared.commands.nouns, incomplete)]

    def _declared(self, ctx: click.Context) -> dict[str, click.Command]:
        """What the declarations add to the terminal's own commands, made once a run."""
        made: dict[str, click.Command] | None = ctx.meta.get(DECLARED)
        if made is None:
            made = ctx.meta[DECLARED] = _make_declared(ctx.ensure_object(Terminal).declared)
        return made

    def shown_word(self, ctx: click.Context, name: str) -> str:
        return spell_noun_of(ctx.ensure_object(Terminal).declared.commands, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in SECTIONS.items():
            rows = ((self.shown_word(ctx, name), own_command(name)) for name in names)
            write_section(formatter, title, list(command_rows(rows)))
        declared = {self.shown_word(ctx, name): one for name, one in self._declared(ctx).items()}
        here = {
            name: one
            for name, one in declared.items()
            if isinstance(one, DeclaredCommand) and one.declared.in_slack is None
        }
        both = {name: one for name, one in declared.items() if name not in here}
        write_section(formatter, Message("clihelp.section.plugins"), list(command_rows(here.items())))
        write_section(formatter, Message("clihelp.section.slack"), list(command_rows(both.items())))


def _make_declared(declared: DeclaredCommands) -> dict[str, click.Command]:
    single = {one.noun: DeclaredCommand(one) for one in declared.commands if not one.verb}
    names = dict.fromkeys(one.noun for one in declared.commands if one.verb)
    groups = {name: CommandGroup(name, help=declared.helps.get(name, "")) for name in names}
    return {name: made for name, made in {**single, **groups}.items() if name not in OWN}


def _ask_help(ctx: click.Context, args: list[str]) -> list[str]:
    """The words as those of `help` where they end in a word that asks for it; click reads its options by itself."""
    if fold(args[-1]) not in HELP_SIGNS or args[0] == "run" or "--" in args:
        return args
    if args[0] in OWN:
        return [HELP, *args[:-1]] if len(args) <= LONGEST_PATH + 1 else args
    kept = find_asked_words(ctx.ensure_object(Terminal).declared.commands, args)
    return args if kept is None else [HELP, *(args[at] for at in kept)]


def _join_noun(commands: Commands, args: list[str]) -> list[str]:
    """The words with one noun in place of two that stand for it together, as “кто я” does."""
    noun = commands.nouns.get(" ".join(map(fold, args[:2])), "") if len(args) > 1 else ""
    return [noun, *args[2:]] if noun else args


@contextmanager
def _explain_usage_errors(ctx: click.Context) -> Iterator[None]:
    """Say in the bot's own sentences what click finds wrong with the words. A group without a word gets its help."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise explain_usage_error(error, ctx.meta[TYPED]) from None


@contextmanager
def _tell_abort(ctx: click.Context) -> Iterator[None]:
    """Say it in the reader's language when somebody interrupts a command or ends the input at a question."""
    try:
        yield
    except (click.Abort, KeyboardInterrupt, EOFError):
        # The cursor stands behind a question or a ^C.
        click.echo(f"\n{plain(Message('cli.aborted'))}", err=True)
        ctx.exit(1)


@click.group(
    cls=Root,
    help=Message("clihelp.program"),
    details=Message("clihelp.program.details"),
    context_settings={"max_content_width": 110},
)
@click.version_option(
    __version__, prog_name="b24bot", message="%(prog)s %(version)s", cls=Option, help=Message("clihelp.option.version")
)
def root() -> None:
    """`b24bot`: the terminal of the bot."""


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets its number, not a fault.
            stream.reconfigure(errors="backslashreplace")
    root.main(prog_name="b24bot")
