"""Changing the allow-list, on the record."""

from __future__ import annotations

from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.principals import ROLE_NAMES, Grant, Principal, Role
from bot.plugin import Message, Person, Refusal, Text, Time, iso
from bot.store.store import Store, Transaction

SEEDED = "admins_seeded"


LAST_ADMIN = Message("admin.last_admin")


def leaves_no_admin(store: Store | Transaction, principal: Principal, role: Role | None) -> bool:
    """Whether their workspace would be left without a lasting admin if this was their lasting role, or none."""
    grants = [one for one in store.grants.all() if one.lasting is Role.ADMIN]
    here = [one.principal for one in grants if one.principal.team == principal.team]
    return role is not Role.ADMIN and here == [principal]


def describe_role(grant: Grant) -> Text:
    """Describe the role of a row, with its end where it has one."""
    role = ROLE_NAMES[grant.role]
    return role if grant.ends_at is None else Message("admin.role_until", role=role, time=Time(time=grant.ends_at))


def check_length(held: Grant | None, principal: Principal, role: Role) -> None:
    """Refuse a temporary role that is not above the role that somebody has. Raises Refusal."""
    if held is None:
        return
    person = Person(person=principal.id)
    if held.lasting is not None and held.lasting.reaches(role):
        raise Refusal(
            Message("admin.length.not_above", person=person, role=ROLE_NAMES[held.lasting]),
            hint=Message("admin.length.higher_role"),
        )
    if held.role is role:
        sentence = Message("admin.length.has_already", person=person, role=describe_role(held))
        raise Refusal(sentence, hint=Message("admin.length.revoke_first"))


def set_role(
    tx: Transaction,
    principal: Principal,
    role: Role | None,
    *,
    by: Principal,
    at: int,
    request: str = "",
    length: int = 0,
) -> bool:
    """Give, change or take away a role, on the record; False when there was none to take away.

    Takes effect at once, also in a bot that is running. `request` led to it, if any did. With a `length` the role ends
    so many milliseconds later, and the lasting role below it is left.
    """
    facts: dict[str, Fact] = {"request": request} if request else {}
    if role is None:
        removed = tx.grants.remove(principal)
        if removed:
            tx.record(Entry(tag=Tag.ACCESS_REVOKED, actor=by.id, subject=principal.id, facts=facts))
        return removed
    held = tx.grants.get(principal)
    after = held.lasting if held and length else None
    grant = Grant(
        principal=principal,
        role=role,
        granted_by=by.id,
        granted_at=at,
        ends_at=at + length if length else None,
        role_after=after,
    )
    tx.grants.put(grant)
    if grant.ends_at is not None:
        facts["until"] = iso(grant.ends_at)
    if after is not None:
        facts["role_after"] = after
    tx.record(Entry(tag=Tag.ACCESS_GRANTED, actor=by.id, subject=principal.id, facts={"role": role, **facts}))
    return True


def grant_role(store: Store, principal: Principal, role: Role, *, by: Principal, length: int = 0) -> None:
    """Give or change a role, in a transaction of its own."""
    with store.unit_of_work() as tx:
        set_role(tx, principal, role, by=by, at=store.clock.now_ms(), length=length)


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
