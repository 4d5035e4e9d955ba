"""Perform a command, wherever it was typed: parse, decide, plan, then answer, do at once or open a change request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, assert_never

from bot.core.audit.audit_record import PLACE_FACT, Entry, Fact, Tag
from bot.core.authority.policy import Allowed, BreakGlass, NeedsConfirmation
from bot.core.bot_errors import NotPermitted, PluginFault, StoreUnavailable
from bot.core.change.change_request import ChangeRequest
from bot.core.change.command_result import (
    CommandRefused,
    CommandResult,
    DoneAtOnce,
    NotAgreed,
    Previewed,
    RequestFound,
    RequestOpened,
    TargetTaken,
)
from bot.core.change.planned_command import Answered, Planned
from bot.core.principals import Principal
from bot.host.plugin_services import Progress
from bot.plugin import BadArgument, PluginError, TargetRefused, TargetUnreachable, Text
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.admin.builtin_plugin import perform_at_once
from bot.usecases.authority.refusal_records import record_refusal, record_refused_click
from bot.usecases.context import Context
from bot.usecases.integrity.chain_check import CHAIN
from bot.usecases.process.event_counters import COMMANDS
from bot.usecases.process.found_limits import FoundLimits
from bot.usecases.requests.approval import confirm
from bot.usecases.requests.change_opening import asks_for_same, check_can_be_decided, open_change
from bot.usecases.requests.planning import Origin, plan_or_read, refuse_unopened_form


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCommand:
    """A line, who typed it, and where answers and cards go."""

    person: Principal
    line: str
    recorded: str
    """The line as a record keeps it."""
    channel: str = ""
    answer_url: str = ""
    pressed_on: ChangeRequest | None = None
    """The change request on whose card a button stands for the line. A refused click is recorded for it each time; a
    refused line that was typed may be folded with others."""
    reason: Text = ""
    """Why the command is asked for, where a button says so instead of the line."""
    form: bool = False
    """Whether it was to be shown as a form, so that the line is not run."""


OUTCOMES: Mapping[type, str] = {
    Answered: "answered",
    Previewed: "previewed",
    DoneAtOnce: "done",
    RequestOpened: "request_opened",
    RequestFound: "request_found",
    TargetTaken: "target_taken",
    NotAgreed: "not_agreed",
}
"""The outcome of each result but a refusal, as a metric names it."""
_REFUSED: Sequence[tuple[type[PluginError], str]] = (
    (NotPermitted, "not_permitted"),
    (BadArgument, "mistyped"),
    (PluginFault, "failed"),
    (TargetRefused, "target_refused"),
    (TargetUnreachable, "target_unreachable"),
    (PluginError, "refused"),
)
NOT_STORED = "not_stored"


class Surface(Protocol):
    """What differs between the places where a command can be typed."""

    @property
    def confirms(self) -> bool:
        """Whether the person has seen and confirmed the plan when `agrees` says yes."""

    @property
    def stores_answers(self) -> bool:
        """Whether `conclude` stores something, so that it needs a transaction whatever the result is."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Yield what a long read tells its progress to."""

    def prepare(self, planned: Planned) -> None:
        """Check, before anything is changed, what this surface needs for it. Raises PluginError."""

    def agrees(self, planned: Planned) -> bool:
        """Whether others are to be asked, or the plan is to run."""

    def conclude(self, tx: Transaction, result: CommandResult) -> None:
        """Store what this surface tells of the result, in the transaction of what happened."""


def perform_command(ctx: Context, command: TypedCommand, surface: Surface) -> CommandResult:
    """Perform a command. What it changes, its record and what `surface.conclude` stores are one transaction.

    A refusal is a result. Raises StoreUnavailable: then nothing was stored, and the command may be tried again.
    """
    try:
        result = _perform(ctx, command, surface)
    except StoreUnavailable:
        # No refusal: a freeze that could not be stored just now stays.
        ctx.threads.counters.count(COMMANDS, NOT_STORED)
        raise
    except PluginError as error:
        result = CommandRefused(error=error)
    ctx.threads.counters.count(COMMANDS, name_outcome(result))
    match result:
        case Answered() | Previewed() | NotAgreed() | CommandRefused():
            if surface.stores_answers or _is_recorded(ctx.limits, command, result):
                with ctx.store.unit_of_work() as tx:
                    _conclude(tx, ctx, command, surface, result)
        case DoneAtOnce() | RequestOpened() | RequestFound() | TargetTaken():
            pass
        case _:
            assert_never(result)
    return result


def name_outcome(result: CommandResult) -> str:
    """The outcome as a metric names it."""
    if isinstance(result, CommandRefused):
        return next(word for kind, word in _REFUSED if isinstance(result.error, kind))
    return OUTCOMES[type(result)]


def _perform(ctx: Context, command: TypedCommand, surface: Surface) -> CommandResult:
    """The result: one that changed something is concluded, another is still to be."""
    if command.form:
        raise refuse_unopened_form(ctx, command.person, command.line)
    with surface.progress() as tell:
        origin = Origin(channel=command.channel, reason=command.reason)
        considered = plan_or_read(ctx, command.person, command.line, tell, origin=origin)
    match considered:
        case Answered():
            return considered
        case Planned() if considered.understood.invocation.dry_run:
            return Previewed(planned=considered)
        case Planned(decision=Allowed()):
            surface.prepare(considered)
            with ctx.store.unit_of_work() as tx:
                done = DoneAtOnce(reply=perform_at_once(tx, ctx, command.person, considered))
                return _conclude(tx, ctx, command, surface, done)
        case Planned():
            surface.prepare(considered)
            return _ask_for_decision(ctx, command, surface, considered)
        case _:
            assert_never(considered)


def _ask_for_decision(ctx: Context, command: TypedCommand, surface: Surface, planned: Planned) -> CommandResult:
    note = check_can_be_decided(ctx, command.person, planned)
    if not surface.agrees(planned):
        return NotAgreed()
    with ctx.store.unit_of_work() as tx:
        change, fresh = open_change(
            tx, ctx, command.person, planned, channel=command.channel, answer_url=command.answer_url
        )
        if fresh:
            confirmed = surface.confirms and isinstance(planned.decision, NeedsConfirmation | BreakGlass)
            if confirmed:
                confirm(tx, ctx, command.person, change)
            opened = RequestOpened(change=change, note=note or "", confirmed=confirmed)
            return _conclude(tx, ctx, command, surface, opened)
        found = RequestFound(change=change) if asks_for_same(ctx, change, planned) else TargetTaken(change=change)
        return _conclude(tx, ctx, command, surface, found)


def _conclude(
    tx: Transaction, ctx: Context, command: TypedCommand, surface: Surface, result: CommandResult
) -> CommandResult:
    """Record the result and let its surface store what it tells."""
    if _is_recorded(ctx.limits, command, result):
        _record(tx, ctx, command, result)
    surface.conclude(tx, result)
    return result


def _is_recorded(limits: FoundLimits, command: TypedCommand, result: CommandResult) -> bool:
    """Whether the result has a record here: that of a change request is written with the request."""
    if command.person.local and CHAIN in limits:
        # A record behind one that cannot be trusted would make a second log.
        return False
    match result:
        case Answered() | Previewed() | DoneAtOnce():
            return True
        case CommandRefused(error=error):
            return isinstance(error, NotPermitted)
        case RequestOpened() | RequestFound() | TargetTaken() | NotAgreed():
            return False
        case _:
            assert_never(result)


def _record(tx: Transaction, ctx: Context, command: TypedCommand, result: CommandResult) -> None:
    person = command.person
    if not isinstance(result, CommandRefused):
        facts: dict[str, Fact] = {"line": command.recorded}
        if isinstance(result, Answered) and result.place_name:
            facts[PLACE_FACT] = result.place_name
        tx.record(Entry(tag=Tag.COMMAND_RAN, actor=person.id, subject=person.id, facts=facts))
    elif command.pressed_on is not None:
        record_refused_click(tx, ctx, person, command.pressed_on, result.error.sentence)
    else:
        record_refusal(tx, ctx, person, command.recorded, result.error.sentence)
