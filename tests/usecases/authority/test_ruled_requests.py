"""A policy table at work: at the request, at an approval, and right before the first call."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import BreakGlass, Decision, NeedsApproval, NeedsConfirmation, Refused, Terms
from bot.core.authority.rules.rule_table import RuleTable
from bot.core.authority.rules.table_reader import read_table
from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered, Planned
from bot.core.principals import Principal, Role
from bot.plugin import BadArgument, PluginError, Refusal, iso
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.policy_answers import PolicyDecision, explain_decision
from bot.usecases.authority import card_token
from bot.usecases.integrity.policy_record import record_policy
from bot.usecases.requests.planning import Origin, consider, plan_or_read
from tests.core.authority.rules.rule_models import find_zone
from tests.language.english import en
from tests.usecases.core_bot import ANTON, IDA, OLGA, OPS, ROLES, SHELL, VERA, VIKTOR, CoreBot, person

BORIS = person("Boris")
GROUPS = f"""
[groups]
support = ["{ANTON.id}", "{OLGA.id}"]
security = ["{VERA.id}", "{IDA.id}"]
"""
REFUSED = "The rule “live portal” of the policy table refuses this: "
HOURS = ('hours = ["Sun-Sun 00:00-24:00"]', 'timezone = "UTC"')
"""The clock of these tests begins on a Sunday, 15 June 2025 at 15:06 UTC."""
TO_MIDNIGHT = 9 * 3_600


def make(*keys: str) -> RuleTable:
    """A table with one row of these keys."""
    return read_table("\n".join((GROUPS, "[[rule]]", 'name = "live portal"', *keys)), find_zone)


@pytest.mark.parametrize(
    ("key", "line", "why"),
    [
        ("refuse = true", "thing remove one", "it refuses every such request."),
        ('ask = ["security"]', "thing remove one", "requests are for security."),
        ('ask_in = ["CLIVE"]', "thing paint one", "the command has to be typed in CLIVE."),
        ('reason = "OPS-[0-9]+"', "thing remove one --reason x", "the reason has to match OPS-[0-9]+."),
    ],
)
def test_a_row_refuses_a_request_and_says_what_it_demands(core_bot: CoreBot, key: str, line: str, why: str) -> None:
    core_bot.configure(rules=make(key))
    assert core_bot.type(OLGA, line) == f"{REFUSED}{why}"
    assert core_bot.store.changes.newest(limit=1) == []


def test_a_request_outside_the_hours_is_refused(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make(*HOURS))
    core_bot.clock.advance(TO_MIDNIGHT)
    assert core_bot.type(OLGA, "thing remove one") == f"{REFUSED}it allows changes at Sun 00:00-24:00 (UTC)."


@pytest.mark.parametrize("condition", ['places = ["beta"]', 'targets = ["thing:two"]', 'commands = ["thing paint"]'])
def test_a_row_about_something_else_changes_nothing(core_bot: CoreBot, condition: str) -> None:
    core_bot.configure(rules=make(condition, "refuse = true"))
    change = core_bot.ask()
    assert isinstance(change.decision, NeedsApproval)
    assert (change.decision.rules, change.decision.policy) == ((), core_bot.ctx.deployment.rules.digest)


def test_reading_and_a_freeze_are_not_narrowed(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make("refuse = true"))
    assert core_bot.type(OLGA, "thing list") == "Things"
    core_bot.type(OLGA, "freeze")
    assert core_bot.records(Tag.FROZEN)


def test_what_its_requester_could_confirm_needs_the_approvals_of_a_row(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make("quorum = 2", 'approve_in = "CLIVE"'))
    change = core_bot.ask("thing paint one")
    assert isinstance(change.decision, NeedsApproval)
    assert (change.decision.quorum, change.decision.role, change.channel) == (2, Role.APPROVER, "CLIVE")
    assert (
        core_bot.press(OLGA, change, card_token.CONFIRM)
        == "You asked for this yourself. Somebody else has to approve it."
    )


def test_an_approval_counts_from_those_whom_a_row_names(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make('approve = ["security"]'))
    change = core_bot.ask()
    assert core_bot.press(ANTON, change) == f"{REFUSED}approvals count from security."
    assert core_bot.press(VERA, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_anybody_who_could_before_may_still_reject(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make('approve = ["security"]', *HOURS))
    change = core_bot.ask()
    core_bot.clock.advance(600)
    assert core_bot.send(ANTON, change, "not today") == ""
    assert core_bot.now(change).status is Status.REJECTED


def test_two_groups_give_an_approval_each(core_bot: CoreBot) -> None:
    grant_role(core_bot.store, BORIS, Role.APPROVER, by=SHELL)
    text = GROUPS.replace(f'"{VERA.id}"', f'"{VERA.id}", "{BORIS.id}"')
    rows = '[[rule]]\nname = "two teams"\nfrom_each = ["support", "security"]\n'
    core_bot.configure(rules=read_table(f"{text}\n{rows}", find_zone))
    change = core_bot.ask()
    assert core_bot.press(VERA, change) == ""
    assert core_bot.press(BORIS, change) == ("The rule “two teams” of the policy table needs an approval from support.")
    assert core_bot.now(change).status is Status.PENDING
    assert core_bot.press(ANTON, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_a_request_that_no_approver_of_a_group_could_approve_is_refused_at_once(core_bot: CoreBot) -> None:
    rows = '[[rule]]\nname = "two teams"\nfrom_each = ["support", "owners"]\n'
    core_bot.configure(rules=read_table(f'{GROUPS}owners = ["{OLGA.id}"]\n{rows}', find_zone))
    assert core_bot.type(OLGA, "thing remove one") == (
        "The rule “two teams” of the policy table needs an approval from owners."
    )


def test_an_approval_outside_the_hours_waits_for_them(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make(*HOURS), terms=Terms(expires_in=48 * 3_600_000))
    change = core_bot.ask()
    core_bot.clock.advance(TO_MIDNIGHT)
    assert core_bot.press(ANTON, change) == f"{REFUSED}it allows changes at Sun 00:00-24:00 (UTC)."
    assert core_bot.now(change).status is Status.PENDING


def test_a_confirmation_outside_the_hours_is_refused(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make(*HOURS), terms=Terms(expires_in=48 * 3_600_000))
    change = core_bot.ask("thing paint one")
    assert isinstance(change.decision, NeedsConfirmation)
    core_bot.clock.advance(TO_MIDNIGHT)
    assert core_bot.press(OLGA, change, card_token.CONFIRM).startswith(REFUSED)


def test_what_was_approved_does_not_run_outside_the_hours(core_bot: CoreBot) -> None:
    core_bot.clock.advance(TO_MIDNIGHT - 700)
    core_bot.configure(rules=make(*HOURS))
    change = core_bot.approved()
    core_bot.clock.advance(500)
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert en(core_bot.now(change).outcome).startswith("Nothing was sent.")
    assert core_bot.toy.calls == []


@pytest.mark.parametrize("before", [RuleTable(), make("quorum = 1")])
@pytest.mark.parametrize("after", [RuleTable(), make("quorum = 1", 'places = ["default"]')])
def test_another_table_ends_the_request_as_out_of_date(core_bot: CoreBot, before: RuleTable, after: RuleTable) -> None:
    core_bot.configure(rules=before)
    change = core_bot.ask()
    core_bot.configure(rules=after)
    assert core_bot.press(ANTON, change) == ""
    core_bot.work()
    ended = core_bot.now(change)
    changed = before.digest != after.digest
    assert ended.status is (Status.CHANGED if changed else Status.DONE)
    assert len(core_bot.toy.calls) == (0 if changed else 1)
    if changed:
        assert ended.outcome == "The policy table changed after this was asked for. Nothing was sent."


def test_a_comment_or_the_order_of_keys_makes_no_other_table(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make("quorum = 1", 'places = ["default"]'))
    change = core_bot.approved()
    core_bot.configure(rules=make("# a comment", 'places = ["default"]', "quorum = 1"))
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE


def test_an_emergency_does_without_approvals_and_hours_but_not_without_a_row_that_forbids_it(
    core_bot: CoreBot,
) -> None:
    line = "thing remove one --break-glass --reason fire"
    grant_role(core_bot.store, BORIS, Role.ADMIN, by=SHELL)
    closed = ('hours = ["Mon 00:00-24:00"]', 'timezone = "UTC"')
    core_bot.configure(rules=make("quorum = 3", *closed), terms=Terms(break_glass=True))
    change = core_bot.ask(line, IDA)
    assert isinstance(change.decision, BreakGlass)
    core_bot.press(IDA, change, card_token.CONFIRM)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    core_bot.configure(rules=make("break_glass = false"))
    assert core_bot.type(IDA, line.replace("one", "two")) == f"{REFUSED}it allows no --break-glass."


def test_the_review_of_an_emergency_is_owed_whatever_the_table_says(core_bot: CoreBot) -> None:
    grant_role(core_bot.store, BORIS, Role.ADMIN, by=SHELL)
    core_bot.configure(rules=make('risks = ["govern"]', "refuse = true"), terms=Terms(break_glass=True))
    change = core_bot.ask("thing remove one --break-glass --reason fire", IDA)
    core_bot.press(IDA, change, card_token.CONFIRM)
    core_bot.work()
    review = core_bot.change()
    assert (review.path, core_bot.now(change).status) == ("request review", Status.DONE)
    core_bot.press(BORIS, review)
    core_bot.work()
    assert core_bot.now(review).status is Status.DONE


def test_a_row_cannot_be_taken_out_of_a_stored_decision(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make('approve = ["security"]'))
    change = core_bot.ask()
    core_bot.press(VERA, change)
    core_bot.deliver()
    with core_bot.store.unit_of_work():
        core_bot.store.database.execute(
            f"UPDATE changes SET decision = replace(decision, 'live portal', 'another') WHERE number = {change.number}"
        )
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.toy.calls == []


def test_each_loaded_table_is_on_the_record(core_bot: CoreBot) -> None:
    rules = make("quorum = 2")
    record_policy(core_bot.ctx, starting=True)
    for table, starting in ((rules, False), (rules, False), (rules, True), (RuleTable(), True), (RuleTable(), True)):
        core_bot.configure(rules=table)
        record_policy(core_bot.ctx, starting=starting)
    found = [(record.facts["count"], record.facts["digest"]) for record in core_bot.records(Tag.POLICY_LOADED)]
    assert found == [(1, rules.digest), (1, rules.digest), (0, "")]


KEYS = (
    "refuse = true",
    'ask = ["support"]',
    'approve = ["security"]',
    'ask_in = ["C0PS"]',
    "quorum = 2",
    'from_each = ["support", "security"]',
    'reason = "OPS"',
    'places = ["default"]\nquorum = 1',
    'targets = ["thing:two"]\nrefuse = true',
)
LINES = ("thing remove one", "thing remove two --reason OPS", "thing paint one", "access grant @UGLEB viewer")


def test_the_explained_decision_and_the_real_one_never_differ(core_bot: CoreBot) -> None:
    """`policy test` is typed before the request, with the channel and the time of the request."""
    random, hours = Random(14), ("Sun-Sun 00:00-24:00", "Mon-Fri 09:00-18:00")
    people = [who for who in ROLES if who.team == OLGA.team]
    for _ in range(150):
        keys = (*KEYS, *[f'hours = ["{random.choice(hours)}"]\ntimezone = "UTC"'] * 4)
        rows = [f'[[rule]]\nname = "{at}"\n{random.choice(keys)}' for at in range(random.randint(0, 3))]
        core_bot.configure(rules=read_table("\n".join((GROUPS, *rows)), find_zone))
        who, line, channel = random.choice(people), random.choice(LINES), random.choice(("C0PS", "CELSE"))
        wait = random.randrange(0, 86_400)
        at = iso(core_bot.clock.now_ms() + wait * 1_000)
        typed = f"policy test @{who.user} --channel {channel} --at {at} {line}"
        explained = _explain(core_bot, typed)
        core_bot.clock.advance(wait)
        assert explained == _decide(core_bot, who, line, channel), (who, line, rows)


def _explain(core_bot: CoreBot, line: str) -> PolicyDecision:
    answered = consider(core_bot.ctx, VIKTOR, line)
    assert isinstance(answered, Answered)
    assert isinstance(answered.reply.data, PolicyDecision)
    return replace(answered.reply.data, rules=())


def _decide(core_bot: CoreBot, who: Principal, line: str, channel: str) -> PolicyDecision:
    """The decision about a real request, in the words of the explanation."""
    try:
        considered = plan_or_read(core_bot.ctx, who, line, origin=Origin(channel=channel))
    except PluginError as error:
        decision: Decision = Refused(reason=error.sentence)
    else:
        assert isinstance(considered, Planned)
        decision = considered.decision
    data = explain_decision(decision, ()).data
    assert isinstance(data, PolicyDecision)
    return data


@pytest.mark.parametrize("line", ["thing list", "policy test @UOLGA thing list", "help", "whoami"])
def test_a_line_that_only_reads_is_not_read_for_an_explanation(core_bot: CoreBot, line: str) -> None:
    core_bot.toy.on_open = lambda: pytest.fail("the place was opened")
    with pytest.raises(Refusal, match="only_reads"):
        consider(core_bot.ctx, VIKTOR, f"policy test @UOLGA {line}")


def test_a_refusal_is_told_as_the_answer_to_the_person_of_the_test(core_bot: CoreBot) -> None:
    answered = consider(core_bot.ctx, VIKTOR, "policy test @UNOBODY thing remove one")
    assert isinstance(answered, Answered)
    told = [(en(label), en(value)) for label, value in answered.reply.facts]
    assert told == [("b24bot would answer this person", "You are not on the allow-list.")]


def test_an_explanation_changes_nothing(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make("quorum = 2"))
    assert core_bot.type(VIKTOR, "policy test @UOLGA thing remove one") == "The request would be accepted"
    assert core_bot.type(VIKTOR, "policy test @UOLGA freeze") == "The request would be accepted"
    assert (core_bot.store.changes.newest(limit=1), core_bot.toy.calls) == ([], [])
    assert not core_bot.records(Tag.FROZEN)


def test_without_a_channel_the_one_counts_in_which_the_test_is_typed(core_bot: CoreBot) -> None:
    core_bot.configure(rules=make('ask_in = ["CLIVE"]'))
    line = "policy test @UOLGA thing remove one"
    assert core_bot.type(VIKTOR, line, channel="CLIVE") == "The request would be accepted"
    assert core_bot.type(VIKTOR, line, channel=OPS) == "The request would be refused"


@pytest.mark.parametrize(
    ("at", "title"),
    [("2025-06-22T12:00", "accepted"), ("2025-06-23T12:00", "refused"), ("2025-06-23T01:00+03:00", "accepted")],
)
def test_the_time_counts_that_the_test_names(core_bot: CoreBot, at: str, title: str) -> None:
    core_bot.configure(rules=make(*HOURS))
    answer = core_bot.type(VIKTOR, f"policy test @UOLGA --at {at} thing remove one")
    assert answer == f"The request would be {title}"


@pytest.mark.parametrize(
    ("options", "why"),
    [("--channel ops", "value.not_channel"), ("--at noon", "moment.unreadable")],
)
def test_a_channel_or_a_time_that_cannot_be_read_is_named(core_bot: CoreBot, options: str, why: str) -> None:
    with pytest.raises(BadArgument, match=why):
        consider(core_bot.ctx, VIKTOR, f"policy test @UOLGA {options} thing remove one")
