"""The allow-list is changed on the record, and the first admins are seeded once."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import StoreUnavailable
from bot.core.principals import Principal, Role
from bot.store.store import Store
from bot.usecases.admin.allow_list import SEEDED, grant_role, revoke_role, seed_admins

OLGA = Principal(team="T1", user="U0LGA")
IDA = Principal(team="T1", user="U1DA")
SHELL = Principal.shell("root")


def records(store: Store) -> list[tuple[str, str, str, object]]:
    return [(r.tag, r.actor, r.subject, r.facts.get("role")) for r in store.audit.walk()]


def test_a_grant_takes_effect_at_once_and_is_recorded_with_who_gave_it(store: Store) -> None:
    grant_role(store, OLGA, Role.OPERATOR, by=SHELL)
    grant_role(store, OLGA, Role.APPROVER, by=IDA)
    assert store.grants.role_of(OLGA) is Role.APPROVER
    (grant,) = store.grants.all()
    assert grant.granted_by == IDA.id
    assert records(store) == [
        (Tag.ACCESS_GRANTED, "local:root", OLGA.id, "operator"),
        (Tag.ACCESS_GRANTED, IDA.id, OLGA.id, "approver"),
    ]


def test_taking_a_role_away_is_recorded_if_there_was_one(store: Store) -> None:
    grant_role(store, OLGA, Role.OPERATOR, by=SHELL)
    assert revoke_role(store, OLGA, by=IDA)
    assert store.grants.role_of(OLGA) is None
    assert not revoke_role(store, OLGA, by=IDA)
    assert records(store)[1:] == [(Tag.ACCESS_REVOKED, IDA.id, OLGA.id, None)]


def test_changes_of_the_allow_list_are_news_in_the_audit_channel(store: Store) -> None:
    grant_role(store, OLGA, Role.OPERATOR, by=SHELL)
    revoke_role(store, OLGA, by=SHELL)
    assert store.outbox.counts() == {"new": 2}


def test_the_first_admins_are_seeded_once_in_the_life_of_a_database(store: Store) -> None:
    assert seed_admins(store, (OLGA, IDA), by=SHELL) == 2
    assert store.grants.role_of(IDA) is Role.ADMIN
    revoke_role(store, OLGA, by=IDA)
    assert seed_admins(store, (OLGA, IDA), by=SHELL) == 0
    assert store.grants.role_of(OLGA) is None, "who was taken off the list stays off it after a restart"


def test_nobody_in_the_setting_seeds_nobody_and_the_next_start_may(store: Store) -> None:
    assert seed_admins(store, (), by=SHELL) == 0
    assert store.facts.get(SEEDED) is None
    assert seed_admins(store, (OLGA,), by=SHELL) == 1


def test_a_seeding_that_fails_in_the_middle_has_not_happened(store: Store) -> None:
    """All of them and the note that they were seeded, or nothing."""
    with store.unit_of_work():
        store.engine.execute(
            "CREATE TRIGGER no_ida BEFORE INSERT ON grants WHEN NEW.user = 'U1DA' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(StoreUnavailable):
        seed_admins(store, (OLGA, IDA), by=SHELL)
    assert store.grants.all() == []
    assert records(store) == []
    assert store.facts.get(SEEDED) is None


def test_a_grant_that_cannot_be_recorded_is_not_given(store: Store) -> None:
    with store.unit_of_work():
        store.engine.execute(
            "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"
        )
    with pytest.raises(StoreUnavailable):
        grant_role(store, OLGA, Role.ADMIN, by=SHELL)
    assert store.grants.role_of(OLGA) is None
