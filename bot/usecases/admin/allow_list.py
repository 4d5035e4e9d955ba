"""Changing the allow-list, on the record."""

from __future__ import annotations

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.principals import Grant, Principal, Role
from bot.store.store import Store

SEEDED = "admins_seeded"


LAST_ADMIN = "They are the last admin: without one, nobody could change the allow-list from Slack any more."


def leaves_no_admin(store: Store, principal: Principal, role: Role | None) -> bool:
    """Whether their workspace would be left without an admin if they had this role, or none."""
    admins = store.grants.with_role(Role.ADMIN)
    here = [admin for admin in admins if admin.team == principal.team]
    return role is not Role.ADMIN and here == [principal]


def grant_role(store: Store, principal: Principal, role: Role, *, by: Principal, request: str = "") -> None:
    """Give or change a role. Takes effect at once, also in a bot that is running. `request` led to it, if any did."""
    with store.unit_of_work():
        at = store.clock.now_ms()
        facts: dict[str, Fact] = {"role": role, **({"request": request} if request else {})}
        store.grants.put(Grant(principal=principal, role=role, granted_by=by.id, granted_at=at))
        store.record(Entry(tag=Tag.ACCESS_GRANTED, actor=by.id, subject=principal.id, facts=facts))


def revoke_role(store: Store, principal: Principal, *, by: Principal, request: str = "") -> bool:
    """Take the role away; False when there was none."""
    with store.unit_of_work():
        removed = store.grants.remove(principal)
        if removed:
            facts: dict[str, Fact] = {"request": request} if request else {}
            store.record(Entry(tag=Tag.ACCESS_REVOKED, actor=by.id, subject=principal.id, facts=facts))
    return removed


def is_seeding_due(store: Store, admins: tuple[Principal, ...]) -> bool:
    """Whether the people of the setting were not made admins of this database yet."""
    return bool(admins) and not store.facts.get(SEEDED)


def seed_admins(store: Store, admins: tuple[Principal, ...], *, by: Principal) -> int:
    """Grant admin to the people of the setting, once in the life of a database; returns how many."""
    with store.unit_of_work():
        if not is_seeding_due(store, admins):
            return 0
        for principal in admins:
            grant_role(store, principal, Role.ADMIN, by=by)
        store.facts.put(SEEDED, "yes")
    return len(admins)
