"""A command at a surface of its own: how it can end, what is recorded, and that it is one transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import NotPermitted, StoreUnavailable
from bot.core.change.change_request import Status
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
from bot.plugin import Refusal
from bot.store.store import Transaction
from bot.usecases.requests.command_performance import TypedCommand, perform_command
from tests.usecases.core_bot import GLEB, OLGA, OPS, CoreBot

REMOVE = "thing remove one"


@dataclass(slots=True)
class RecordingSurface:
    """Implements Surface. It keeps the results that it is told, and fails where it is asked to."""

    confirms: bool = False
    stores_answers: bool = False
    willing: bool = True
    """What it says when it is asked whether to go on."""
    unprepared: Exception | None = None
    """Raised before anything is changed."""
    full: Exception | None = None
    """Raised when a result is to be stored."""
    told: list[CommandResult] = field(default_factory=list)

    def progress(self) -> AbstractContextManager[Progress]:
        return nullcontext(lambda done, total, what: None)

    def prepare(self, planned: Planned) -> None:
        if self.unprepared is not None:
            raise self.unprepared

    def agrees(self, planned: Planned) -> bool:
        return self.willing

    def conclude(self, tx: Transaction, result: CommandResult) -> None:
        if self.full is not None:
            raise self.full
        self.told.append(result)


def performed(core_bot: CoreBot, surface: RecordingSurface, line: str, who: Principal = OLGA) -> CommandResult:
    command = TypedCommand(person=who, line=line, recorded=line, channel=OPS)
    return perform_command(core_bot.ctx, command, surface)


def statuses(core_bot: CoreBot) -> list[Status]:
    return [change.status for change in core_bot.store.changes.newest(limit=9)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("thing list", Answered),
        (f"{REMOVE} --dry-run", Previewed),
        ("freeze", DoneAtOnce),
    ],
)
def test_what_waits_for_nobody_is_recorded_and_told_and_opens_nothing(
    core_bot: CoreBot, line: str, kind: type[CommandResult]
) -> None:
    surface = RecordingSurface()
    result = performed(core_bot, surface, line)
    assert isinstance(result, kind)
    assert surface.told == [result]
    assert [record.facts["line"] for record in core_bot.records(Tag.COMMAND_RAN)] == [line]
    assert statuses(core_bot) == []


def test_only_a_surface_that_confirms_has_its_requester_confirm_at_once(core_bot: CoreBot) -> None:
    for thing, confirms in (("one", False), ("two", True)):
        result = performed(core_bot, RecordingSurface(confirms=confirms), f"thing paint {thing} --colour blue")
        assert isinstance(result, RequestOpened)
        assert result.confirmed is confirms
    assert statuses(core_bot) == [Status.APPROVED, Status.PENDING]


def test_what_needs_another_person_is_not_confirmed_by_a_surface(core_bot: CoreBot) -> None:
    result = performed(core_bot, RecordingSurface(confirms=True), REMOVE)
    assert isinstance(result, RequestOpened)
    assert not result.confirmed
    assert statuses(core_bot) == [Status.PENDING]


def test_the_same_is_found_and_something_else_for_its_target_is_kept_away(core_bot: CoreBot) -> None:
    performed(core_bot, RecordingSurface(), REMOVE)
    assert isinstance(performed(core_bot, RecordingSurface(), REMOVE), RequestFound)
    assert isinstance(performed(core_bot, RecordingSurface(), "thing paint one --colour blue"), TargetTaken)
    assert statuses(core_bot) == [Status.PENDING]


@pytest.mark.parametrize("stores_answers", [False, True])
def test_without_agreement_nothing_is_opened_or_recorded(core_bot: CoreBot, stores_answers: bool) -> None:
    before = len(core_bot.records())
    surface = RecordingSurface(willing=False, stores_answers=stores_answers)
    assert performed(core_bot, surface, REMOVE) == NotAgreed()
    assert surface.told == ([NotAgreed()] if stores_answers else [])
    assert len(core_bot.records()) == before
    assert statuses(core_bot) == []


def test_a_refusal_is_a_result_and_that_of_a_permission_is_recorded(core_bot: CoreBot) -> None:
    before = len(core_bot.records())
    for who, line, recorded in ((OLGA, "thing burn one", 0), (GLEB, REMOVE, 1)):
        surface = RecordingSurface()
        result = performed(core_bot, surface, line, who)
        assert isinstance(result, CommandRefused)
        assert isinstance(result.error, NotPermitted) is bool(recorded)
        assert len(surface.told) == recorded
        assert len(core_bot.records()) == before + recorded


@pytest.mark.parametrize("line", [REMOVE, "freeze"])
def test_a_surface_that_is_not_prepared_changes_nothing(core_bot: CoreBot, line: str) -> None:
    result = performed(core_bot, RecordingSurface(unprepared=Refusal("The counter is closed.")), line)
    assert isinstance(result, CommandRefused)
    assert statuses(core_bot) == []
    assert core_bot.records(Tag.COMMAND_RAN) == []


@pytest.mark.parametrize("line", [REMOVE, "freeze"])
def test_what_cannot_be_told_has_not_happened_and_is_no_refusal(core_bot: CoreBot, line: str) -> None:
    before = len(core_bot.records())
    with pytest.raises(StoreUnavailable):
        performed(core_bot, RecordingSurface(full=StoreUnavailable("The disk is full.")), line)
    assert statuses(core_bot) == []
    assert len(core_bot.records()) == before
    assert isinstance(performed(core_bot, RecordingSurface(), REMOVE), RequestOpened)
