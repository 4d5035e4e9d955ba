"""An ending with a part of it done is one of its own to the reader; what is left can be asked for again."""

from __future__ import annotations

import pytest

from bot.core.audit import Tag
from bot.core.change import ChangeRequest, Status
from bot.plugin import CallVerdict
from bot.usecases import buttons
from bot.usecases.undo import BUTTONS_LAST_MS, can_ask_again
from tests.usecases.office import ANTON, OLGA, VERA, VIKTOR, Office
from tests.usecases.toy import ACME, BETA, Script

REFUSED = Script(
    verdict=CallVerdict.FAILED, effect=False, sentence="The toy refused (E_NO). Ask its owner.", code="E_NO"
)


def half_done(office: Office) -> ChangeRequest:
    """Of two things one was painted, and the other was refused."""
    change = office.approved("thing swap one two")
    office.toy.scripts.extend([Script(), REFUSED])
    office.work()
    return office.now(change)


def test_a_partly_done_change_is_told_as_such_and_not_as_plainly_failed(office: Office) -> None:
    change = half_done(office)
    assert (change.status, change.partly, change.status_word) == (Status.FAILED, True, "partly done")
    assert change.found == {"one is": "green", "two is": "red"}
    assert office.records(Tag.EXECUTION_ENDED)[-1].facts["partly"] is True
    assert "Partly done. Not every call was done" in office.threads[-1]
    office.type(OLGA, "request list")
    table = office.messenger.whispers[-1].reply.table
    assert table is not None
    assert table.rows[0][1] == "partly done"


@pytest.mark.parametrize("typed", ["'partly done'", "partly-done", "Partly_Done", "PARTLY-DONE"])
def test_a_partly_done_change_is_listed_by_the_words_that_the_reader_sees(office: Office, typed: str) -> None:
    change = half_done(office)
    assert listed(office, f"--status {typed}") == [(change.id, "partly done")]
    assert listed(office, "--status failed") == [], "it is shown with another word"


def test_an_undone_change_is_listed_as_undone_and_not_as_done(office: Office) -> None:
    change = office.approved("thing paint one")
    office.work()
    office.press(OLGA, change, buttons.UNDO)
    undo = office.change()
    office.press(OLGA, undo, buttons.CONFIRM)
    office.work()
    assert listed(office, "--status undone") == [(change.id, "undone")]
    assert listed(office, "--status done") == [(undo.id, "done")]
    assert listed(office) == [(undo.id, "done"), (change.id, "undone")]


def listed(office: Office, options: str = "") -> list[tuple[str, str]]:
    """Number and status, as `request list` shows them."""
    office.type(OLGA, f"request list {options}")
    table = office.messenger.whispers[-1].reply.table
    return [] if table is None else [(row[0], row[1]) for row in table.rows]


def test_the_code_of_a_refusal_stands_once(office: Office) -> None:
    assert half_done(office).outcome.count("E_NO") == 1


def test_what_is_left_of_a_partly_done_change_is_asked_for_again(office: Office) -> None:
    change = half_done(office)
    office.press(VERA, change, buttons.AGAIN)
    again = office.change()
    assert (again.requester, again.line, again.reason) == (VERA, "thing swap one two", "Again after CR-1001")
    assert again.plan.before == {"one is": "green", "two is": "red"}
    assert len(office.toy.calls) == 2, "nothing is done by pressing alone"


def test_what_was_refused_with_nothing_done_is_failed_and_no_part_of_it(office: Office) -> None:
    change = office.approved("thing remove one --reason 'it is old'")
    office.toy.scripts.append(REFUSED)
    office.work()
    ended = office.now(change)
    assert (ended.status, ended.partly, ended.found) == (Status.FAILED, False, {"one is": "red"})
    office.press(OLGA, ended, buttons.AGAIN)
    assert (office.change().line, office.change().reason) == ("thing remove one", "it is old")
    assert office.press(ANTON, office.change()) == ""


def test_again_means_the_same_portal_whatever_is_the_default_now(office: Office) -> None:
    office.toy.known = [ACME, BETA]
    change = office.approved("thing remove one --portal beta")
    office.toy.scripts.append(REFUSED)
    office.work()
    office.press(OLGA, change, buttons.AGAIN)
    assert (office.change().number, office.change().place) == (1002, BETA)


def test_who_may_not_ask_may_not_ask_again(office: Office) -> None:
    change = half_done(office)
    for _ in range(3):
        office.press(VIKTOR, change, buttons.AGAIN)
    assert office.change().number == change.number
    refused = office.records(Tag.REVIEW_REFUSED)
    assert [(record.actor, record.subject) for record in refused] == [(VIKTOR.id, change.id)] * 3, "none is folded"


def test_what_nothing_shows_is_not_asked_for_again_once_a_part_was_done(office: Office) -> None:
    change = office.approved("thing wave one two")
    office.toy.scripts.extend([Script(), REFUSED])
    office.work()
    ended = office.now(change)
    assert (ended.partly, can_ask_again(ended)) == (True, False)
    assert office.press(OLGA, ended, buttons.AGAIN) == "That button does nothing any more."


@pytest.mark.parametrize(("late", "possible"), [(0, True), (1, False)])
def test_asking_again_is_good_for_thirty_days(office: Office, late: int, possible: bool) -> None:
    change = half_done(office)
    office.clock.now = (change.ended_at or 0) + BUTTONS_LAST_MS + late
    office.press(OLGA, change, buttons.AGAIN)
    assert (office.change().number == 1002) is possible
