"""The undo button asks for the command that puts the state before back, and that is decided like any other."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from bot.usecases.authority import card_token
from bot.usecases.outcomes.follow_ups import undo_line
from bot.usecases.requests.undo import BUTTONS_LAST_MS, may_still_undo
from tests.usecases.office import ANTON, GLEB, OLGA, OPS, STRANGER, VIKTOR, Office
from tests.usecases.toy import BETA


def done(office: Office, text: str = "thing paint one") -> ChangeRequest:
    change = office.approved(text)
    office.work()
    assert office.now(change).status is Status.DONE
    return office.now(change)


def test_undoing_is_a_change_request_of_the_person_who_pressed(office: Office) -> None:
    first = done(office)
    told = office.press(ANTON, first, card_token.UNDO)
    second = office.change()
    assert "CR-1002 (Paint one) waits for you to confirm it" in told
    assert (second.requester, second.line, second.status) == (ANTON, "thing paint one --colour red", Status.PENDING)
    assert second.reason == "Undo CR-1001"
    assert second.channel == OPS
    assert len(office.toy.calls) == 1, "nothing is undone by pressing alone"


def test_undone_is_as_it_was(office: Office) -> None:
    first = done(office)
    office.press(OLGA, first, card_token.UNDO)
    office.deliver()
    assert office.press(OLGA, office.change(), card_token.CONFIRM) == ""
    office.work()
    assert office.change().status is Status.DONE
    assert office.toy.things["one"] == "red"


def test_it_is_undone_at_the_portal_where_it_was_done(office: Office) -> None:
    office.toy.known.append(BETA)
    first = done(office, "thing paint one --portal beta")
    assert undo_line(first) == "thing paint one --colour red --portal beta"
    office.press(OLGA, first, card_token.UNDO)
    assert office.change().place == first.place


@pytest.mark.parametrize("who", [GLEB, VIKTOR, STRANGER])
def test_whoever_may_not_change_may_not_undo(office: Office, who: Principal) -> None:
    first = done(office)
    assert office.press(who, first, card_token.UNDO)
    assert len(office.store.changes.with_status(Status)) == 1
    assert [record.actor for record in office.records(Tag.REVIEW_REFUSED)] == [who.id]


def test_what_is_undone_already_has_nothing_left_to_do(office: Office) -> None:
    first = done(office)
    office.toy.things["one"] = "red"
    assert office.press(OLGA, first, card_token.UNDO) == "There is no one that is not red already."


def test_a_plan_without_an_undo_has_no_line(office: Office) -> None:
    change = done(office, "thing remove one")
    assert undo_line(change) == ""
    assert office.press(OLGA, change, card_token.UNDO) == "That button does nothing any more."


def test_what_was_not_done_cannot_be_undone(office: Office) -> None:
    change = office.ask("thing paint one")
    assert undo_line(change) == ""
    assert office.press(OLGA, change, card_token.UNDO) == "That button does nothing any more."


@pytest.mark.parametrize(("late", "possible"), [(0, True), (1, False)])
def test_the_button_is_good_for_thirty_days(office: Office, late: int, possible: bool) -> None:
    change = done(office)
    assert change.ended_at is not None
    office.clock.now = change.ended_at + BUTTONS_LAST_MS + late
    assert may_still_undo(office.ctx, change) is possible


def test_a_forged_undo_is_refused_on_the_record(office: Office) -> None:
    change = done(office)
    told = office.hears(office.click(OLGA, change, card_token.UNDO, value=f"{change.number}.{'0' * 16}.{'0' * 32}"))
    assert "not one of mine" in told
    assert len(office.records(Tag.REVIEW_REFUSED)) == 1


def confirmed(office: Office, text: str = "thing paint one --colour red", who: Principal = OLGA) -> ChangeRequest:
    """Type it, confirm it, and let it run."""
    change = office.ask(text, who)
    assert office.press(who, change, card_token.CONFIRM) == ""
    office.work()
    return office.now(change)


def test_a_card_that_was_undone_says_by_which_request_and_offers_no_undo(office: Office) -> None:
    first = done(office)
    office.press(ANTON, first, card_token.UNDO)
    office.deliver()
    second = office.change()
    assert (second.undo_of, office.now(first).undone_by) == (first.number, None)
    office.press(ANTON, second, card_token.CONFIRM)
    office.work()
    now = office.now(first)
    assert now.undone_by == second.number
    assert undo_line(now) == ""
    assert "Undone by CR-1002 (Paint one), asked for by" in "\n".join(office.threads)
    assert office.press(OLGA, now, card_token.UNDO) == "CR-1001 was undone already, by CR-1002."
    assert len(office.store.changes.with_status(Status)) == 2


def test_an_undo_that_was_typed_is_one_too(office: Office) -> None:
    first = done(office)
    assert confirmed(office).undo_of == first.number
    assert office.now(first).undone_by == 1002


@pytest.mark.parametrize("text", ["thing paint one --colour green", "thing paint two"])
def test_another_change_is_no_undo(office: Office, text: str) -> None:
    first = done(office)
    assert confirmed(office, text).undo_of is None
    assert office.now(first).undone_by is None


def test_an_undo_that_was_not_done_leaves_the_button(office: Office) -> None:
    first = done(office)
    office.press(OLGA, first, card_token.UNDO)
    office.deliver()
    office.press(OLGA, office.change(), card_token.WITHDRAW)
    assert office.now(first).undone_by is None
    assert undo_line(office.now(first))


def test_a_confirmation_is_recorded_and_told_as_one_and_not_as_an_approval(office: Office) -> None:
    change = done(office)
    (record,) = office.records(Tag.PLAN_CONFIRMED)
    assert (record.actor, record.subject, record.facts["digest"]) == (OLGA.id, change.id, change.digest)
    assert office.records(Tag.REVIEW_APPROVED) == []
    told = "\n".join(office.threads)
    assert "confirmed." in told
    assert "approved" not in told
