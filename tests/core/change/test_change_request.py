"""The life of a change request: every arrow there is, and none that there is not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from bot.core.change.change_request import (
    OPEN,
    TRANSITIONS,
    ChangeRequest,
    Review,
    Status,
    Verdict,
)
from bot.core.change.status_table import describe_status
from tests.core.samples import ANNA, BORIS, CHANGE
from tests.language.english import en
from tests.tables.rows import each_row

ARROWS = {
    "pending": "approved rejected withdrawn expired",
    "approved": "running gone failed changed rejected withdrawn expired",
    "running": "done gone failed unknown",
    "unknown": "done gone failed",
}


@each_row(("old", "new"), list(product(Status, Status)))
def test_exactly_the_listed_arrows_exist(old: Status, new: Status) -> None:
    assert (new in TRANSITIONS[old]) == (new in ARROWS.get(old, "").split())


@pytest.mark.parametrize("old", Status)
def test_nothing_leads_back_to_pending(old: Status) -> None:
    assert Status.PENDING not in TRANSITIONS[old]


@pytest.mark.parametrize("old", [status for status in Status if status is not Status.PENDING])
def test_only_a_pending_change_request_can_be_approved(old: Status) -> None:
    assert Status.APPROVED not in TRANSITIONS[old]


def test_an_approval_is_the_only_way_to_run() -> None:
    assert [old for old in Status if Status.RUNNING in TRANSITIONS[old]] == [Status.APPROVED]


@pytest.mark.parametrize("status", ["done", "gone", "failed", "changed", "rejected", "withdrawn", "expired"])
def test_an_ended_change_request_stays_as_it_is(status: str) -> None:
    assert TRANSITIONS[Status(status)] == frozenset()
    assert not Status(status).open


def test_no_path_visits_a_status_twice() -> None:
    """So every life ends: there is no way round in the table."""

    def walk(status: Status, seen: tuple[Status, ...]) -> None:
        assert status not in seen
        for following in TRANSITIONS[status]:
            walk(following, (*seen, status))

    walk(Status.PENDING, ())


def test_four_statuses_are_open_and_each_other_one_has_no_way_on() -> None:
    assert set(OPEN) == {Status.PENDING, Status.APPROVED, Status.RUNNING, Status.UNKNOWN}
    assert [status for status in Status if status.open] == list(OPEN)
    assert not any(TRANSITIONS[status] for status in Status if status not in OPEN)


def test_every_status_can_be_reached_from_pending() -> None:
    reached = {Status.PENDING}
    for _ in Status:
        reached |= {new for old in reached for new in TRANSITIONS[old]}
    assert reached == set(Status)


def change(*reviews: Review) -> ChangeRequest:
    """A pending change request with these reviews."""
    return replace(CHANGE, reviews=reviews)


def test_a_change_request_is_called_by_its_number() -> None:
    assert change().id == "CR-1042"


def test_approvals_and_the_rejection_are_told_apart() -> None:
    yes = Review(reviewer=ANNA, verdict=Verdict.APPROVE, at=1)
    no = Review(reviewer=BORIS, verdict=Verdict.REJECT, at=2, reason="Not today.")
    assert change(yes, no).approvals == (yes,)
    assert change(yes, no).rejection == no
    assert change(yes).rejection is None


def test_a_sentence_about_a_change_request_says_undone_and_partly_done() -> None:
    done = replace(change(), status=Status.DONE)
    assert en(describe_status(replace(done, undone_by=1050))) == "done, and undone by CR-1050"
    undone_in_part = describe_status(replace(done, undone_by=1050, partly=True))
    assert en(undone_in_part) == "partly applied, and undone by CR-1050"
    assert en(describe_status(replace(done, status=Status.FAILED, partly=True))) == "partly applied"
