"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from bot.cli.session import Terminal
from bot.core.redaction.redactor import shorten
from bot.core.text import one_line
from bot.usecases.admin.admin_commands import LONGEST_REASON

F = TypeVar("F", bound=Callable[..., Any])
PORT = click.IntRange(0, 65_535)
YES_HELP = "ask nothing before others are asked to approve."


_JSON: Mapping[str, Any] = {"is_flag": True, "help": "Print JSON, also for errors."}


class JsonOption(click.Option):
    """`--json`, passed as `as_json`. `data` is the type of what it prints."""

    def __init__(self, *words: Any, data: Any = None, **more: Any) -> None:
        super().__init__(*words, **more)
        self.data = data


def json_option(data: Any) -> click.Option:
    """`--json`, passed as `as_json`; it prints data of this type."""
    return JsonOption(["--json", "as_json"], data=data, **_JSON)


def yes_option() -> click.Option:
    """`--yes`, passed as `yes`."""
    return click.Option(["--yes"], is_flag=True, help=YES_HELP)


def as_json(data: Any) -> Callable[[F], F]:
    """The decorator for `--json`, which prints data of this type."""
    return click.option("--json", "as_json", cls=JsonOption, data=data, **_JSON)


def reason(function: F) -> F:
    """The decorator for `--reason`, for every command that records a change: the record has it."""
    decorate = click.option("--reason", metavar="TEXT", expose_value=False, callback=_keep, help="Why; it is recorded.")
    return decorate(function)


def _keep(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    terminal = ctx.find_root().ensure_object(Terminal)
    terminal.reason = shorten(one_line((terminal.reason_instead if value else "") or value or ""), LONGEST_REASON)


def port(default: int) -> Callable[[F], F]:
    """`--port`, where 0 picks a free one."""
    return click.option("--port", type=PORT, default=default, show_default=True, help="0 picks a free one.")
