"""Changing the allow-list from the host's own shell, on the record."""

from __future__ import annotations

from bot.core.audit import Entry, Tag
from bot.core.principals import Grant, Principal, Role
from bot.store.store import Store

SEEDED = "admins_seeded"


def grant_role(store: Store, principal: Principal, role: Role, *, by: Principal) -> None:
    """Give or change a role. Takes effect at once, also in a bot that is running."""
    with store.unit_of_work():
        at = store.clock.now_ms()
        store.grants.put(Grant(principal=principal, role=role, granted_by=by.id, granted_at=at))
        store.record(Entry(tag=Tag.ACCESS_GRANTED, actor=by.id, subject=principal.id, facts={"role": role}))


def revoke_role(store: Store, principal: Principal, *, by: Principal) -> bool:
    """Take the role away; False when there was none."""
    with store.unit_of_work():
        removed = store.grants.remove(principal)
        if removed:
            store.record(Entry(tag=Tag.ACCESS_REVOKED, actor=by.id, subject=principal.id))
    return removed


def seed_admins(store: Store, admins: tuple[Principal, ...], *, by: Principal) -> int:
    """Grant admin to the people of the setting, once in the life of a database; returns how many."""
    with store.unit_of_work():
        if not admins or store.facts.get(SEEDED):
            return 0
        for principal in admins:
            grant_role(store, principal, Role.ADMIN, by=by)
        store.facts.put(SEEDED, "yes")
    return len(admins)
