"""Leases of what runs: one holder at a time, and the fence shuts out whoever had it before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.change_request import ChangeRequest, Lease, Status
from bot.store.repositories.replication.leases import LEASE_MS, Running
from bot.store.store import Store
from tests.store.samples import opened


def approved(store: Store) -> ChangeRequest:
    change = opened(store)
    with store.unit_of_work() as tx:
        assert tx.changes.move(change.number, Status.PENDING, Status.APPROVED)
    return change


def begun(store: Store, *, steady: int = 1_000) -> Lease:
    change = approved(store)
    with store.unit_of_work() as tx:
        lease = tx.leases.begin(change.number, "w1:7", at=1_000, steady=steady)
    assert lease is not None
    return lease


def hold(store: Store, lease: Lease, *, steady: int = 2_000) -> bool:
    with store.unit_of_work() as tx:
        return tx.leases.renew(lease, steady=steady)


def adopt(store: Store, seen: Running) -> bool:
    with store.unit_of_work() as tx:
        return tx.leases.take_over(seen)


def running(store: Store) -> Running:
    (found,) = store.leases.running()
    return found


def test_what_is_approved_is_begun_by_one(store: Store) -> None:
    lease = begun(store)
    assert lease == Lease(number=lease.number, owner="w1:7", fence=1)
    change = store.changes.require(lease.number)
    assert (change.status, change.started_at) == (Status.RUNNING, 1_000)
    with store.unit_of_work() as tx:
        assert tx.leases.begin(lease.number, "w2:8", at=1_001, steady=1_001) is None
    assert hold(store, lease)


def test_what_is_not_approved_is_not_begun(store: Store) -> None:
    change = opened(store)
    with store.unit_of_work() as tx:
        assert tx.leases.begin(change.number, "w1:7", at=1, steady=1) is None
    assert store.changes.require(change.number).status is Status.PENDING


def test_a_lease_runs_out_and_lasts_longer_each_time_it_is_held(store: Store) -> None:
    lease = begun(store, steady=0)
    assert running(store).lasts(LEASE_MS - 1)
    assert not running(store).lasts(LEASE_MS)
    assert hold(store, lease, steady=5_000)
    assert running(store).lasts(LEASE_MS)
    assert not running(store).lasts(LEASE_MS + 5_000)


def test_a_lease_from_before_a_restart_of_the_machine_is_over(store: Store) -> None:
    """The steady clock begins anew then; no lease that was taken since ends later than a new one would."""
    begun(store, steady=9_000_000)
    assert not running(store).lasts(60_000)


def test_who_takes_over_moves_the_fence(store: Store) -> None:
    lease = begun(store)
    assert adopt(store, running(store))
    assert not hold(store, lease)


def test_a_lease_that_was_renewed_since_it_was_looked_at_is_not_taken_over(store: Store) -> None:
    lease = begun(store)
    seen = running(store)
    assert hold(store, lease)
    assert not adopt(store, seen)
    assert hold(store, lease)


@pytest.mark.parametrize("wrong", ["owner", "fence"])
def test_a_lease_of_somebody_else_holds_nothing(store: Store, wrong: str) -> None:
    lease = begun(store)
    other = replace(lease, owner="w2:8") if wrong == "owner" else replace(lease, fence=2)
    assert not hold(store, other)
    assert hold(store, lease)


def test_what_has_ended_is_not_held_nor_taken_over(store: Store) -> None:
    lease = begun(store)
    seen = running(store)
    with store.unit_of_work() as tx:
        assert tx.changes.move(lease.number, Status.RUNNING, Status.DONE)
    assert not hold(store, lease)
    assert store.leases.running() == []
    assert not adopt(store, seen)
    with store.unit_of_work() as tx:
        assert not tx.leases.release(lease.number, lease.owner)


def test_only_its_owner_lets_go(store: Store) -> None:
    lease = begun(store)
    with store.unit_of_work() as tx:
        assert not tx.leases.release(lease.number, "w2:8")
    assert running(store).lasts(1_001)
    with store.unit_of_work() as tx:
        assert tx.leases.release(lease.number, lease.owner)
    assert not running(store).lasts(1_001)
