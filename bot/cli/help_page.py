"""Commands, groups, options and arguments whose help is messages, put into words when a page of help is shown.

A page has the usage, what the command does, its arguments, its options, examples, and for a group its subcommands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from bot.cli.output import plain, spoken_language
from bot.core.parsing.synonyms import ENGLISH, fold, list_words, name_value, replace_option, spell_word
from bot.core.text import capitalize_phrase
from bot.plugin import Message, Text, Words

F = TypeVar("F", bound=Callable[..., Any])
Rows = Sequence[tuple[str, str]]
HELP_NAMES = ("-h", "--help")
METAVARS = {
    "[OPTIONS]": Message("clihelp.metavar.options"),
    "COMMAND [ARGS]...": Message("clihelp.metavar.command"),
}
"""What click writes into a usage line for the options of a command and for the commands of a group."""
_ENDS = (".", "!", "?", ":", "…")


def sentence(text: Text) -> str:
    """The help of a declared argument, which is a phrase, as a sentence of a page."""
    words = capitalize_phrase(plain(text))
    return words and f"{words}{'' if words.endswith(_ENDS) else '.'}"


NO_WORDS: Words = {}
NO_VALUES: Mapping[str, Words] = {}


def list_names(option: str, words: Words) -> str:
    """An option with its name in the reader's language in front: `--причина, --reason`."""
    own = words.get(spoken_language(), ()) if spoken_language() != ENGLISH else ()
    return f"--{own[0]}, {option}" if own else option


def spell_name(option: click.Option) -> str:
    """An option by its name for the reader."""
    words = option.words if isinstance(option, Option) else NO_WORDS
    return f"--{spell_word(option.opts[0].removeprefix('--'), words, spoken_language())}"


def values_of(parameter: click.Parameter) -> Mapping[str, Words]:
    """The fixed values of an argument or an option that have other words, with these words."""
    if isinstance(parameter.type, Choice):
        return parameter.type.words
    return parameter.values if isinstance(parameter, Option | Argument) else NO_VALUES


LABELS = {
    '"COMMAND SUBCOMMAND …"': Message("clihelp.word.command_line"),
    "ACCOUNT": Message("clihelp.word.account"),
    "ADDRESS": Message("clihelp.word.address"),
    "CHANNEL": Message("clihelp.word.channel"),
    "CR-NUMBER": Message("clihelp.word.request"),
    "DURATION": Message("clihelp.word.duration"),
    "DATE": Message("clihelp.word.date"),
    "FILE": Message("clihelp.word.file"),
    "FOLDER": Message("clihelp.word.folder"),
    "FROM": Message("clihelp.word.copy_from"),
    "HASH": Message("clihelp.word.hash"),
    "KEY": Message("clihelp.word.key"),
    "LINE": Message("clihelp.word.line"),
    "NUMBER": Message("clihelp.word.number"),
    "OUTCOME": Message("clihelp.word.outcome"),
    "PORT": Message("clihelp.word.port"),
    "ROLE": Message("clihelp.word.role"),
    "SHELL": Message("clihelp.word.shell"),
    "STATUS": Message("clihelp.word.status"),
    "SUBJECT": Message("clihelp.word.subject"),
    "TAG": Message("clihelp.word.tag"),
    "TEAM:USER": Message("clihelp.word.person"),
    "TEXT": Message("clihelp.word.text"),
    "TO": Message("clihelp.word.copy_to"),
}
"""The labels of arguments and options that have a word in the reader's language."""


def label_of(parameter: click.Parameter) -> Text:
    """The label of a value in usage lines, as a message where there is one."""
    label = parameter.metavar or parameter.human_readable_name.upper()
    return LABELS.get(label, label)


class Option(click.Option):
    """An option whose help is a message. A string as `show_default` is shown as the default.

    `words` are its names in other languages, without the hyphens in front. `values` are fixed values with their words.
    """

    def __init__(
        self,
        names: Sequence[str] | None = None,
        *,
        help: Text,
        words: Words = NO_WORDS,
        values: Mapping[str, Words] = NO_VALUES,
        **attributes: Any,
    ) -> None:
        self.text, self.words, self.values = help, words, values
        super().__init__(names, **attributes)

    @property
    def help(self) -> str | None:
        """The help in words; completion in a shell shows it as well."""
        return plain(self.text)

    @help.setter
    def help(self, _: str | None) -> None:
        """Keep the message; click sets here what was given to it, which is nothing."""

    def make_metavar(self, ctx: click.Context) -> str:
        return plain(label_of(self)) if self.metavar else super().make_metavar(ctx)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (list_names(record[0], self.words), self._describe())

    def _describe(self) -> str:
        shown = self.show_default if isinstance(self.show_default, str) else str(self.default)
        return plain(Message("clihelp.with_default", help=self.text, default=shown) if self.show_default else self.text)


class Choice(click.Choice[str]):
    """Fixed values that can be typed in any language. `rows` has for each its word for the reader, and other words."""

    def __init__(self, rows: Mapping[str, tuple[Message, Words]]) -> None:
        super().__init__(list(rows))
        self.typed = tuple(typed for typed, _ in rows.values())
        self.words = {value: words for value, (_, words) in rows.items()}

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(name_value(self.words, value), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        if incomplete.isascii():
            return super().shell_complete(ctx, param, incomplete)
        return foreign_items(chain.from_iterable(map(list_words, self.words.values())), incomplete)


class Argument(click.Argument):
    """A positional argument whose help is a message. `values` are fixed values with their other words."""

    def __init__(
        self, names: Sequence[str], *, help: Text, values: Mapping[str, Words] = NO_VALUES, **attributes: Any
    ) -> None:
        self.text, self.values = help, values
        super().__init__(names, **attributes)

    def make_metavar(self, ctx: click.Context) -> str:
        words = super().make_metavar(ctx)
        label = self.metavar or self.human_readable_name.upper()
        return words.replace(label, plain(label_of(self)))


class Command(click.Command):
    """A command whose page is made of messages. `examples` are the words behind its path.

    `words` are its other names: those of the last word of its path.
    """

    def __init__(
        self,
        name: str | None,
        *,
        help: Text,
        details: Text = "",
        examples: Sequence[str] = (),
        words: Words = NO_WORDS,
        **attributes: Any,
    ) -> None:
        super().__init__(name, **attributes)
        self.summary, self.details, self.examples, self.words = help, details, tuple(examples), words

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        return list(HELP_NAMES)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [one for one in self.params if isinstance(one, Option)]
        names = {f"--{word}": one.opts[0] for one in options for word in list_words(one.words)}
        mine = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*(replace_option(names, one) for one in args[:mine]), *args[mine:]])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What click offers, or the options' names in the language that is typed."""
        if incomplete.isascii():
            return super().shell_complete(ctx, incomplete)
        options = (one for one in self.params if isinstance(one, Option) and not one.hidden)
        return foreign_items((f"--{word}" for one in options for word in list_words(one.words)), incomplete)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The sentence for lists of commands; it is wrapped there, so no limit cuts it off."""
        return sentence(self.summary)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        words = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(self.shown_path(ctx), words, prefix=f"{plain(Message('clihelp.usage'))} ")

    def shown_path(self, ctx: click.Context) -> str:
        """The words of the command, as the reader types them."""
        group = ctx.parent.command if ctx.parent else None
        if ctx.parent is None or not isinstance(group, Group):
            return ctx.command_path
        return f"{group.shown_path(ctx.parent)} {group.shown_word(ctx.parent, str(self.name))}"

    def shown_examples(self, ctx: click.Context) -> list[str]:
        """The examples as lines, as the reader types them."""
        path = self.shown_path(ctx)
        return [f"{path} {' '.join(self._spell(example.split(' ')))}".strip() for example in self.examples]

    def _spell(self, words: Sequence[str]) -> Iterator[str]:
        """Spell the words of an example: options, and values that are fixed, by their names for the reader."""
        named = {one.opts[0]: one for one in self.params if isinstance(one, Option)}
        fixed = [values_of(one) for one in self.params if isinstance(one, Argument)]
        awaited: Mapping[str, Words] | None = None
        for word in words:
            option = named.get(word)
            if option is not None:
                yield spell_name(option)
                awaited = None if option.is_flag else values_of(option)
                continue
            values = awaited if awaited is not None else fixed.pop(0) if fixed else NO_VALUES
            awaited = None
            yield spell_word(word, values.get(word, NO_WORDS), spoken_language())

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        options = (parameter for parameter in self.params if isinstance(parameter, click.Option) and parameter.required)
        words = [plain(METAVARS[piece]) if piece in METAVARS else piece for piece in super().collect_usage_pieces(ctx)]
        return [*words, *(f"{spell_name(one)} {one.make_metavar(ctx)}" for one in options)]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for paragraph in filter(None, (sentence(self.summary), plain(self.details))):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(paragraph)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Nothing: all sections are written as options are, in every release of click."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_section(formatter, Message("clihelp.section.arguments"), self.argument_rows(ctx))
        write_section(formatter, Message("clihelp.section.options"), [*self.option_rows(ctx), _help_row()])
        examples = [(line, "") for line in self.shown_examples(ctx)]
        write_section(formatter, Message("clihelp.section.examples"), examples)

    def argument_rows(self, ctx: click.Context) -> Rows:
        """The positional arguments and what they mean."""
        found = (parameter for parameter in self.params if isinstance(parameter, Argument))
        return [(parameter.make_metavar(ctx), plain(parameter.text)) for parameter in found]

    def option_rows(self, ctx: click.Context) -> Rows:
        """The options and what they mean, without the one that shows the page."""
        options = (parameter for parameter in self.params if isinstance(parameter, click.Option))
        return [row for row in (option.get_help_record(ctx) for option in options) if row]


class Group(Command, click.Group):
    """A group of commands, with a page that lists them."""

    def shown_word(self, _ctx: click.Context, name: str) -> str:
        """The word of one of its commands, as the reader types it."""
        found = self.commands.get(name)
        return spell_word(name, found.words, spoken_language()) if isinstance(found, Command) else name

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        names = ((self.shown_word(ctx, name), self.get_command(ctx, name)) for name in self.list_commands(ctx))
        write_section(formatter, Message("clihelp.section.commands"), list(command_rows(names)))


class LineCommand(Command):
    """A command whose words are a line of their own: a word that looks like an option and is none stays a word."""

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, context_settings={"ignore_unknown_options": True}, **attributes)

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        # click would find the short one also inside a word like -what.
        return [HELP_NAMES[1]]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        mine = args.index("--") if "--" in args else len(args)
        return super().parse_args(
            ctx, [*(HELP_NAMES[1] if one == HELP_NAMES[0] else one for one in args[:mine]), *args[mine:]]
        )


def foreign_items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The words that are not English and begin with what was typed."""
    begun = (word for word in words if not word.isascii() and " " not in word and word.startswith(fold(incomplete)))
    return [CompletionItem(word) for word in sorted(begun)]


def command_rows(names: Iterable[tuple[str, click.Command | None]]) -> Iterator[tuple[str, str]]:
    """Commands by their names, as rows of a section."""
    yield from ((name, command.get_short_help_str()) for name, command in names if command is not None)


def write_section(formatter: click.HelpFormatter, title: Message, rows: Rows) -> None:
    """Write a section of a page; one without rows is left out."""
    if rows:
        with formatter.section(plain(title)):
            formatter.write_dl(rows)


def _help_row() -> tuple[str, str]:
    return ", ".join(HELP_NAMES), plain(Message("clihelp.option.help"))


def command(name: str, *, help: Message, **attributes: Any) -> Callable[[Callable[..., Any]], Command]:
    """Declare a command of the terminal; see Command. Its callback's docstring is for readers of the code."""
    return click.command(name, cls=attributes.pop("cls", Command), help=help, **attributes)


def option(*names: str, help: Text, **attributes: Any) -> Callable[[F], F]:
    """Declare an option of a command."""
    decorate: Callable[[F], F] = click.option(*names, cls=Option, help=help, **attributes)
    return decorate


def argument(name: str, *, help: Text, **attributes: Any) -> Callable[[F], F]:
    """Declare a positional argument of a command."""
    decorate: Callable[[F], F] = click.argument(name, cls=Argument, help=help, **attributes)
    return decorate
