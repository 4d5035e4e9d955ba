"""What Slack's flags make of an account, and how long that is good for."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core.standing import FLAWS, FRESH_MS, Account, Standing, standing_of

MEMBER: dict[str, object] = {
    "team_id": "T1",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
}


def test_a_member_is_who_slack_says_is_one() -> None:
    assert standing_of(MEMBER, "T1") is Standing.MEMBER


@pytest.mark.parametrize(
    ("flags", "standing"),
    [
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"is_ultra_restricted": True}, Standing.GUEST),
        ({"deleted": True}, Standing.DELETED),
        ({"deleted": True, "is_restricted": True}, Standing.DELETED),
        ({"is_bot": True}, Standing.BOT),
        ({"is_workflow_bot": True}, Standing.BOT),
        ({"is_stranger": True}, Standing.STRANGER),
        ({"team_id": "T2"}, Standing.STRANGER),
        ({"team_id": "T2", "is_restricted": True}, Standing.STRANGER),
    ],
)
def test_a_flag_takes_membership_away(flags: dict[str, object], standing: Standing) -> None:
    assert standing_of({**MEMBER, **flags}, "T1") is standing


def test_a_deactivated_account_comes_without_the_flags_of_membership() -> None:
    assert standing_of({"team_id": "T1", "deleted": True, "is_bot": False}, "T1") is Standing.DELETED


@pytest.mark.parametrize("name", sorted(MEMBER))
@pytest.mark.parametrize("value", ["absent", None, 1, "yes"])
def test_what_slack_does_not_say_plainly_never_makes_a_member(name: str, value: object) -> None:
    flags = {key: known for key, known in MEMBER.items() if key != name}
    if value != "absent":
        flags[name] = value
    known = standing_of(flags, "T1")
    if name == "is_bot" and value in ("absent", None):
        assert known is Standing.MEMBER, "a person's account may come without it"
    else:
        assert known is not Standing.MEMBER


def test_nothing_said_is_unknown() -> None:
    assert standing_of({"team_id": "T1"}, "T1") is Standing.UNKNOWN


def test_every_combination_of_flags_but_one_is_no_member() -> None:
    names = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
    found = [
        values
        for values in product((False, True), repeat=len(names))
        if standing_of({"team_id": "T1", **dict(zip(names, values, strict=True))}, "T1") is Standing.MEMBER
    ]
    assert found == [(False,) * len(names)]


@pytest.mark.parametrize(("age", "fresh"), [(0, True), (FRESH_MS, True), (FRESH_MS + 1, False), (-1, False)])
def test_a_fact_is_good_for_a_minute_to_the_millisecond_and_never_from_the_future(age: int, fresh: bool) -> None:
    assert FRESH_MS == 60_000
    account = Account(standing=Standing.MEMBER, at=1_000_000)
    assert account.fresh(1_000_000 + age, max(age, 0)) is fresh
    assert account.fresh(1_000_000 + age, 0) is fresh


def test_by_a_clock_that_was_set_back_a_fact_is_good_for_no_longer() -> None:
    account = Account(standing=Standing.MEMBER, at=1_000_000)
    assert account.fresh(1_000_000, FRESH_MS)
    assert not account.fresh(1_000_000, FRESH_MS + 1)


def test_there_is_a_word_for_every_account_that_may_do_nothing() -> None:
    assert set(FLAWS) == set(Standing) - {Standing.MEMBER}
