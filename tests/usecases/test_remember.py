"""What a plugin wants to know of what was done is written with the ending, and only when it is done."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import Status
from bot.plugin import CallVerdict, TargetUnreachable
from tests.usecases.office import Office
from tests.usecases.toy import Script


def painted(office: Office) -> object:
    return office.store.records("toy").get("painted", "one")


def test_what_is_done_is_remembered_and_what_is_removed_is_forgotten(office: Office) -> None:
    office.approved("thing paint one")
    assert painted(office) is None
    office.work()
    assert painted(office) == {"colour": "blue"}
    office.approved("thing remove one")
    office.work()
    assert office.change().status is Status.DONE
    assert painted(office) is None


@pytest.mark.parametrize("verdict", [CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN])
def test_what_is_not_done_is_not_remembered(office: Office, verdict: CallVerdict) -> None:
    office.approved("thing paint one")
    office.toy.scripts.append(Script(verdict=verdict, effect=False))
    office.work()
    assert painted(office) is None


def test_what_turns_out_to_be_done_later_is_remembered_then(office: Office) -> None:
    office.approved("thing paint one")
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN))
    office.toy.unreadable = TargetUnreachable("It does not answer.")
    office.work()
    assert painted(office) is None
    office.toy.unreadable = None
    office.wait(20)
    assert office.change().status is Status.DONE
    assert painted(office) == {"colour": "blue"}


def test_it_stands_or_falls_with_the_ending(office: Office) -> None:
    """Nothing is remembered of what could not be recorded as done."""
    office.approved("thing paint one")
    office.toy.on_verify = office.break_audit
    office.do_jobs(1)
    assert office.change().status is Status.RUNNING
    assert painted(office) is None
