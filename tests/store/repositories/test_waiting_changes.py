"""Which change requests want a reminder or their card again, and how many one person has open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.change_request import OPEN, Status
from bot.core.messages.notices import CardNotice
from bot.store.store import Store
from tests.store.samples import ANTON, OLGA, PATHS, VERA, new_change

HALF = 1_000 + 1_800_000
END = 1_000 + 3_600_000


@pytest.mark.parametrize(("now", "due"), [(HALF - 1, False), (HALF, True), (END - 1, True), (END, False)])
def test_half_over_is_between_the_middle_and_the_end(store: Store, now: int, due: bool) -> None:
    with store.unit_of_work() as tx:
        change = tx.changes.open(new_change())
    assert [one.number for one in store.changes.half_over(now)] == ([change.number] if due else [])


def test_who_was_reminded_or_has_decided_is_not_reminded(store: Store) -> None:
    with store.unit_of_work() as tx:
        reminded = tx.changes.open(new_change("thing:one"))
        decided = tx.changes.open(new_change("thing:two"))
        tx.changes.note(reminded.number, {"reminded_at": HALF})
        tx.changes.move(decided.number, Status.PENDING, Status.APPROVED)
    assert store.changes.half_over(HALF) == []
    assert store.changes.require(reminded.number).reminded_at == HALF


def test_the_open_ones_of_somebody_are_those_of_all_their_accounts(store: Store) -> None:
    with store.unit_of_work() as tx:
        for name, requester in (("a", OLGA), ("b", ANTON), ("c", VERA)):
            tx.changes.open(replace(new_change(f"thing:{name}"), requester=requester))
    assert [change.requester for change in store.changes.open_of([OLGA, ANTON])] == [ANTON, OLGA]


@pytest.mark.parametrize("status", list(Status))
def test_only_what_can_still_happen_is_open(store: Store, status: Status) -> None:
    with store.unit_of_work() as tx:
        change = tx.changes.open(new_change())
        for old, new in zip((Status.PENDING, *PATHS[status]), PATHS[status], strict=False):
            assert tx.changes.move(change.number, old, new)
    assert bool(store.changes.open_of([OLGA])) is (status in OPEN)


def test_a_card_has_stood_since_it_was_last_sent(store: Store) -> None:
    with store.unit_of_work() as tx:
        change, other = tx.changes.open(new_change("thing:a")), tx.changes.open(new_change("thing:b"))
        for number in (change.number, other.number):
            tx.outbox.put(f"card:{number}", CardNotice(number=number), at=0)
    assert store.changes.not_shown_since(10_000, now=20_000) == [], "neither has been posted"
    with store.unit_of_work() as tx:
        for at in (5_000, 6_000):
            envelope = tx.outbox.claim(9_000)
            assert envelope is not None
            tx.outbox.sent(envelope, at=at)
    assert store.changes.not_shown_since(5_000, now=20_000) == []
    assert store.changes.not_shown_since(5_001, now=20_000) == [change.number]
    assert store.changes.not_shown_since(0, now=4_999) == [change.number, other.number], "the clock was set back since"
    with store.unit_of_work() as tx:
        tx.outbox.put(f"card:{change.number}", CardNotice(number=change.number), at=9_000)
        tx.changes.move(other.number, Status.PENDING, Status.WITHDRAWN)
    assert store.changes.not_shown_since(10_000, now=20_000) == [], "one is about to be sent, the other is not pending"


def test_a_card_is_forgotten_once(store: Store) -> None:
    with store.unit_of_work() as tx:
        change = tx.changes.open(replace(new_change(), card_id="first"))
        tx.changes.note(change.number, {"card": "1.0"})
        assert change.card_id == "first"
        assert tx.changes.forget_card(change.number, "1.0", card_id="second")
        assert not tx.changes.forget_card(change.number, "1.0", card_id="third")
    now = store.changes.require(change.number)
    assert (now.card, now.card_id) == (None, "second")
