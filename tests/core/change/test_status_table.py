"""Every change request has one row of the status table, and no row says more than is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from bot.core.authority.policy import BreakGlass, Decision, NeedsApproval, NeedsConfirmation
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.status_table import (
    STATUS_ROWS,
    STATUS_WORDS_BY_CODE,
    describe_status,
    find_badge,
    find_status_row,
)
from bot.core.principals import Role
from bot.language.translation import translate
from tests.core.samples import BORIS, CHANGE
from tests.language.english import en

HOUR = 3_600_000
DECISIONS: tuple[Decision, ...] = (
    NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=HOUR),
    NeedsConfirmation(expires_in=HOUR),
    BreakGlass(expires_in=HOUR),
)
ENDED = (Status.DONE, Status.FAILED)


def every_change() -> list[ChangeRequest]:
    """A change request of every status and decision, and of all that tells one ending from another."""
    found = []
    for status, decision, provable, local in product(Status, DECISIONS, (True, False), (True, False)):
        plan = CHANGE.plan if provable else replace(CHANGE.plan, before={}, wanted={})
        change = replace(CHANGE, status=status, decision=decision, plan=plan, local=local)
        found.append(change)
        if status in ENDED:
            found += [replace(change, settled_by=BORIS), replace(change, undone_by=1050)]
        if status is Status.FAILED:
            found += [replace(change, partly=True), replace(change, partly=True, undone_by=1050)]
    return found


def test_every_change_request_has_a_row_and_every_row_is_that_of_some() -> None:
    assert {find_status_row(change).code for change in every_change()} == {row.code for row in STATUS_ROWS}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_two_rows_have_the_same_words(language: str) -> None:
    words = [translate(row.words, language) for row in STATUS_ROWS]
    assert len(set(words)) == len(STATUS_ROWS)


def test_the_code_of_a_bare_status_is_the_status_so_that_earlier_records_find_their_words() -> None:
    assert set(Status) <= set(STATUS_WORDS_BY_CODE)


def test_only_what_was_read_back_is_called_verified() -> None:
    for change in every_change():
        said = en(describe_status(change))
        if said == "done and verified":
            assert change.plan.provable
            assert change.settled_by is None


def test_the_word_of_a_person_and_the_reply_alone_are_named_as_such() -> None:
    blind = replace(CHANGE, status=Status.DONE, plan=replace(CHANGE.plan, before={}, wanted={}))
    assert en(describe_status(blind)) == "done according to the reply"
    assert en(describe_status(replace(blind, settled_by=BORIS))) == "done, as a person reported"
    failed = replace(CHANGE, status=Status.FAILED, settled_by=BORIS)
    assert en(describe_status(failed)) == "not done, as a person reported"
    assert translate(describe_status(replace(failed, settled_by=None)), "ru") == "не выполнен"


def test_what_was_undone_names_the_request_that_did_so() -> None:
    assert en(find_badge(replace(CHANGE, status=Status.DONE, undone_by=1050)).words) == "done, and undone by CR-1050"
