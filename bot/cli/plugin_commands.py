"""Declared commands as commands of the terminal. The words go to the bot's own parser: there is only one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from click.shell_completion import CompletionItem

from bot.cli.completion import option_items, value_items
from bot.cli.json_output import Answer, encode_reply
from bot.cli.options import YES_HELP, json_option, yes_option
from bot.cli.output import plain, print_json, print_reply
from bot.cli.run_line import LineAnswer, join, perform
from bot.cli.secret_prompts import variable_of
from bot.cli.session import Terminal
from bot.core.authority.policy import LEAST_ROLE
from bot.core.bot_errors import WordsError
from bot.core.parsing.invocation import AnyCommand, host_options
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.tokenizer import join_words
from bot.plugin import Parameter, PluginError, Risk
from bot.usecases.admin.help_pages import describe_terminal_command
from bot.usecases.card_subcommands import refuse_card_subcommand

HOST_OPTIONS_HELP = {
    "--reason": "why; approvers read it",
    "--dry-run": "only show what would happen",
    "--break-glass": "in an emergency, and where it is switched on: do not wait for approval; needs --reason",
}


class DeclaredCommand(click.Command):
    """One declared command. click takes `--json` and `--help`; everything else is the line's."""

    def __init__(self, declared: AnyCommand) -> None:
        super().__init__(
            declared.verb or declared.noun,
            callback=self.run,
            params=[
                click.Argument(["words"], nargs=-1, type=click.UNPROCESSED, shell_complete=self.complete_value),
                json_option(Answer),
                yes_option(),
            ],
            help=plain(declared.help),
            context_settings={"ignore_unknown_options": True},
        )
        self.declared = declared

    def run(self, words: tuple[str, ...], as_json: bool, yes: bool) -> None:
        terminal = click.get_current_context().ensure_object(Terminal)
        only_here = (
            describe_terminal_command(terminal.declared.commands, words)
            if self.declared.path == "help" and words
            else ""
        )
        if only_here and not as_json:
            click.echo(_help_of(click.get_current_context().find_root(), only_here.split()))
            return
        show(perform(terminal, join(self.declared, words), yes=yes, words=words), as_json=as_json)

    def complete_value(self, ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The values that fit after the words typed so far."""
        terminal = ctx.find_root().ensure_object(Terminal)
        return value_items(terminal, self.declared, ctx.params["words"] or (), incomplete)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The options of the declaration; click knows only its own."""
        return option_items(self.declared, incomplete)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        words = [parameter.usage for parameter in self.declared.parameters if not parameter.arg.secret]
        formatter.write_usage("b24bot", " ".join([self.declared.path, *words]))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        if self.declared.description:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(plain(self.declared.description))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        declared = self.declared
        rows = [(_label(parameter), _meaning(parameter)) for parameter in declared.parameters]
        if rows:
            with formatter.section("Arguments"):
                formatter.write_dl(rows)
        if declared.examples:
            with formatter.section("Examples"):
                for example in declared.examples:
                    formatter.write_text(f"b24bot {declared.path} {example}".strip())
        with formatter.section("Options"):
            formatter.write_dl(list(_options(declared)))
        with formatter.section("Who may"):
            formatter.write_text(_who(declared))


def _help_of(ctx: click.Context, path: Sequence[str]) -> str:
    """The help of one of the terminal's own commands."""
    for word in path:
        found = ctx.command.get_command(ctx, word) if isinstance(ctx.command, click.Group) else None
        if found is None:
            raise WordsError(f"There is no command “{' '.join(path)}”.")
        ctx = click.Context(found, info_name=word, parent=ctx)
    return ctx.get_help()


def _who(declared: AnyCommand) -> str:
    if declared.terminal:
        return "Whoever has this terminal; it cannot be typed in Slack."
    return f"Its risk is {declared.risk}: in Slack it needs the role {LEAST_ROLE[declared.risk]} or higher."


def _options(declared: AnyCommand) -> Iterator[tuple[str, str]]:
    term = declared.place_term
    chosen = f"the {term.word} to act on; without it your own choice, else the default ({term.word} use)"
    helps = {term.option: chosen, **HOST_OPTIONS_HELP}
    yield from ((f"{name} {label}".strip(), helps[name]) for name, label in host_options(declared).items())
    if not declared.terminal and declared.risk is not Risk.READ:
        yield "--yes", YES_HELP
    yield "--json", "print JSON, also for errors"
    yield "--help", "show this"


def _label(parameter: Parameter) -> str:
    return variable_of(parameter) if parameter.arg.secret else parameter.usage


def _meaning(parameter: Parameter) -> str:
    if parameter.arg.secret:
        return f"{plain(parameter.arg.help)}: asked for, or in this variable, or on a line of standard input"
    return plain(parameter.arg.help)


class NounGroup(click.Group):
    """The commands of one noun: those the terminal brings itself, and those that are declared for it."""

    def __init__(self, noun: str, *, help: str, own: Sequence[click.Command] = ()) -> None:
        super().__init__(noun, help=help, commands=own)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._declared(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        declared = self._declared(ctx).get(cmd_name)
        return DeclaredCommand(declared) if declared else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise unknown(
                ctx, f"“{self.name}” has no verb “{args[0]}”.", args, self.list_commands(ctx), f"{self.name} "
            )
        return super().resolve_command(ctx, args)

    def _declared(self, ctx: click.Context) -> dict[str, AnyCommand]:
        commands = ctx.ensure_object(Terminal).declared.commands
        return {command.verb: command for command in commands if command.noun == self.name}


def show(told: LineAnswer, *, as_json: bool) -> None:
    """Print what came of a line."""
    if as_json:
        print_json(encode_reply(told.reply, place=told.place_name, change=told.change))
    else:
        print_reply(told.reply)


def unknown(
    ctx: click.Context, sentence: str, words: Sequence[str], known: Sequence[str], before: str = ""
) -> PluginError:
    """What to raise for a word that is no command: why the plugins cannot be asked, or the one good guess."""
    trouble = ctx.ensure_object(Terminal).declared.trouble
    if trouble is not None:
        return trouble
    pressed = refuse_card_subcommand([*before.split(), *words])
    if pressed is not None:
        return pressed
    meant = find_nearest(words[0], known)
    line = f"{before}{join_words([meant, *words[1:]])}" if meant else ""
    return WordsError(sentence, hint="" if meant else f"There is: {', '.join(known)}.", suggestion=line)
