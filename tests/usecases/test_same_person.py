"""Two accounts of one person are one person, whichever of them acts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.audit import Tag
from bot.core.change import Status
from bot.core.people import People
from bot.core.policy import Terms
from bot.core.principals import Principal, Role
from bot.usecases import buttons
from bot.usecases.access import grant_role
from tests.usecases.office import ANTON, IDA, OLGA, SHELL, VERA, Office


@pytest.mark.parametrize("button", [buttons.APPROVE, buttons.REJECT])
@pytest.mark.parametrize("requester", [OLGA, SHELL])
def test_the_other_account_of_the_requester_decides_nothing(office: Office, requester: Principal, button: str) -> None:
    office.ctx.people = People.of([(requester, ANTON)])
    change = office.ask("thing remove one", requester)
    told = office.press(ANTON, change, button)
    assert told == "You asked for this with another account; somebody else has to approve it."
    assert office.now(change).status is Status.PENDING
    (record,) = office.records(Tag.REVIEW_REFUSED)
    assert (record.actor, record.facts["reason"]) == (ANTON.id, told)
    assert office.press(VERA, change, buttons.APPROVE) == ""


def test_one_person_makes_no_quorum_of_two(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.ctx.people = People.of([(ANTON, VERA)])
    assert office.press(ANTON, change) == ""
    told = office.press(VERA, change)
    assert told == "You have approved CR-1001 with another account already, and one person counts once."
    assert [review.reviewer for review in office.now(change).reviews] == [ANTON]
    assert [record.facts["reason"] for record in office.records(Tag.REVIEW_REFUSED)] == [told]
    assert office.press(ANTON, change) == "You have approved CR-1001 already; it has 1 of 2."
    assert office.press(IDA, change) == ""
    assert office.now(change).status is Status.APPROVED


def test_who_turns_out_to_be_one_person_before_it_is_run_counts_once(make_office: Callable[..., Office]) -> None:
    """The setting was made, and the bot started again, between the approvals and the call."""
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    office.press(VERA, change)
    office.ctx.people = People.of([(ANTON, VERA)])
    office.work()
    assert office.now(change).outcome == "Nothing was sent: only 1 of 2 approvals still count by the allow-list."
    assert office.toy.calls == []


def test_who_turns_out_to_have_asked_does_not_count_when_it_is_run(office: Office) -> None:
    change = office.approved()
    office.ctx.people = People.of([(OLGA, ANTON)])
    office.work()
    assert "only 0 of 1 approvals still count" in office.now(change).outcome
    assert office.toy.calls == []


def test_one_account_neither_confirms_nor_withdraws_what_the_other_asked_for(office: Office) -> None:
    grant_role(office.store, ANTON, Role.ADMIN, by=SHELL)
    office.ctx.people = People.of([(OLGA, ANTON)])
    change = office.ask("thing paint one")
    assert office.press(ANTON, change, buttons.CONFIRM) == "Only the person who asked can confirm this."
    assert "Only the person who asked" in office.press(ANTON, change, buttons.WITHDRAW)
    assert office.now(change).status is Status.PENDING
