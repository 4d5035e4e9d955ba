"""The policy table, cell by cell, and whose approval counts."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core.authority.policy import (
    BREAK_GLASS_ROLE,
    LEAST_ROLE,
    POLICY,
    UNBREAKABLE,
    Allowed,
    BreakGlass,
    Decision,
    NeedsApproval,
    NeedsConfirmation,
    Refused,
    Terms,
    check_approver,
    check_settler,
    decide,
    decide_break_glass,
    describe_requirement,
)
from bot.core.principals import Principal, Role
from bot.plugin import Risk
from tests.core.samples import ANNA, BORIS, SHELL, STRANGER
from tests.language.english import en, spoken
from tests.tables.rows import each_row

TERMS = Terms(quorum=2, expires_in=5_000)
ALLOWED = Allowed()
CONFIRM = NeedsConfirmation(expires_in=5_000)
APPROVERS = NeedsApproval(quorum=2, role=Role.APPROVER, expires_in=5_000)
ANOTHER_ADMIN = NeedsApproval(quorum=1, role=Role.ADMIN, expires_in=5_000)
NO = Refused(reason="")

# The promise to people, written out again: risk, then viewer, operator, approver, admin.
PROMISED: dict[Risk, tuple[Decision, Decision, Decision, Decision]] = {
    Risk.READ: (ALLOWED, ALLOWED, ALLOWED, ALLOWED),
    Risk.PERSONAL: (ALLOWED, ALLOWED, ALLOWED, ALLOWED),
    Risk.HALT: (NO, ALLOWED, ALLOWED, ALLOWED),
    Risk.CHANGE: (NO, CONFIRM, CONFIRM, CONFIRM),
    Risk.DESTROY: (NO, APPROVERS, APPROVERS, APPROVERS),
    Risk.GOVERN: (NO, NO, NO, ANOTHER_ADMIN),
}
BREAK_GLASS = BreakGlass(expires_in=5_000)
DECISIONS: tuple[Decision, ...] = (ALLOWED, CONFIRM, APPROVERS, ANOTHER_ADMIN, BREAK_GLASS, NO)
ROLES: tuple[Role | None, ...] = (None, *Role)


@each_row(("risk", "role"), list(product(Risk, Role)))
def test_every_risk_and_role_decides_as_promised(risk: Risk, role: Role) -> None:
    promised = PROMISED[risk][role.rank]
    decision = decide(risk, role, TERMS)
    if isinstance(promised, Refused):
        assert spoken(decision) == Refused(reason=f"This needs the role {LEAST_ROLE[risk]}. Your role is {role}.")
    else:
        assert decision == promised


@pytest.mark.parametrize("risk", Risk)
def test_without_a_role_everything_is_refused(risk: Risk) -> None:
    assert spoken(decide(risk, None, TERMS)) == Refused(reason="You are not on the allow-list.")


def test_the_table_has_a_cell_for_every_risk_and_role() -> None:
    assert set(POLICY) == set(product(Risk, Role))


@pytest.mark.parametrize("risk", Risk)
def test_the_least_role_is_the_lowest_that_is_not_refused(risk: Risk) -> None:
    accepted = [role for role in Role if not isinstance(decide(risk, role, TERMS), Refused)]
    assert LEAST_ROLE[risk] == accepted[0]


@pytest.mark.parametrize("role", Role)
def test_a_higher_risk_is_never_easier(role: Role) -> None:
    order = [Allowed, NeedsConfirmation, NeedsApproval, Refused]
    hardness = [order.index(type(decide(risk, role, TERMS))) for risk in Risk]
    assert hardness == sorted(hardness)


@pytest.mark.parametrize("quorum", [-3, 0, 1])
def test_no_setting_makes_a_destructive_command_run_without_an_approval(quorum: int) -> None:
    decision = decide(Risk.DESTROY, Role.ADMIN, Terms(quorum=quorum))
    assert isinstance(decision, NeedsApproval)
    assert decision.quorum == 1


def test_a_bigger_quorum_does_not_lock_the_admins_out_of_the_allow_list() -> None:
    decision = decide(Risk.GOVERN, Role.ADMIN, Terms(quorum=20))
    assert isinstance(decision, NeedsApproval)
    assert decision.quorum == 1


def expected(decision: Decision, requester: Principal, reviewer: Principal, role: Role | None) -> bool:
    """Whether a review counts, told a second time and in another way than the code."""
    workspace = {requester.team, reviewer.team} - {"local"}
    if len(workspace) > 1 or (reviewer.local and not requester.local):
        return False
    reached = -1 if role is None else [*Role].index(role)
    if decision is CONFIRM:
        return requester == reviewer and reached >= 1
    if decision is BREAK_GLASS:
        return requester == reviewer and reached == 3
    needed = {"approver": 2, "admin": 3}.get(getattr(decision, "role", ""))
    return needed is not None and requester != reviewer and reached >= needed


@each_row(
    ("decision", "requester", "reviewer", "role"),
    list(product(DECISIONS, (ANNA, SHELL), (ANNA, BORIS, STRANGER, SHELL), ROLES)),
)
def test_a_review_counts_only_from_the_right_person_with_the_right_role(
    decision: Decision, requester: Principal, reviewer: Principal, role: Role | None
) -> None:
    refused = check_approver(decision, requester=requester, reviewer=reviewer, role=role)
    assert (refused is None) == expected(decision, requester, reviewer, role)
    assert refused is None or en(refused.reason).endswith(".")


@each_row(("risk", "role", "quorum"), list(product(Risk, ROLES, range(5))))
def test_in_no_configuration_does_the_requester_approve_their_own(risk: Risk, role: Role | None, quorum: int) -> None:
    decision = decide(risk, role, Terms(quorum=quorum))
    for own in Role:
        refused = check_approver(decision, requester=ANNA, reviewer=ANNA, role=own)
        assert refused is not None or isinstance(decision, NeedsConfirmation)


def test_a_refused_review_says_which_role_is_missing() -> None:
    refused = check_approver(APPROVERS, requester=ANNA, reviewer=BORIS, role=Role.OPERATOR)
    assert spoken(refused) == Refused(reason="Approving this needs the role approver. Your role is operator.")
    refused = check_approver(APPROVERS, requester=ANNA, reviewer=BORIS, role=None)
    assert spoken(refused) == Refused(reason="Approving this needs the role approver. You are not on the allow-list.")
    refused = check_approver(CONFIRM, requester=ANNA, reviewer=ANNA, role=Role.VIEWER)
    assert spoken(refused) == Refused(reason="Confirming this needs the role operator. Your role is viewer.")


def test_the_same_user_id_in_another_team_is_another_person() -> None:
    twin = Principal(team="T0002", user=ANNA.user)
    assert check_approver(APPROVERS, requester=ANNA, reviewer=twin, role=Role.ADMIN) is not None
    assert check_approver(CONFIRM, requester=ANNA, reviewer=twin, role=Role.ADMIN) is not None


@each_row("role", [None, *Role])
@each_row("decision", [CONFIRM, APPROVERS, ANOTHER_ADMIN, BREAK_GLASS, ALLOWED])
def test_whose_word_on_an_unknown_outcome_counts(decision: Decision, role: Role | None) -> None:
    """Somebody else's, of the role that approves, where approval was needed; else anybody's who may confirm."""
    needed = {CONFIRM: Role.OPERATOR, ANOTHER_ADMIN: Role.ADMIN, ALLOWED: Role.OPERATOR}.get(decision, Role.APPROVER)
    reaches = role is not None and role.reaches(needed)
    for person in (ANNA, BORIS):
        refused = check_settler(decision, requester=ANNA, person=person, role=role)
        own = decision in (APPROVERS, ANOTHER_ADMIN, BREAK_GLASS) and person == ANNA
        assert (refused is None) == (reaches and not own)
        if refused and not own:
            assert f"needs the role {needed}" in en(refused.reason)


# Break-glass

LOOSE = Terms(quorum=2, expires_in=5_000, break_glass=True)


@each_row(("risk", "role", "on", "reason"), list(product(Risk, ROLES, (True, False), ("why", "", " "))))
def test_break_glass_is_for_an_admin_with_a_reason_where_approval_is_needed_and_only_where_switched_on(
    risk: Risk, role: Role | None, on: bool, reason: str
) -> None:
    terms = Terms(quorum=2, expires_in=5_000, break_glass=on)
    decision = decide_break_glass(risk, decide(risk, role, terms), role, terms, reason=reason)
    if risk is Risk.DESTROY and role is Role.ADMIN and on and reason == "why":
        assert decision == BREAK_GLASS
    else:
        assert isinstance(decision, Refused)
        assert en(decision.reason).endswith(".")


@pytest.mark.parametrize(
    ("risk", "role", "terms", "reason", "words"),
    [
        (Risk.DESTROY, Role.VIEWER, LOOSE, "why", "This needs the role operator. Your role is viewer."),
        (Risk.DESTROY, Role.APPROVER, TERMS, "why", "Break-glass needs the role admin. Your role is approver."),
        (Risk.DESTROY, Role.ADMIN, TERMS, "why", "B24BOT_BREAK_GLASS=on"),
        (Risk.DESTROY, Role.ADMIN, LOOSE, "", "--reason"),
        (Risk.CHANGE, Role.ADMIN, LOOSE, "why", "Leave --break-glass out"),
        (Risk.GOVERN, Role.ADMIN, LOOSE, "why", en(UNBREAKABLE[Risk.GOVERN])),
    ],
)
def test_why_break_glass_is_refused_is_told(risk: Risk, role: Role, terms: Terms, reason: str, words: str) -> None:
    decision = decide_break_glass(risk, decide(risk, role, terms), role, terms, reason=reason)
    assert isinstance(decision, Refused)
    assert words in en(decision.reason)


def test_a_decision_that_was_made_needs_a_person_on_the_list() -> None:
    refused = decide_break_glass(Risk.DESTROY, APPROVERS, None, LOOSE, reason="why")
    assert spoken(refused) == Refused(reason="Break-glass needs the role admin. You are not on the allow-list.")


def test_a_break_glass_change_is_the_requesters_alone() -> None:
    assert check_approver(BREAK_GLASS, requester=ANNA, reviewer=ANNA, role=BREAK_GLASS_ROLE) is None
    assert spoken(check_approver(BREAK_GLASS, requester=ANNA, reviewer=BORIS, role=Role.ADMIN)) == Refused(
        reason="Only the admin who asked can use break-glass for this."
    )
    assert spoken(check_approver(BREAK_GLASS, requester=ANNA, reviewer=ANNA, role=Role.APPROVER)) == Refused(
        reason="Break-glass needs the role admin. Your role is approver."
    )


@each_row(("risk", "role", "quorum"), list(product(Risk, ROLES, range(5))))
def test_switching_it_on_alone_changes_no_decision(risk: Risk, role: Role | None, quorum: int) -> None:
    assert decide(risk, role, Terms(quorum=quorum, break_glass=True)) == decide(risk, role, Terms(quorum=quorum))


def test_what_has_to_happen_before_a_plan_runs_is_said_for_every_decision() -> None:
    assert en(describe_requirement(NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=1))) == (
        "the approval of one other approver or admin"
    )
    assert (
        en(describe_requirement(NeedsApproval(quorum=2, role=Role.ADMIN, expires_in=1)))
        == "the approval of 2 other people (admin)"
    )
    assert en(describe_requirement(NeedsConfirmation(expires_in=1))) == "your confirmation"
    assert en(describe_requirement(BreakGlass(expires_in=1))).startswith("the confirmation of the admin who asks;")
    assert en(describe_requirement(Allowed())) == "nothing"
    assert describe_requirement(Refused(reason="No.")) == "No."
