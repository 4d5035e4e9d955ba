"""Buttons in answers: each stands for a line that the person could type, and pressing it is typing that line."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.authority.policy import OPEN_TO_ALL
from bot.core.bot_errors import WordsError
from bot.core.change.command_result import CommandRefused, CommandResult
from bot.core.change.planned_command import Answered
from bot.core.messages.notices import LineButton, make_line_buttons
from bot.core.parsing.invocation import AnyCommand, understand
from bot.plugin import Message, PluginError, Risk
from bot.plugin.frozen import dataclass
from bot.usecases.context import Context

RUN_AGAIN, RUN_THIS = Message("answer.button.run_again"), Message("answer.button.run_this")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultButton:
    """A button below the answer to a command."""

    label: Message
    write: Callable[[Context, CommandResult, str], str]
    """Write its line, by the result and the line as it was typed; an empty text where it is not offered."""


def _write_reading(_: Context, result: CommandResult, typed: str) -> str:
    is_reading = isinstance(result, Answered) and _reads(result.understood.command)
    return typed if is_reading else ""


def _write_suggestion(ctx: Context, result: CommandResult, _: str) -> str:
    """The corrected line, if it is of a reading: a correction of what changes something never runs by itself."""
    error = result.error if isinstance(result, CommandRefused) else None
    if not isinstance(error, WordsError) or not error.suggestion:
        return ""
    try:
        return error.suggestion if _reads(understand(ctx.registry.typed, error.suggestion).command) else ""
    except PluginError:
        return ""


def _reads(command: AnyCommand) -> bool:
    """Whether a command only reads what may be different the next time."""
    return command.risk is Risk.READ and command.noun not in OPEN_TO_ALL


RESULT_BUTTONS = (
    ResultButton(label=RUN_AGAIN, write=_write_reading),
    ResultButton(label=RUN_THIS, write=_write_suggestion),
)
"""In the order in which they are shown. A row here is a whole button."""


def result_buttons(ctx: Context, result: CommandResult, typed: str) -> tuple[LineButton, ...]:
    """The buttons below the answer to a command."""
    return make_line_buttons((row.label, row.write(ctx, result, typed)) for row in RESULT_BUTTONS)
