"""A person settles what reading cannot show, on the record, and nothing else can be settled so."""

from __future__ import annotations

import pytest

from bot.core.audit import Tag
from bot.core.change import ChangeRequest, Status
from bot.plugin import CallVerdict, Refusal
from bot.usecases import buttons
from bot.usecases.settle import settle_by_hand
from tests.usecases.office import OLGA, SHELL, Office
from tests.usecases.toy import Script


def unknown(office: Office, line: str) -> ChangeRequest:
    """A change request whose only answer proves nothing, and whose effect did not happen."""
    office.toy.scripts.extend([Script(verdict=CallVerdict.UNKNOWN, effect=False)] * 2)
    change = office.ask(line)
    office.press(OLGA, change, buttons.CONFIRM)
    office.wait(5)
    assert office.now(change).status is Status.UNKNOWN
    return office.now(change)


@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED])
def test_an_outcome_that_nothing_shows_is_settled_and_no_longer_in_the_way(office: Office, status: Status) -> None:
    change = unknown(office, "thing wave one two")
    office.wait(600, step=30)
    assert office.now(change).status is Status.UNKNOWN, "reading back never decides it"
    with office.store.unit_of_work():
        assert f"settled: {status}" in settle_by_hand(office.ctx, SHELL, change, status)
    assert office.now(change).status is status
    (record,) = office.records(Tag.EXECUTION_SETTLED)
    assert record.actor == SHELL.id
    assert office.ask("thing wave one two").number != change.number


def test_what_can_be_read_back_is_not_settled_by_hand(office: Office) -> None:
    change = unknown(office, "thing paint one --colour blue")
    with pytest.raises(Refusal, match="is being read back"), office.store.unit_of_work():
        settle_by_hand(office.ctx, SHELL, change, Status.DONE)
    assert office.now(change).status is Status.UNKNOWN


def test_what_has_ended_is_not_settled(office: Office) -> None:
    change = office.ask("thing wave one two")
    with pytest.raises(Refusal, match="nothing to settle"), office.store.unit_of_work():
        settle_by_hand(office.ctx, SHELL, change, Status.DONE)
