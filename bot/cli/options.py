"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.cli.help_page import Option, option
from bot.cli.session import Terminal
from bot.core.parsing.typed_line import HOST_OPTION_WORDS
from bot.core.redaction.redactor import shorten
from bot.core.text import one_line
from bot.plugin import Message
from bot.usecases.admin.admin_commands import LONGEST_REASON

F = TypeVar("F", bound=Callable[..., Any])
PORT = click.IntRange(0, 65_535)
PATH = click.Path(path_type=Path, readable=False)
"""A file or a folder. The command looks whether it can be read, and says so in its own words."""
YES_HELP = Message("clihelp.option.yes_ask_others")
_JSON: Mapping[str, Any] = {"is_flag": True, "help": Message("clihelp.option.json")}


class JsonOption(Option):
    """`--json`, passed as `as_json`. `data` is the type of what it prints."""

    def __init__(self, *words: Any, data: Any = None, **more: Any) -> None:
        super().__init__(*words, **more)
        self.data = data


def json_option(data: Any) -> click.Option:
    """`--json`, passed as `as_json`; it prints data of this type."""
    return JsonOption(["--json", "as_json"], data=data, **_JSON)


def yes_option(*, hidden: bool = False) -> click.Option:
    """`--yes`, passed as `yes`, for what may need a word of others."""
    return Option(["--yes"], is_flag=True, hidden=hidden, help=YES_HELP)


def as_json(data: Any) -> Callable[[F], F]:
    """The decorator for `--json`, which prints data of this type."""
    return click.option("--json", "as_json", cls=JsonOption, data=data, **_JSON)


def yes(function: F) -> F:
    """The decorator for `--yes` of a command that asks before it changes something."""
    decorate = option("--yes", is_flag=True, help=Message("clihelp.option.yes"))
    return decorate(function)


def limit(function: F) -> F:
    """The decorator for `--limit`."""
    kind, help_text = click.IntRange(1, 100_000), Message("clihelp.option.limit")
    decorate = option("--limit", type=kind, metavar="NUMBER", default=50, show_default=True, help=help_text)
    return decorate(function)


def reason(function: F) -> F:
    """The decorator for `--reason`, for every command that records a change: the record has it."""
    decorate = option(
        "--reason",
        metavar="TEXT",
        expose_value=False,
        callback=_keep,
        help=Message("clihelp.option.reason"),
        words=HOST_OPTION_WORDS["--reason"],
    )
    return decorate(function)


def _keep(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    terminal = ctx.find_root().ensure_object(Terminal)
    terminal.reason = shorten(one_line((terminal.reason_instead if value else "") or value or ""), LONGEST_REASON)


def port(default: int) -> Callable[[F], F]:
    """`--port`, where 0 picks a free one."""
    return option(
        "--port", type=PORT, metavar="PORT", default=default, show_default=True, help=Message("clihelp.option.port")
    )
