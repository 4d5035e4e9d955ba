"""The allow-list as it is stored."""

from __future__ import annotations

from dataclasses import replace

from bot.core.principals import Grant, Principal, Role
from bot.store.store import Store
from tests.store.samples import ANTON, OLGA


def test_the_allow_list_gives_what_it_holds_and_nothing_else(store: Store) -> None:
    first = Grant(principal=ANTON, role=Role.APPROVER, granted_by="local:root", granted_at=1)
    with store.unit_of_work() as tx:
        tx.grants.put(first)
        tx.grants.put(Grant(principal=OLGA, role=Role.VIEWER, granted_by="local:root", granted_at=1))
    assert store.grants.role_of(ANTON) is Role.APPROVER
    assert store.grants.role_of(Principal(team="T2", user=ANTON.user)) is None
    assert store.grants.role_of(Principal.shell("root")) is Role.ADMIN
    second = replace(first, role=Role.ADMIN, granted_by=OLGA.id, granted_at=2)
    with store.unit_of_work() as tx:
        tx.grants.put(second)
        assert tx.grants.remove(OLGA)
        assert not tx.grants.remove(OLGA)
    assert store.grants.all() == [second]
