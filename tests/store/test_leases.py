"""Leases of what runs: one holder at a time, and the fence shuts out whoever had it before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change import ChangeRequest, Lease, Status
from bot.store.leases import LEASE_MS
from bot.store.store import Store
from tests.store.samples import opened


def approved(store: Store) -> ChangeRequest:
    change = opened(store)
    with store.unit_of_work():
        assert store.changes.move(change.number, Status.PENDING, Status.APPROVED)
    return change


def begun(store: Store, *, at: int = 1_000) -> Lease:
    change = approved(store)
    with store.unit_of_work():
        lease = store.leases.begin(change.number, "w1:7", at=at)
    assert lease is not None
    return lease


def hold(store: Store, lease: Lease, *, at: int = 2_000) -> bool:
    with store.unit_of_work():
        return store.leases.hold(lease, at=at)


def test_what_is_approved_is_begun_by_one(store: Store) -> None:
    lease = begun(store)
    assert lease == Lease(number=lease.number, owner="w1:7", fence=1)
    change = store.changes.require(lease.number)
    assert (change.status, change.started_at) == (Status.RUNNING, 1_000)
    with store.unit_of_work():
        assert store.leases.begin(lease.number, "w2:8", at=1_001) is None
    assert hold(store, lease)


def test_what_is_not_approved_is_not_begun(store: Store) -> None:
    change = opened(store)
    with store.unit_of_work():
        assert store.leases.begin(change.number, "w1:7", at=1) is None
    assert store.changes.require(change.number).status is Status.PENDING


def test_a_lease_runs_out_and_lasts_longer_each_time_it_is_held(store: Store) -> None:
    lease = begun(store, at=0)
    assert store.leases.ownerless(LEASE_MS - 1, alone=False) == []
    assert store.leases.ownerless(LEASE_MS, alone=False) == [lease.number]
    assert hold(store, lease, at=5_000)
    assert store.leases.ownerless(LEASE_MS, alone=False) == []
    assert store.leases.ownerless(LEASE_MS + 5_000, alone=False) == [lease.number]


def test_who_is_alone_takes_over_at_once_and_others_wait(store: Store) -> None:
    lease = begun(store, at=0)
    with store.unit_of_work():
        assert not store.leases.adopt(lease.number, 1, alone=False)
    assert hold(store, lease, at=1)
    assert store.leases.ownerless(2, alone=True) == [lease.number]
    with store.unit_of_work():
        assert store.leases.adopt(lease.number, 2, alone=True)
    assert not hold(store, lease, at=3)


@pytest.mark.parametrize("wrong", ["owner", "fence"])
def test_a_lease_of_somebody_else_holds_nothing(store: Store, wrong: str) -> None:
    lease = begun(store)
    other = replace(lease, owner="w2:8") if wrong == "owner" else replace(lease, fence=2)
    assert not hold(store, other)
    assert hold(store, lease)


def test_what_has_ended_is_not_held_nor_taken_over(store: Store) -> None:
    lease = begun(store, at=0)
    with store.unit_of_work():
        assert store.changes.move(lease.number, Status.RUNNING, Status.DONE)
    assert not hold(store, lease)
    assert store.leases.ownerless(LEASE_MS, alone=True) == []
    with store.unit_of_work():
        assert not store.leases.adopt(lease.number, LEASE_MS, alone=True)
        assert not store.leases.let_go(lease.number, lease.owner)


def test_only_its_owner_lets_go(store: Store) -> None:
    lease = begun(store, at=0)
    with store.unit_of_work():
        assert not store.leases.let_go(lease.number, "w2:8")
    assert store.leases.ownerless(1, alone=False) == []
    with store.unit_of_work():
        assert store.leases.let_go(lease.number, lease.owner)
    assert store.leases.ownerless(1, alone=False) == [lease.number]
