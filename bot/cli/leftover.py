"""The line that was meant where an option of the terminal's own commands leaves words of its value over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import click

from bot.core.tokenizer import render


def whole_values(error: click.UsageError, args: Sequence[str]) -> str:
    """The words with each option's value whole; empty where the command does not take them either."""
    ctx = error.ctx
    path = ctx.command_path.split()[1:] if ctx is not None else []
    if ctx is None or list(args[: len(path)]) != path:
        return ""
    words = list(args[len(path) :])
    guess = list(_whole(words, _with_value(ctx.command)))
    return render([*path, *guess]) if guess != words and _is_taken(ctx, guess) else ""


def _with_value(command: click.Command) -> frozenset[str]:
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return frozenset(name for option in options if not option.is_flag for name in option.opts)


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
    except click.UsageError:
        return False
