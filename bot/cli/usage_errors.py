"""What is wrong with the words of the terminal's own commands, in the sentences that declared commands have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import click

from bot.core.bot_errors import WordsError
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.typed_line import IN_MARKS
from bot.plugin import PluginError

BEHIND = "The options of a command stand behind its name."


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


def _about_value(option: str, args: Sequence[str]) -> WordsError:
    """An option without its value, or one with a value that takes none."""
    if any(word.startswith(f"{option}=") for word in args):
        return WordsError(f"{option} takes no value.", hint=f"Type {option} alone, or leave it out.")
    return WordsError(f"{option} needs a value.", hint=f"Type it behind {option}.")


def _sentence(error: click.UsageError, ctx: click.Context, words: Sequence[str]) -> str:
    named = f"“{' '.join(ctx.command_path.split()[1:])}”" if ctx.parent is not None else ctx.command_path
    left = _left_over(ctx, words)
    match error:
        case click.NoSuchOption():
            return f"{named} has no option {error.option_name}."
        case click.MissingParameter(param=click.Parameter() as parameter):
            return f"{named} needs {_label(parameter)}."
        case click.BadParameter(param=click.Parameter() as parameter):
            return f"{_label(parameter)} has to be {_expected(parameter.type) or f'another one: {error.message}'}"
        case _ if left and isinstance(ctx.command, click.Group):
            return f"{named} has no verb “{left[0]}”."
        case _:
            return f"{named} does not take “{' '.join(left)}”." if left else error.format_message()


def _hint(error: click.UsageError, ctx: click.Context) -> str:
    group = ctx.command if isinstance(ctx.command, click.Group) else None
    if isinstance(error, click.NoSuchOption):
        hint = _options_hint(ctx, error.option_name)
        return f"{hint} {BEHIND}" if group else hint
    return f"There is: {', '.join(group.list_commands(ctx))}." if group else " ".join(ctx.get_usage().split())


def _label(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return parameter.metavar or parameter.human_readable_name.upper()


def _options(command: click.Command) -> Iterator[click.Option]:
    return (parameter for parameter in command.params if isinstance(parameter, click.Option))


def _expected(kind: click.ParamType[Any]) -> str:
    """What a value of this type is, with a full stop; empty for a type that says so itself."""
    match kind:
        case click.IntRange(min=int(least), max=int(most)):
            return f"a whole number from {least:,} to {most:,}."
        case click.Choice():
            return f"one of: {', '.join(map(str, kind.choices))}."
        case _:
            return ""


def _left_over(ctx: click.Context, words: Sequence[str]) -> list[str]:
    """The words that no argument of the command takes."""
    try:
        return ctx.command.make_parser(ctx).parse_args(list(words))[1]
    except click.UsageError:
        return []


def _options_hint(ctx: click.Context, name: str) -> str:
    known = [option for parameter in ctx.command.get_params(ctx) for option in parameter.opts if option[:1] == "-"]
    meant = find_nearest(name, known, alike=0.8)
    return f"Did you mean {meant}?" if meant else f"It takes {', '.join(known)}."


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
