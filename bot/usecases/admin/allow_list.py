"""Changing the allow-list, on the record."""

from __future__ import annotations

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.principals import Grant, Principal, Role
from bot.plugin import Message
from bot.store.store import Store, Transaction

SEEDED = "admins_seeded"


LAST_ADMIN = Message("admin.last_admin")


def leaves_no_admin(store: Store | Transaction, principal: Principal, role: Role | None) -> bool:
    """Whether their workspace would be left without an admin if they had this role, or none."""
    admins = store.grants.with_role(Role.ADMIN)
    here = [admin for admin in admins if admin.team == principal.team]
    return role is not Role.ADMIN and here == [principal]


def set_role(
    tx: Transaction, principal: Principal, role: Role | None, *, by: Principal, at: int, request: str = ""
) -> bool:
    """Give, change or take away a role, on the record; False when there was none to take away.

    Takes effect at once, also in a bot that is running. `request` led to it, if any did.
    """
    facts: dict[str, Fact] = {"request": request} if request else {}
    if role is None:
        removed = tx.grants.remove(principal)
        if removed:
            tx.record(Entry(tag=Tag.ACCESS_REVOKED, actor=by.id, subject=principal.id, facts=facts))
        return removed
    tx.grants.put(Grant(principal=principal, role=role, granted_by=by.id, granted_at=at))
    tx.record(Entry(tag=Tag.ACCESS_GRANTED, actor=by.id, subject=principal.id, facts={"role": role, **facts}))
    return True


def grant_role(store: Store, principal: Principal, role: Role, *, by: Principal) -> None:
    """Give or change a role, in a transaction of its own."""
    with store.unit_of_work() as tx:
        set_role(tx, principal, role, by=by, at=store.clock.now_ms())


def revoke_role(store: Store, principal: Principal, *, by: Principal) -> bool:
    """Take a role away, in a transaction of its own; False when there was none."""
    with store.unit_of_work() as tx:
        return set_role(tx, principal, None, by=by, at=store.clock.now_ms())


def is_seeding_due(store: Store, admins: tuple[Principal, ...]) -> bool:
    """Whether the people of the setting were not made admins of this database yet."""
    return bool(admins) and not store.facts.get(SEEDED)


def seed_admins(store: Store, admins: tuple[Principal, ...], *, by: Principal) -> int:
    """Grant admin to the people of the setting, once in the life of a database; returns how many."""
    with store.unit_of_work() as tx:
        if not is_seeding_due(store, admins):
            return 0
        for principal in admins:
            set_role(tx, principal, Role.ADMIN, by=by, at=store.clock.now_ms())
        tx.facts.put(SEEDED, "yes")
    return len(admins)
