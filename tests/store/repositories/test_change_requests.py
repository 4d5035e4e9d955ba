"""Change requests, their reviews and their executions, as they are stored and found again."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.core.authority.policy import Allowed, NeedsConfirmation
from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import OPEN, Review, Status, Verdict
from bot.core.change.digests import digest
from bot.plugin import CallOutcome, CallVerdict
from bot.store.repositories.change_requests import Step
from bot.store.store import Store
from tests.language.english import en, raises
from tests.store.samples import ANTON, OLGA, PATHS, PLACE, PLAN, VERA, approval, new_change, opened


def test_what_is_stored_comes_back_as_it_was(store: Store) -> None:
    new = new_change()
    with store.unit_of_work() as tx:
        change = tx.changes.open(new)
    assert change.number == 1001
    assert change.id == "CR-1001"
    assert change.status is Status.PENDING
    assert (change.place, change.plan, change.decision, change.requester) == (PLACE, new.plan, new.decision, OLGA)
    assert (change.line, change.path, change.plugin, change.reason) == (new.line, new.path, new.plugin, new.reason)
    assert (change.created_at, change.expires_at, change.channel) == (1_000, 3_601_000, "C0PS")
    assert change.digest == digest(new.path, PLACE, new.plan)
    assert (change.decided_at, change.started_at, change.ended_at, change.outcome, change.card) == (
        *(None, None, None),
        *("", None),
    )
    assert store.changes.get(1001) == change


@pytest.mark.parametrize("decision", [Allowed(), NeedsConfirmation(expires_in=5)])
def test_every_kind_of_decision_comes_back(store: Store, decision: Allowed | NeedsConfirmation) -> None:
    with store.unit_of_work() as tx:
        assert tx.changes.open(new_change(decision=decision)).decision == decision


def test_numbers_go_up_and_are_never_used_again(store: Store) -> None:
    assert [opened(store, f"thing:{n}").number for n in range(3)] == [1001, 1002, 1003]


def test_a_number_that_was_never_given_is_none_or_an_error(store: Store) -> None:
    assert store.changes.get(999) is None
    with pytest.raises(LookupError, match="no change request 999"):
        store.changes.require(999)


@pytest.mark.parametrize("status", list(Status))
def test_a_target_is_taken_while_its_change_request_is_open(store: Store, status: Status) -> None:
    change = opened(store, status=status)
    found = store.changes.open_for("toy", PLACE, "thing:one")
    assert found == ([change] if status in OPEN else [])
    assert store.changes.open_for("toy", PLACE, "thing:two") == []
    assert store.changes.open_for("toy", replace(PLACE, identity="member-2"), "thing:one") == []
    assert store.changes.open_for("other", PLACE, "thing:one") == []


def test_two_plugins_may_call_places_and_things_by_the_same_names(store: Store) -> None:
    with store.unit_of_work() as tx:
        one, other = (tx.changes.open(new_change(plugin=plugin)) for plugin in ("toy", "other"))
    assert store.changes.open_for("toy", PLACE, "thing:one") == [one]
    assert store.changes.open_for("other", PLACE, "thing:one") == [other]
    with store.unit_of_work() as tx:
        for old, new in pairwise((Status.PENDING, *PATHS[Status.DONE])):
            assert tx.changes.move(other.number, old, new)
    assert store.changes.newest_done("toy", PLACE, "thing:one") is None
    assert store.changes.newest_done("other", PLACE, "thing:one") == store.changes.get(other.number)


def test_a_target_of_several_takes_each_of_them(store: Store) -> None:
    both = opened(store, "thing:one thing:two")
    other = opened(store, "thing:three")
    assert store.changes.open_for("toy", PLACE, "thing:two") == [both]
    assert store.changes.open_for("toy", PLACE, "thing:two thing:three") == [other, both]
    assert store.changes.open_for("toy", PLACE, "thing:tw") == []


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("provable", [True, False])
def test_a_part_takes_the_whole_thing_until_only_people_can_tell(store: Store, status: Status, provable: bool) -> None:
    change = opened(store, "thing:one", part="colour", status=status, provable=provable)
    alone = status is Status.UNKNOWN and not provable
    for other, part in (("thing:one", ""), ("thing:one", "size"), ("thing:two thing:one", "size")):
        assert store.changes.open_for("toy", PLACE, other, part) == ([] if alone else [change])
    assert store.changes.open_for("toy", PLACE, "thing:one", "colour") == [change]
    assert store.changes.open_for("toy", PLACE, "thing:two", "colour") == []


def test_what_was_done_to_a_part_is_found_by_that_part_alone(store: Store) -> None:
    change = opened(store, "thing:one", part="colour", status=Status.DONE)
    assert store.changes.newest_done("toy", PLACE, "thing:one", "colour") == change
    assert store.changes.newest_done("toy", PLACE, "thing:one", "size") is None
    assert store.changes.newest_done("toy", PLACE, "thing:one") is None


@pytest.mark.parametrize("status", list(Status))
def test_the_file_itself_allows_one_open_change_request_for_a_target(store: Store, status: Status) -> None:
    opened(store, status=status)
    if status in OPEN:
        with raises(StoreUnavailable, match="(?i)unique"), store.unit_of_work() as tx:
            tx.changes.open(new_change())
    else:
        opened(store)


def test_the_same_target_at_two_portals_is_two_targets(store: Store) -> None:
    """The portal is known by its lasting identity, whatever it is called."""
    opened(store)
    with store.unit_of_work() as tx:
        tx.changes.open(new_change(place=replace(PLACE, identity="member-2")))
    with raises(StoreUnavailable, match="(?i)unique"), store.unit_of_work() as tx:
        tx.changes.open(new_change(place=replace(PLACE, name="renamed", label="new.bitrix24.com")))


def test_only_the_first_takes_an_arrow(store: Store) -> None:
    change = opened(store)
    with store.unit_of_work() as tx:
        assert tx.changes.move(
            change.number, Status.PENDING, Status.APPROVED, changes={"decided_at": 5, "outcome": "yes"}
        )
        assert not tx.changes.move(change.number, Status.PENDING, Status.REJECTED, changes={"outcome": "no"})
    stored = store.changes.require(change.number)
    assert (stored.status, stored.decided_at, stored.outcome) == (Status.APPROVED, 5, "yes")


def test_an_arrow_of_a_number_that_does_not_exist_is_not_taken(store: Store) -> None:
    with store.unit_of_work() as tx:
        assert not tx.changes.move(5, Status.PENDING, Status.APPROVED)


def test_a_note_leaves_the_status_and_the_other_columns(store: Store) -> None:
    change = opened(store)
    with store.unit_of_work() as tx:
        tx.changes.note(change.number, {"card": "1.5", "channel": "C2"})
        tx.changes.note(change.number, {"card": None})
    stored = store.changes.require(change.number)
    assert stored == replace(change, card="1.5", channel="C2")


def test_a_typed_secret_that_the_plan_says_in_another_sentence_is_shown_nowhere(store: Store) -> None:
    plan = replace(PLAN, warnings=("The last name is Hunter2go.",), target="thing:Hunter2go")
    typed = replace(new_change(), line='thing greet "password Hunter2go"', plan=plan)
    with store.unit_of_work() as tx:
        change = tx.changes.open(typed)
    assert "‹secret, 9 characters, #" in en(change.plan.warnings[0])
    assert change.plan.target == plan.target, "what others are kept away from is known by its name"
    assert store.changes.exact(change).plan == plan


def test_a_column_that_is_not_for_notes_is_refused(store: Store) -> None:
    """What a decision was made about cannot be written over: not the plan, not the requester, not the status."""
    change = opened(store)
    with pytest.raises(ValueError, match="no such column: plan, requester, status"), store.unit_of_work() as tx:
        tx.changes.note(change.number, {"plan": "{}", "status": "done", "requester": "T1:U1", "card": "1"})
    assert store.changes.require(change.number) == change


def test_with_status_gives_the_newest_first_and_no_more_than_asked(store: Store) -> None:
    for n in range(4):
        opened(store, f"thing:{n}", status=Status.DONE if n % 2 else Status.PENDING)
    assert [change.number for change in store.changes.with_status(Status)] == [1004, 1003, 1002, 1001]
    assert [change.number for change in store.changes.with_status([Status.DONE])] == [1004, 1002]
    assert [change.number for change in store.changes.with_status(Status, limit=1)] == [1004]
    assert store.changes.with_status([]) == []


def test_overdue_are_the_pending_ones_from_the_very_millisecond(store: Store) -> None:
    change = opened(store)
    opened(store, "thing:two", status=Status.APPROVED)
    assert store.changes.overdue(change.expires_at - 1) == []
    assert store.changes.overdue(change.expires_at) == [change]


def test_a_person_has_one_verdict_that_cannot_be_changed(store: Store) -> None:
    change = opened(store)
    with store.unit_of_work() as tx:
        assert tx.changes.review(change.number, approval(VERA, at=3))
        assert tx.changes.review(change.number, approval(ANTON, at=2))
        assert not tx.changes.review(
            change.number, Review(reviewer=VERA, verdict=Verdict.REJECT, at=9, reason="changed my mind")
        )
    stored = store.changes.require(change.number)
    assert stored.reviews == (approval(ANTON, at=2), approval(VERA, at=3))
    assert stored.approvals == stored.reviews
    assert stored.rejection is None


def test_a_call_is_intended_once(store: Store) -> None:
    change = opened(store)
    with store.unit_of_work() as tx:
        assert tx.changes.intend(change.number, 0, "thing.detach", at=5)
        assert not tx.changes.intend(change.number, 0, "thing.detach", at=6)
        assert tx.changes.intend(change.number, 1, "thing.remove", at=7)
        outcome = CallOutcome(verdict=CallVerdict.FAILED, sentence="No.", code="ERROR_X", sent_ms_ago=2)
        tx.changes.answer(change.number, 0, outcome, at=8, steady=9)
    assert store.changes.steps(change.number) == [
        Step(
            step=0,
            method="thing.detach",
            intended_at=5,
            sent_at=6,
            verdict=CallVerdict.FAILED,
            code="ERROR_X",
            sentence="No.",
        ),
        Step(step=1, method="thing.remove", intended_at=7, sent_at=None, verdict=None),
    ]


def test_what_was_seen_is_none_until_something_was(store: Store) -> None:
    change = opened(store)
    assert store.changes.seen(change.number) is None
    assert store.changes.seen(999) is None
    with store.unit_of_work() as tx:
        tx.changes.note(change.number, {"seen": "{}", "seen_steady": 7})
    assert store.changes.seen(change.number) == ("{}", 7)
