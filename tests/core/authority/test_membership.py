"""How long what the chat says of an account is good for, and how a sentence about it goes on."""

from __future__ import annotations

import pytest

from bot.core.authority.membership import DISQUALIFICATIONS, FRESH_MS, Account, Membership, MembershipStatus
from tests.language.english import en


@pytest.mark.parametrize(("age", "fresh"), [(0, True), (FRESH_MS, True), (FRESH_MS + 1, False), (-1, False)])
def test_a_fact_is_good_for_a_minute_to_the_millisecond_and_never_from_the_future(age: int, fresh: bool) -> None:
    assert FRESH_MS == 60_000
    account = Account(standing=MembershipStatus.MEMBER, at=1_000_000)
    assert account.fresh(1_000_000 + age, max(age, 0)) is fresh
    assert account.fresh(1_000_000 + age, 0) is fresh


def test_by_a_clock_that_was_set_back_a_fact_is_good_for_no_longer() -> None:
    account = Account(standing=MembershipStatus.MEMBER, at=1_000_000)
    assert account.fresh(1_000_000, FRESH_MS)
    assert not account.fresh(1_000_000, FRESH_MS + 1)


def test_there_is_a_word_for_every_account_that_may_do_nothing() -> None:
    assert set(DISQUALIFICATIONS) == set(MembershipStatus) - {MembershipStatus.MEMBER}
    assert Membership(standing=MembershipStatus.MEMBER).disqualification is None
    assert all(Membership(standing=one).disqualification == words for one, words in DISQUALIFICATIONS.items())


def test_an_account_of_which_the_answer_lacks_something_is_told_with_the_name_of_that() -> None:
    found = Account(standing=MembershipStatus.UNKNOWN, at=0, missing="kind").membership
    assert found.disqualification is not None
    assert en(found.disqualification) == "Slack's answer has no `kind`"
