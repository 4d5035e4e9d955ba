"""Declared commands as commands of the terminal. The words go to the bot's own parser: there is only one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import click
from click.shell_completion import CompletionItem

from bot.cli.completion import option_items, value_items
from bot.cli.help_page import (
    METAVARS,
    Command,
    Group,
    LineCommand,
    Rows,
    foreign_items,
    list_names,
    sentence,
    write_section,
)
from bot.cli.json_output import Answer, encode_reply
from bot.cli.options import json_option, yes_option
from bot.cli.output import plain, print_json, print_reply, spoken_language
from bot.cli.prompts import variable_of
from bot.cli.run_line import LineAnswer, join, perform
from bot.cli.session import Terminal
from bot.cli.usage_errors import list_known
from bot.core.authority.policy import LEAST_ROLE, OPEN_TO_ALL, RISK_NAMES
from bot.core.bot_errors import WordsError
from bot.core.parsing.guesses import shorten_typed
from bot.core.parsing.invocation import AnyCommand, offered_options
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.synonyms import fold, list_words, other_paths, spell_path, spell_word
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.typed_line import HOST_OPTION_WORDS
from bot.core.parsing.usage import describe_argument, describe_option, spell_examples
from bot.core.principals import describe_least_role
from bot.language.command_words import translate_line
from bot.language.translation import translate_argument
from bot.plugin import Message, Parameter, PlaceTerm, PluginError, Risk, Text
from bot.usecases.admin.help_pages import describe_terminal_command
from bot.usecases.special_commands.card_subcommands import refuse_card_subcommand

FOUND_PROBLEMS = 5
"""The exit code of a command that checks something and found a problem."""
HOST_OPTIONS_HELP = {
    "--reason": Message("clihelp.option.reason_for_approvers"),
    "--dry-run": Message("clihelp.option.dry_run"),
    "--break-glass": Message("clihelp.option.break_glass"),
}


class DeclaredCommand(LineCommand):
    """One declared command. click takes `--json` and `--help`; everything else is the line's."""

    def __init__(self, declared: AnyCommand) -> None:
        words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED, shell_complete=self.complete_value)
        asks = not declared.terminal and declared.risk is not Risk.READ
        super().__init__(
            declared.verb or declared.noun,
            callback=self.run,
            params=[words, yes_option(hidden=not asks), json_option(Answer)],
            help=declared.help,
            details=declared.description,
            examples=declared.examples,
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

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        shown = (one for one in self.declared.parameters if (one.required or not one.flag) and not one.arg.secret)
        language = spoken_language()
        return [plain(METAVARS["[OPTIONS]"]), *(plain(describe_argument(one, language)) for one in shown)]

    def shown_path(self, ctx: click.Context) -> str:
        return f"b24bot {spell_path(self.declared, spoken_language())}"

    def shown_examples(self, ctx: click.Context) -> list[str]:
        return [f"b24bot {translate_argument(line, spoken_language())}" for line in spell_examples(self.declared)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        shown = spell_path(self.declared, spoken_language())
        paths = (self.declared.path, *other_paths(self.declared))
        words = [(f"b24bot {path}", "") for path in paths if path != shown]
        write_section(formatter, Message("help.label.words"), words)
        with formatter.section(plain(Message("clihelp.section.who"))):
            formatter.write_text(plain(_who(self.declared)))

    def argument_rows(self, ctx: click.Context) -> Rows:
        found = (parameter for parameter in self.declared.parameters if parameter.arg.secret or not parameter.flag)
        return [(_label(parameter), _meaning(parameter)) for parameter in found]

    def option_rows(self, ctx: click.Context) -> Rows:
        declared = self.declared
        flags = (parameter for parameter in declared.parameters if parameter.flag and not parameter.arg.secret)
        own = [
            (plain(describe_option(list_names(one.option, one.arg.words), one.label)), sentence(one.arg.help))
            for one in flags
        ]
        return [*own, *_shared_options(declared), *super().option_rows(ctx)]


def _help_of(ctx: click.Context, path: Sequence[str]) -> str:
    """The help of one of the terminal's own commands."""
    for word in path:
        found = ctx.command.get_command(ctx, word) if isinstance(ctx.command, click.Group) else None
        if found is None:
            raise WordsError(Message("typed.unknown_command", command=shorten_typed(" ".join(path))))
        ctx = click.Context(found, info_name=word, parent=ctx)
    return ctx.get_help()


def _who(declared: AnyCommand) -> Message:
    if declared.in_slack is None:
        return Message("clihelp.who.terminal")
    if declared.noun in OPEN_TO_ALL:
        return Message("clihelp.who.everybody")
    return Message(
        "clihelp.who.role", role=describe_least_role(LEAST_ROLE[declared.risk]), risk=RISK_NAMES[declared.risk]
    )


def _shared_options(declared: AnyCommand) -> Iterator[tuple[str, str]]:
    helps = {declared.place_term.option: _place_help(declared.place_term), **HOST_OPTIONS_HELP}
    offered = offered_options(declared).items()
    words = {declared.place_term.option: declared.place_term.words, **HOST_OPTION_WORDS}
    yield from (
        (plain(describe_option(list_names(name, words[name]), label)), plain(helps[name])) for name, label in offered
    )


def _place_help(term: PlaceTerm) -> Message:
    language = spoken_language()
    use = translate_line(f"{term.word} use", language)
    return Message("clihelp.option.place", place=spell_word(term.word, term.words, language), command=use)


def _label(parameter: Parameter) -> str:
    return variable_of(parameter) if parameter.arg.secret else plain(describe_argument(parameter, spoken_language()))


def _meaning(parameter: Parameter) -> str:
    if not parameter.arg.secret:
        return sentence(parameter.arg.help)
    return plain(Message("clihelp.argument.secret", help=sentence(parameter.arg.help)))


class CommandGroup(Group):
    """The commands behind one word: those the terminal brings itself, and those that are declared for it."""

    def __init__(self, name: str, *, help: Text, own: Sequence[click.Command] = ()) -> None:
        super().__init__(name, help=help, commands=own)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._declared(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            # Without the plugins, which take longer to load than all the rest of a short command.
            return own
        known = ctx.ensure_object(Terminal).declared.commands
        path = known.name_path(str(self.name), cmd_name)
        own = super().get_command(ctx, path[1])
        if own is not None:
            return own
        declared = known.by_path.get(path)
        return DeclaredCommand(declared) if declared else self._find_own(cmd_name)

    def _find_own(self, word: str) -> click.Command | None:
        """One of the terminal's own commands by another word for it."""
        own = ((one, list_words(one.words)) for one in self.commands.values() if isinstance(one, Command))
        return next((one for one, words in own if fold(word) in words), None)

    def shown_path(self, ctx: click.Context) -> str:
        return f"b24bot {spell_noun_of(self._declared(ctx).values(), str(self.name))}"

    def shown_word(self, ctx: click.Context, name: str) -> str:
        declared = self._declared(ctx).get(name)
        return spell_word(name, declared.words, spoken_language()) if declared else super().shown_word(ctx, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            told = Message("typed.unknown_subcommand", subcommand=shorten_typed(args[0]))
            names = [self.shown_word(ctx, name) for name in self.list_commands(ctx)]
            raise unknown(ctx, told, args, self.list_commands(ctx), f"{self.name} ", shown=names)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The subcommands in the language of the word that is typed, or of the group's where none is typed yet."""
        commands, typed = ctx.ensure_object(Terminal).declared.commands, fold(ctx.info_name or "")
        if incomplete.isascii() and (incomplete or typed.isascii()):
            return super().shell_complete(ctx, incomplete)
        own = (list_words(one.words) for one in self.commands.values() if isinstance(one, Command))
        verbs = {**commands.verbs.get(str(self.name), {}), **dict.fromkeys(chain.from_iterable(own), "")}
        if incomplete:
            return foreign_items(verbs, incomplete)
        without = (CompletionItem(name) for name in self.list_commands(ctx) if name not in verbs.values())
        return [*map(CompletionItem, commands.list_verbs(typed)), *without]

    def _declared(self, ctx: click.Context) -> dict[str, AnyCommand]:
        commands = ctx.ensure_object(Terminal).declared.commands
        return {command.verb: command for command in commands if command.noun == self.name}


def spell_noun_of(declared: Iterable[AnyCommand], noun: str) -> str:
    """A noun for the reader, as one of its declared commands has it; as it is where it has none."""
    words = next((one.noun_words for one in declared if one.noun == noun), {})
    return spell_word(noun, words, spoken_language())


def show(told: LineAnswer, *, as_json: bool) -> None:
    """Print what came of a line. Exits with the code of a refusing place when a check found something."""
    if as_json:
        print_json(encode_reply(told.reply, place=told.place_name, change=told.change))
    else:
        print_reply(told.reply)
    if told.reply.problems:
        raise SystemExit(FOUND_PROBLEMS)


def unknown(
    ctx: click.Context,
    sentence: Message,
    words: Sequence[str],
    known: Sequence[str],
    before: str = "",
    *,
    shown: Sequence[str] = (),
) -> PluginError:
    """What to raise for a word that is no command: why the plugins cannot be asked, or the one good guess.

    `shown` are the known words as the reader types them.
    """
    trouble = ctx.ensure_object(Terminal).declared.trouble
    if trouble is not None:
        return trouble
    pressed = refuse_card_subcommand([*before.split(), *words])
    if pressed is not None:
        return pressed
    commands = ctx.ensure_object(Terminal).declared.commands
    others = commands.verbs.get(before.strip(), {}) if before else commands.nouns
    meant = find_nearest(words[0], filter(None, (*known, *others)))
    # The group in the language in which it was typed.
    front = f"{ctx.info_name} " if before else ""
    line = f"{front}{join_words([meant, *words[1:]])}" if meant else ""
    hint = "" if meant else list_known(before.strip(), shown or known)
    return WordsError(sentence, hint=hint, suggestion=line)
