"""What is wrong with the words of the terminal's own commands, in the sentences that declared commands have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import click

from bot.cli.help_page import Argument, Choice, Command, Group, Option, label_of, spell_name
from bot.core.bot_errors import WordsError
from bot.core.parsing.guesses import shorten_typed
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.typed_line import IN_MARKS
from bot.plugin import Message, PluginError, Text


def explain_usage_error(error: click.UsageError, args: Sequence[str]) -> WordsError:
    """The error that click has found in these arguments of the program."""
    if isinstance(error, click.BadOptionUsage):
        return _about_value(error.option_name, args)
    ctx = error.ctx
    if ctx is None:
        return WordsError(error.format_message())
    path = ctx.command_path.split()[1:]
    words = list(args[len(path) :]) if list(args[: len(path)]) == path else []
    sentence = _sentence(error, ctx, words)
    meant = _with_whole_values(ctx, path, words)
    if meant:
        return WordsError(sentence, hint=IN_MARKS, suggestion=meant)
    return WordsError(sentence, hint=_hint(error, ctx))


def list_known(path: str, names: Sequence[str]) -> Message:
    """The hint that lists the subcommands behind a path; those of the program itself where it is empty."""
    if path:
        return Message("typed.subcommands", command=path, subcommands=tuple(names))
    return Message("cli.usage.commands", commands=tuple(names))


def _about_value(option: str, args: Sequence[str]) -> WordsError:
    """An option without its value, or one with a value that takes none."""
    if any(word.startswith(f"{option}=") for word in args):
        return WordsError(
            Message("typed.value_refused", option=option), hint=Message("typed.option_alone", option=option)
        )
    return WordsError(Message("typed.value_missing", option=option), hint=Message("cli.usage.value", option=option))


def _sentence(error: click.UsageError, ctx: click.Context, words: Sequence[str]) -> Text:
    command = _path(ctx) or ctx.command_path
    left = _left_over(ctx, words)
    match error:
        case click.NoSuchOption():
            return Message("typed.unknown_option", command=command, option=shorten_typed(error.option_name))
        case click.MissingParameter(param=Argument() | Option() as parameter):
            return Message("typed.argument_missing", command=command, argument=_label(parameter), help=parameter.text)
        case click.BadParameter(param=click.Parameter() as parameter):
            return _about_wrong_value(_label(parameter), parameter.type, error.message)
        case _ if left and isinstance(ctx.command, click.Group):
            return Message("typed.unknown_subcommand", subcommand=shorten_typed(left[0]))
        case _ if left:
            return Message("typed.unexpected_words", command=command, words=shorten_typed(" ".join(left)))
        case _:
            return error.format_message()


def _path(ctx: click.Context) -> str:
    """The words of a command without the program's own name, as the reader types them."""
    path = ctx.command.shown_path(ctx) if isinstance(ctx.command, Command) else ctx.command_path
    return " ".join(path.split()[1:])


def _hint(error: click.UsageError, ctx: click.Context) -> Text:
    group = ctx.command if isinstance(ctx.command, click.Group) else None
    if isinstance(error, click.NoSuchOption):
        hint = _options_hint(ctx, error.option_name)
        return Message("cli.usage.place_of_options", hint=hint) if group else hint
    names = group.list_commands(ctx) if group else ()
    shown = [group.shown_word(ctx, name) for name in names] if isinstance(group, Group) else names
    return list_known(_path(ctx), shown) if group else " ".join(ctx.get_usage().split())


def _label(parameter: click.Parameter) -> Text:
    return spell_name(parameter) if isinstance(parameter, click.Option) else label_of(parameter)


def _options(command: click.Command) -> Iterator[click.Option]:
    return (parameter for parameter in command.params if isinstance(parameter, click.Option))


def _about_wrong_value(name: Text, kind: click.ParamType[Any], cause: str) -> Message:
    match kind:
        case click.IntRange(min=int(least), max=int(most)):
            return Message("cli.usage.number", name=name, least=least, most=most)
        case Choice(typed=typed):
            return Message("cli.usage.choice", name=name, choices=typed)
        case click.Choice():
            return Message("cli.usage.choice", name=name, choices=tuple(map(str, kind.choices)))
        case _:
            return Message("cli.usage.wrong_value", name=name, cause=cause)


def _left_over(ctx: click.Context, words: Sequence[str]) -> list[str]:
    """The words that no argument of the command takes."""
    try:
        return ctx.command.make_parser(ctx).parse_args(list(words))[1]
    except click.UsageError:
        return []


def _options_hint(ctx: click.Context, name: str) -> Message:
    known = [option for parameter in ctx.command.get_params(ctx) for option in parameter.opts if option[:1] == "-"]
    meant = find_nearest(name, known, alike=0.8)
    return Message("typed.did_you_mean", meant=meant) if meant else Message("typed.options", options=tuple(known))


def _with_whole_values(ctx: click.Context, path: Sequence[str], words: Sequence[str]) -> str:
    """The words with each option's value whole; empty where the command does not take them either."""
    guess = list(_whole(words, _with_value(ctx.command)))
    return join_words([*path, *guess]) if guess != words and _is_taken(ctx, guess) else ""


def _with_value(command: click.Command) -> frozenset[str]:
    return frozenset(name for option in _options(command) if not option.is_flag for name in option.opts)


def _whole(words: Sequence[str], options: frozenset[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        yield words[at]
        at += 1
        if words[at - 1] in options:
            value = list(takewhile(lambda word: not word.startswith("-"), words[at:]))
            yield from [" ".join(value)] if value else []
            at += len(value)


def _is_taken(ctx: click.Context, words: Sequence[str]) -> bool:
    try:
        with ctx.command.make_context(ctx.info_name, list(words), parent=ctx.parent):
            return True
    except (click.UsageError, PluginError):
        return False
