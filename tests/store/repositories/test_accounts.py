"""What Slack last said of an account is kept with its time."""

from __future__ import annotations

from dataclasses import replace

from bot.core.authority.membership import Account, MembershipStatus
from bot.store.store import Store
from tests.store.samples import ANTON, OLGA


def test_nothing_is_known_of_who_was_not_looked_up(store: Store) -> None:
    assert store.accounts.get(OLGA) is None


def test_the_newest_answer_stands_also_when_a_clock_was_set_back(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.accounts.put(OLGA, Account(standing=MembershipStatus.MEMBER, at=5_000))
        tx.accounts.put(ANTON, Account(standing=MembershipStatus.UNKNOWN, at=5_000, missing="is_restricted"))
        tx.accounts.put(OLGA, Account(standing=MembershipStatus.GUEST, at=4_000))
    assert store.accounts.get(OLGA) == Account(standing=MembershipStatus.GUEST, at=4_000)
    assert store.accounts.get(ANTON) == Account(standing=MembershipStatus.UNKNOWN, at=5_000, missing="is_restricted")
    assert store.accounts.get(replace(OLGA, team="T2")) is None


def test_a_locale_is_kept_until_another_one_is_told(store: Store) -> None:
    for at, locale in ((1, "ru-RU"), (2, ""), (3, "en-GB")):
        with store.unit_of_work() as tx:
            tx.accounts.put(OLGA, Account(standing=MembershipStatus.MEMBER, at=at, locale=locale))
        known = store.accounts.get(OLGA)
        assert known is not None
        assert (known.at, known.locale) == (at, locale or "ru-RU")


def test_a_name_is_kept_until_another_one_is_told(store: Store) -> None:
    for at, name in ((1, "Olga"), (2, ""), (3, "Olga P.")):
        with store.unit_of_work() as tx:
            tx.accounts.put(OLGA, Account(standing=MembershipStatus.MEMBER, at=at, name=name))
            tx.accounts.put(ANTON, Account(standing=MembershipStatus.MEMBER, at=at))
        assert store.accounts.names() == {OLGA.id: name or "Olga"}
        known = store.accounts.get(OLGA)
        assert known is not None
        assert (known.at, known.name) == (at, name or "Olga")
