"""A policy table narrows, as a second reading of the same file says, and never allows what was refused."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bot.core.authority.policy import (
    Allowed,
    BreakGlass,
    Decision,
    NeedsApproval,
    NeedsConfirmation,
    Refused,
    check_approver,
)
from bot.core.authority.rules.rule_evaluation import (
    check_approver_by_rules,
    check_hours,
    check_requester_by_rules,
    find_unknown_approvers,
    list_missing_groups,
    narrow_decision,
)
from bot.core.authority.rules.rule_table import RuleTable
from bot.core.authority.rules.table_reader import read_table
from bot.core.change.plans import decision_from_json, decision_to_json
from bot.core.principals import Role
from tests.core.authority.rules.rule_models import (
    PEOPLE,
    TableModel,
    find_zone,
    make_members,
    make_request,
    make_table,
    make_time,
)
from tests.language.english import en

TABLES = 10_000
CONFIRM, BREAK_GLASS = NeedsConfirmation(expires_in=9), BreakGlass(expires_in=9)
APPROVE = NeedsApproval(quorum=2, role=Role.APPROVER, expires_in=9)
GOVERN = NeedsApproval(quorum=1, role=Role.ADMIN, expires_in=9)
BEFORE: tuple[Decision, ...] = (CONFIRM, APPROVE, GOVERN, BREAK_GLASS)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("part", range(10))
def test_the_engine_and_the_model_agree_on_every_table_and_request(part: int) -> None:
    random = Random(part)
    for _ in range(TABLES // 10):
        text, members = make_table(random), make_members(random)
        table, model = replace(read_table(text, find_zone), members=members), TableModel(text, members)
        request, before = make_request(random), random.choice(BEFORE)
        rows = [row for row in model.rows if model.applies(row, request)]
        emergency = before is BREAK_GLASS
        channels = {row["approve_in"] for row in rows if "approve_in" in row}
        refused = any(model.refuses(row, request, emergency=emergency) for row in rows)
        refused = refused or (len(channels) > 1 and not emergency)
        decision = narrow_decision(before, table, request).decision
        assert isinstance(decision, Refused) == refused, (text, request)
        if isinstance(decision, Refused | Allowed):
            continue
        assert decision_from_json(decision_to_json(decision)) == decision
        assert list(decision.rules) == [row["name"] for row in rows]
        assert decision.policy == (table.digest if table.rows else "")
        approval = any(row.keys() & {"approve", "approve_in", "quorum", "from_each"} for row in rows)
        kind = type(before) if emergency or not approval else NeedsApproval
        assert type(decision) is kind, text
        if isinstance(decision, NeedsApproval):
            least = [max(row.get("quorum", 1), len(row.get("from_each", ()))) for row in rows]
            assert decision.quorum == max([getattr(before, "quorum", 1), *least])
            assert decision.channel == "".join(channels)
        applied = table.named(decision.rules)
        approvers = random.sample(PEOPLE, random.randint(0, 4))
        at = make_time(random)
        for person in approvers:
            counts = all(model.counts(row, person) for row in rows)
            assert (check_approver_by_rules(table, applied, person) is None) == counts, text
        asks = all("ask" not in row or model.has(approver, row["ask"]) for row in rows for approver in PEOPLE[:1])
        assert (check_requester_by_rules(table, applied, PEOPLE[0]) is None) == asks, text
        assert (check_hours(table, applied, at) is None) == all(model.is_open(row, at) for row in rows), text
        for row, known in zip(applied, rows, strict=True):
            most = model.most_covered(known, approvers)
            assert len(list_missing_groups(table, row, approvers)) == len(row.from_each) - most, text


def test_no_table_makes_anybody_approve_their_own_request() -> None:
    random = Random(1)
    for _ in range(1_000):
        table, request = read_table(make_table(random), find_zone), make_request(random)
        table = replace(table, members=make_members(random))
        decision = narrow_decision(APPROVE, table, request).decision
        for role in Role:
            refused = check_approver(decision, requester=request.requester, reviewer=request.requester, role=role)
            assert refused is not None


@pytest.mark.parametrize("decision", [Allowed(), Refused(reason="No."), Refused(reason="No.", mistyped=True)])
def test_a_refusal_stays_and_what_takes_effect_at_once_is_not_narrowed(decision: Decision) -> None:
    random = Random(2)
    for _ in range(1_000):
        table = read_table(make_table(random), find_zone)
        assert narrow_decision(decision, table, make_request(random)).decision == decision


def test_without_a_table_decisions_are_those_of_the_releases_before() -> None:
    assert decision_to_json(APPROVE) == '{"expires_in":9,"kind":"NeedsApproval","quorum":2,"role":"approver"}'
    assert narrow_decision(APPROVE, RuleTable(), make_request(Random(0))).decision == APPROVE


def test_a_refusal_names_the_row_and_what_it_demands() -> None:
    text = '[[rule]]\nname = "tickets"\nreason = "OPS-[0-9]+"\n'
    request = make_request(Random(0))
    ruling = narrow_decision(APPROVE, read_table(text, find_zone), request)
    assert isinstance(ruling.decision, Refused)
    assert ruling.decision.mistyped
    assert en(ruling.decision.reason) == (
        "The rule “tickets” of the policy table refuses this: the reason has to match OPS-[0-9]+."
    )


def test_a_row_that_does_not_apply_says_which_condition_is_not_met() -> None:
    text = '[[rule]]\nname = "prod"\nplaces = ["prod"]\nrefuse = true\n'
    request = replace(make_request(Random(2)), place="stage")
    step = narrow_decision(APPROVE, read_table(text, find_zone), request).steps[0]
    assert step.passed_over is not None
    assert en(step.passed_over) == "places: prod; this request has: stage"


def test_in_a_user_group_whose_members_are_not_known_there_is_nobody_and_the_refusal_says_so() -> None:
    text = '[user_groups]\noncall = { id = "S0001" }\n[[rule]]\nname = "live"\nask = ["oncall", "T0001:U0002"]\n'
    table = read_table(text, find_zone)
    asked = replace(make_request(Random(0)), requester=PEOPLE[0])
    ruling = narrow_decision(APPROVE, table, asked)
    assert isinstance(ruling.decision, Refused)
    assert "the members of the user group oncall are not known now" in en(ruling.decision.reason)
    named = replace(asked, requester=PEOPLE[1])
    assert isinstance(narrow_decision(APPROVE, table, named).decision, NeedsApproval)
    known = replace(table, members={"oncall": frozenset({PEOPLE[2].id})})
    ruling = narrow_decision(APPROVE, known, asked)
    assert isinstance(ruling.decision, Refused)
    assert "requests are for oncall, T0001:U0002" in en(ruling.decision.reason)


def test_each_row_is_looked_at_for_approvers_who_are_not_known_now() -> None:
    groups = '[user_groups]\noncall = { id = "S0001" }\n'
    rows = '[[rule]]\nname = "reasons"\nreason = "OPS"\n[[rule]]\nname = "named"\napprove = ["T0001:U0002"]\n'
    table = read_table(groups + rows, find_zone)
    assert find_unknown_approvers(table, table.rows) is None
    table = read_table(groups + rows + '[[rule]]\nname = "night"\napprove = ["oncall"]\n', find_zone)
    unknown = find_unknown_approvers(table, table.rows)
    assert unknown is not None
    assert "“night”" in en(unknown.reason)
