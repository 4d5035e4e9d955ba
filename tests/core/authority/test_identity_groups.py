"""Accounts of one person count as one, and nobody else's do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.policy import NeedsApproval, NeedsConfirmation, check_approver
from bot.core.principals import Principal, Role
from tests.language.english import en

A, B, C, D = (Principal(team="T1", user=f"U{character}") for character in "ABCD")
anybody = st.sampled_from([A, B, C, D])


def test_without_pairs_everybody_is_only_themselves() -> None:
    people = IdentityGroups()
    assert people.same(A, A)
    assert not people.same(A, B)
    assert people.distinct([A, B, A]) == [A, B]
    assert people.accounts(A) == {A}


def test_a_chain_of_pairs_is_one_person() -> None:
    people = IdentityGroups.of([(A, B), (C, D), (B, C)])
    assert all(people.same(one, other) for one in (A, B, C, D) for other in (A, B, C, D))
    assert people.distinct([D, A, C]) == [D]


def test_pairs_join_nobody_else() -> None:
    people = IdentityGroups.of([(A, B)])
    assert people.distinct([A, C, B, D]) == [A, C, D]
    assert people.accounts(B) == {A, B}


def test_one_id_stands_for_a_person_whichever_account_acts() -> None:
    shell = Principal.shell("anna")
    people = IdentityGroups.of([(B, C), (C, shell)])
    assert {people.id_of(one) for one in (B, C, shell)} == {people.id_of(B)}
    assert people.id_of(B) in (B.id, C.id, shell.id)
    assert people.id_of(A) == A.id


@given(st.lists(st.tuples(anybody, anybody), max_size=5), anybody, anybody, anybody)
def test_being_the_same_person_holds_both_ways_and_on(
    pairs: list[tuple[Principal, Principal]], one: Principal, other: Principal, third: Principal
) -> None:
    people = IdentityGroups.of(pairs)
    assert people.same(one, one)
    assert people.same(one, other) == people.same(other, one)
    assert not (people.same(one, other) and people.same(other, third)) or people.same(one, third)
    assert all(people.same(*pair) for pair in pairs)
    assert people == IdentityGroups.of(reversed([(other, one) for one, other in pairs]))


def test_the_other_account_of_the_requester_never_approves() -> None:
    decision = NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=1)
    people = IdentityGroups.of([(A, B)])
    refused = check_approver(decision, requester=A, reviewer=B, role=Role.ADMIN, people=people)
    assert refused is not None
    assert en(refused.reason) == "You asked for this with another account. Somebody else has to approve it."
    assert check_approver(decision, requester=A, reviewer=C, role=Role.ADMIN, people=people) is None


def test_a_plan_is_confirmed_by_the_very_account_that_asked() -> None:
    """The other account's plan was shown to it, and not to this one."""
    people = IdentityGroups.of([(A, B)])
    decision = NeedsConfirmation(expires_in=1)
    assert check_approver(decision, requester=A, reviewer=B, role=Role.ADMIN, people=people) is not None
