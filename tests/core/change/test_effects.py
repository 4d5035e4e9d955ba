"""What came of a plan's effects, and the command that puts back what changed where only a part was done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.effects import Effects, compare_effects, effects_of, undo_command
from bot.plugin import Message, Observation, PartialUndo, Undo, UndoKind
from tests.core.samples import CHANGE, PLAN

LINES = {"line 1": "active", "line 2": "active", "registration": "present"}
REMOVE = replace(
    PLAN,
    before=LINES,
    wanted=dict.fromkeys(LINES),
    consequences={"line 1": "Sales is cut off.", "line 2": "Help is cut off."},
)
ACTIVATE = PartialUndo(
    line="connector activate shop", sentence="", words={"line 1": "1", "line 2": "2", "registration": None}
)
RESTORE = PartialUndo(line="connector restore shop", words={"line 1": "1", "line 2": "2", "registration": ""})
WHOLE = Undo(kind=UndoKind.FULL, sentence="", line="connector restore shop --all")


def partly_done(undo: Undo, *kept: str, read: bool = True) -> ChangeRequest:
    """A removal after which these labels are as they were."""
    return replace(
        CHANGE,
        status=Status.FAILED,
        plan=replace(REMOVE, undo=undo),
        partly=True,
        found={label: LINES[label] for label in kept} if read else None,
    )


def test_what_changed_what_did_not_and_whom_it_cut_off_are_told_apart() -> None:
    found: Observation = {"line 2": "active", "registration": "present"}
    assert compare_effects(REMOVE, found) == Effects(
        changed=("line 1",),
        same=("line 2", "registration"),
        unchanged=(
            Message("change.state", label="line 2", state="active"),
            Message("change.state", label="registration", state="present"),
        ),
        cut_off=("Sales is cut off.",),
    )
    assert compare_effects(REMOVE, {}).same == ()


def test_there_are_effects_of_what_failed_and_was_read_and_is_not_undone() -> None:
    change = partly_done(WHOLE, "line 2")
    assert effects_of(change) is not None
    assert effects_of(replace(change, undone_by=1002)) is None
    assert effects_of(replace(change, found=None)) is None
    assert effects_of(replace(change, status=Status.DONE)) is None


NOT_SO = replace(WHOLE, kind=UndoKind.NONE)
COMMANDS: list[tuple[Undo, tuple[str, ...], str]] = [
    (WHOLE, ("line 2",), "connector restore shop --all"),
    (NOT_SO, ("line 2",), ""),
    (replace(NOT_SO, partial=ACTIVATE), ("line 2", "registration"), "connector activate shop 1"),
    (replace(NOT_SO, partial=ACTIVATE), ("registration",), "connector activate shop 1 2"),
    (replace(NOT_SO, partial=ACTIVATE), ("line 1",), ""),
    (replace(WHOLE, partial=RESTORE), ("line 1",), "connector restore shop 2"),
    (replace(WHOLE, partial=RESTORE), ("line 1", "line 2"), "connector restore shop"),
    (replace(WHOLE, partial=PartialUndo()), ("line 1",), ""),
]
"""The undo, the labels that are as they were, and the command."""


@pytest.mark.parametrize(("undo", "kept", "command"), COMMANDS)
def test_the_undo_of_a_part_is_over_what_has_changed(undo: Undo, kept: tuple[str, ...], command: str) -> None:
    assert undo_command(partly_done(undo, *kept)) == command


def test_the_undo_of_what_was_done_is_the_whole_and_that_of_what_was_not_read_is_none() -> None:
    done = replace(partly_done(replace(WHOLE, partial=RESTORE)), status=Status.DONE, partly=False)
    assert undo_command(done) == "connector restore shop --all"
    assert undo_command(partly_done(replace(WHOLE, partial=RESTORE), read=False)) == ""
