"""Buttons in answers: each stands for a line that the person could type, and pressing it is typing that line."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.authority.policy import OPEN_TO_ALL
from bot.core.bot_errors import WordsError
from bot.core.change.command_result import CommandRefused, CommandResult
from bot.core.change.planned_command import Answered
from bot.core.messages.notices import LineButton, keep_line_buttons
from bot.core.parsing.invocation import AnyCommand, recognize
from bot.core.parsing.partial_line import PartialLine, correct_first, read_partial_line
from bot.plugin import Message, PluginError, Refusal, Risk
from bot.plugin.frozen import dataclass
from bot.usecases.context import Context

RUN_AGAIN, RUN_THIS = Message("answer.button.run_again"), Message("answer.button.run_this")
OPEN_FORM = Message("answer.button.open_form")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultButton:
    """A button below the answer to a command."""

    label: Message
    write: Callable[[Context, CommandResult, str], str]
    """Write its line, by the result and the line as it was typed; an empty text where it is not offered."""
    form: bool = False
    """Whether it opens the form of the line."""


def _write_reading(_: Context, result: CommandResult, typed: str) -> str:
    is_reading = isinstance(result, Answered) and _reads(result.understood.command)
    return typed if is_reading else ""


def _write_suggestion(ctx: Context, result: CommandResult, typed: str) -> str:
    """The corrected line, if it is of a reading that lacks nothing."""
    found = _find_suggestion(ctx, result, typed)
    return found[0] if found is not None and _is_answered(found[1]) else ""


def _write_form(ctx: Context, result: CommandResult, typed: str) -> str:
    """Any other corrected line: a correction of what changes something never runs by itself.

    What stops is left out: it has no form, and whoever wants it types it.
    """
    found = _find_suggestion(ctx, result, typed)
    if found is None or _is_answered(found[1]) or found[1].command.risk is Risk.HALT:
        return ""
    return found[0]


def _find_suggestion(ctx: Context, result: CommandResult, typed: str) -> tuple[str, PartialLine] | None:
    """The corrected line of an answer, with what is in it; None where there is none that can be read."""
    try:
        line = _suggest_line(ctx, result, typed)
        return (line, read_partial_line(ctx.registry.typed, line)) if line else None
    except PluginError:
        return None


def _suggest_line(ctx: Context, result: CommandResult, typed: str) -> str:
    """The corrected line, or the line itself if it only lacks a value; an empty text without one. Raises WordsError.

    A message to the bot opens no form: Slack gives a trigger for a button alone.
    """
    match result:
        case CommandRefused(error=WordsError(suggestion="", incomplete=command)) if command is not None:
            return typed
        case CommandRefused(error=WordsError(suggestion=line)):
            return line
        case CommandRefused(error=Refusal(meant=meant)) | Answered(meant=meant) if meant:
            return correct_first(recognize(ctx.registry.typed, typed), meant)
    return ""


def _is_answered(partial: PartialLine) -> bool:
    """Whether a line only asks for an answer, so that it is run as it is."""
    return partial.command.risk is Risk.READ and not partial.missing


def _reads(command: AnyCommand) -> bool:
    """Whether a command only reads what may be different the next time."""
    return command.risk is Risk.READ and command.noun not in OPEN_TO_ALL


RESULT_BUTTONS = (
    ResultButton(label=RUN_AGAIN, write=_write_reading),
    ResultButton(label=RUN_THIS, write=_write_suggestion),
    ResultButton(label=OPEN_FORM, write=_write_form, form=True),
)
"""In the order in which they are shown. A row here is a whole button."""


def result_buttons(ctx: Context, result: CommandResult, typed: str) -> tuple[LineButton, ...]:
    """The buttons below the answer to a command."""
    return keep_line_buttons(
        LineButton(label=row.label, line=row.write(ctx, result, typed), form=row.form) for row in RESULT_BUTTONS
    )
