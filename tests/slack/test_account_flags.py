"""What a user object of Slack's makes of an account."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core.authority.membership import Membership, MembershipStatus
from bot.plugin import Message
from bot.slack.account_flags import NEEDED, SHAPES, read_account
from tests.tables.rows import each_row

MEMBER: dict[str, object] = {
    "id": "U1",
    "team_id": "T1",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
}
ON_GRID: dict[str, object] = {"enterprise_user": {"id": "U1", "enterprise_id": "E1", "teams": ["T9", "T1"]}}


def on_grid(**flags: bool) -> dict[str, object]:
    """An account that is described by `enterprise_user` alone, with these flags in it."""
    return {"id": "U1", "enterprise_user": {"id": "U1", "enterprise_id": "E1", "teams": ["T9", "T1"], **flags}}


def without(*names: str, **more: object) -> dict[str, object]:
    return {name: value for name, value in (MEMBER | more).items() if name not in names}


@each_row(
    ("user", "standing"),
    [
        (MEMBER, MembershipStatus.MEMBER),
        (without("is_bot"), MembershipStatus.MEMBER),
        (without("is_ultra_restricted"), MembershipStatus.MEMBER),
        (without(is_admin=True), MembershipStatus.MEMBER),
        (without("is_restricted", "is_ultra_restricted", is_owner=True), MembershipStatus.MEMBER),
        (without(is_restricted=True), MembershipStatus.GUEST),
        (without(is_restricted=True, is_ultra_restricted=True), MembershipStatus.GUEST),
        (without("is_restricted", is_ultra_restricted=True), MembershipStatus.GUEST),
        (without(is_restricted=True, is_admin=True), MembershipStatus.GUEST),
        (without(is_invited_user=True), MembershipStatus.INVITED),
        (without(deleted=True), MembershipStatus.DELETED),
        (without(is_forgotten=True), MembershipStatus.DELETED),
        (without("is_restricted", "is_ultra_restricted", deleted=True), MembershipStatus.DELETED),
        (without(deleted=True, is_restricted=True), MembershipStatus.DELETED),
        (without(is_bot=True), MembershipStatus.BOT),
        (without(is_workflow_bot=True), MembershipStatus.BOT),
        (without(is_connector_bot=True), MembershipStatus.BOT),
        (without(id="USLACKBOT"), MembershipStatus.BOT),
        (without(is_stranger=True), MembershipStatus.STRANGER),
        (without(is_external=True), MembershipStatus.STRANGER),
        (without(team_id="T2"), MembershipStatus.STRANGER),
        (without(team_id="T2", is_restricted=True), MembershipStatus.STRANGER),
        (without(team_id="T2", is_admin=True), MembershipStatus.STRANGER),
    ],
)
def test_the_documented_shapes_of_a_user_object(user: dict[str, object], standing: MembershipStatus) -> None:
    assert read_account(user, "T1") == Membership(standing=standing)


@each_row(
    ("user", "standing"),
    [
        (MEMBER | ON_GRID, MembershipStatus.MEMBER),
        (without(team_id="T9", **ON_GRID), MembershipStatus.MEMBER),
        (ON_GRID | {"id": "U1"}, MembershipStatus.MEMBER),
        (without("is_restricted", team_id="T9", **ON_GRID), MembershipStatus.MEMBER),
        (without(team_id="T9", is_restricted=True, **ON_GRID), MembershipStatus.GUEST),
        (on_grid(is_restricted=True), MembershipStatus.GUEST),
        (on_grid(is_ultra_restricted=True), MembershipStatus.GUEST),
        (without(**on_grid(is_restricted=True)), MembershipStatus.GUEST),
        (without(team_id="T9", is_admin=True, **on_grid(is_ultra_restricted=True)), MembershipStatus.GUEST),
        (on_grid(is_restricted=False, is_ultra_restricted=False), MembershipStatus.MEMBER),
        (without(team_id="T9", deleted=True, **ON_GRID), MembershipStatus.DELETED),
        (without(team_id="T9", is_bot=True, **ON_GRID), MembershipStatus.BOT),
        (without(team_id="T9", is_stranger=True, **ON_GRID), MembershipStatus.STRANGER),
        (without(team_id="T9", enterprise_user={"enterprise_id": "E1", "teams": ["T9"]}), MembershipStatus.STRANGER),
        (without(team_id="T9", enterprise_user={"enterprise_id": "E2", "teams": ["T1"]}), MembershipStatus.STRANGER),
        (without(team_id="T9", enterprise_user={"enterprise_id": "E1", "teams": "T1"}), MembershipStatus.STRANGER),
        (without(team_id="T9", enterprise_user={"enterprise_id": "E1"}), MembershipStatus.STRANGER),
        (without(team_id="T9", enterprise_user=["E1", "T1"]), MembershipStatus.STRANGER),
        (without(team_id="T9"), MembershipStatus.STRANGER),
    ],
)
def test_on_enterprise_grid_our_team_among_the_persons_teams_makes_a_member(
    user: dict[str, object], standing: MembershipStatus
) -> None:
    assert read_account(user, "T1", "E1").standing is standing


def test_outside_enterprise_grid_nobody_is_a_member_by_an_enterprise() -> None:
    user = without(team_id="T9", enterprise_user={"enterprise_id": "", "teams": ["T1"]})
    assert read_account(user, "T1").standing is MembershipStatus.STRANGER
    assert read_account(user | ON_GRID, "T1").standing is MembershipStatus.STRANGER


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("gone", ["absent", None])
def test_a_flag_that_is_absent_leaves_the_account_undecided_and_is_named(name: str, gone: object) -> None:
    user = without(name) if gone == "absent" else without(**{name: None})
    found = read_account(user, "T1")
    assert found == Membership(standing=MembershipStatus.UNKNOWN, missing=name)
    assert found.disqualification == Message("policy.account.unrecognised", field=name)


@each_row("name", ["deleted", "is_restricted", "is_ultra_restricted", "is_bot"])
@each_row("value", [1, "yes", "false", [0]])
def test_a_flag_that_is_no_plain_no_counts_as_set(name: str, value: object) -> None:
    assert read_account(without(**{name: value}), "T1").standing in {
        MembershipStatus.DELETED,
        MembershipStatus.GUEST,
        MembershipStatus.BOT,
    }


def test_every_combination_of_flags_but_one_is_no_member() -> None:
    names = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_invited_user")
    found = [
        values
        for values in product((False, True), repeat=len(names))
        if read_account({"team_id": "T1", **dict(zip(names, values, strict=True))}, "T1").standing
        is MembershipStatus.MEMBER
    ]
    assert found == [(False,) * len(names)]


def test_every_shape_of_the_table_is_one_that_some_account_has() -> None:
    assert {standing for _, standing, _ in SHAPES} == set(MembershipStatus) - {MembershipStatus.UNKNOWN}
    assert len({name for name, _, _ in SHAPES}) == len(SHAPES)
