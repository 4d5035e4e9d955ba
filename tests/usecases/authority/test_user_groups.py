"""A Slack user group narrows who may ask and approve among those who have a role; what is too old refuses."""

from __future__ import annotations

import pytest

from bot.core.authority.policy import Terms
from bot.core.authority.rules.rule_table import RuleTable
from bot.core.authority.rules.table_reader import read_table
from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered
from bot.core.principals import Role
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.policy_answers import PolicyView
from bot.usecases.authority import card_token
from bot.usecases.authority.user_groups import UserGroupRefresher
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, Lost
from bot.usecases.overview.request_queue import waits_for
from bot.usecases.requests.planning import consider
from tests.core.authority.rules.rule_models import find_zone
from tests.language.english import en, en_facts
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, VERA, VIKTOR, CoreBot, person

REFUSED = "The rule “live portal” of the policy table refuses this: "
UNKNOWN = f"{REFUSED}the members of the user group oncall are not known now"
MISSING = ChannelDead("no_such_subteam")
AGE_SECONDS = 600


def make(*keys: str) -> RuleTable:
    """A table with a user group and one row of these keys."""
    group = '[user_groups]\noncall = { id = "S0001", max_age = "10m" }'
    return read_table("\n".join((group, "[[rule]]", 'name = "live portal"', *keys)), find_zone)


@pytest.fixture
def guarded(core_bot: CoreBot) -> CoreBot:
    """Approvals count from the user group, in which Vera and Gleb are."""
    core_bot.messenger.groups["S0001"] = frozenset({VERA.id, GLEB.id})
    core_bot.configure(rules=make('approve = ["oncall"]'), terms=Terms(expires_in=48 * 3_600_000))
    return core_bot


def test_approvals_count_from_its_members_who_have_the_role(guarded: CoreBot) -> None:
    change = guarded.ask()
    assert guarded.press(ANTON, change) == f"{REFUSED}approvals count from oncall."
    assert guarded.press(GLEB, change) != ""
    assert guarded.press(VERA, change) == ""
    guarded.work()
    assert guarded.now(change).status is Status.DONE


def test_the_card_and_the_queue_name_its_members_alone(guarded: CoreBot) -> None:
    change = guarded.ask()
    assert guarded.messenger.shown[change.number].approvers == (VERA,)
    waiting = [who for who in (ANTON, VERA, IDA) if waits_for(guarded.ctx, who, guarded.now(change))]
    assert waiting == [VERA]


def test_membership_gives_no_role(core_bot: CoreBot) -> None:
    core_bot.messenger.groups["S0001"] = frozenset({GLEB.id, VIKTOR.id, OLGA.id})
    core_bot.configure(rules=make('ask = ["oncall"]'))
    assert "not on the allow-list" in core_bot.type(GLEB, "thing remove one")
    assert core_bot.type(VIKTOR, "thing remove one").startswith("This needs the role operator")
    assert core_bot.ask(who=OLGA).status is Status.PENDING


def test_who_is_not_in_it_may_not_ask(core_bot: CoreBot) -> None:
    core_bot.messenger.groups["S0001"] = frozenset({VERA.id})
    core_bot.configure(rules=make('ask = ["oncall"]'))
    assert core_bot.type(OLGA, "thing remove one") == f"{REFUSED}requests are for oncall."
    assert core_bot.store.changes.newest(limit=1) == []


def test_who_left_it_after_the_approval_is_not_counted_when_the_change_would_run(guarded: CoreBot) -> None:
    change = guarded.ask()
    guarded.press(VERA, change)
    guarded.deliver()
    guarded.messenger.groups["S0001"] = frozenset()
    guarded.clock.advance(AGE_SECONDS * 0.8)
    guarded.work()
    assert guarded.now(change).status is Status.FAILED
    assert guarded.toy.calls == []


def test_a_requester_who_left_it_is_not_served(core_bot: CoreBot) -> None:
    core_bot.messenger.groups["S0001"] = frozenset({OLGA.id})
    core_bot.configure(rules=make('ask = ["oncall"]'))
    change = core_bot.approved()
    core_bot.messenger.groups["S0001"] = frozenset()
    core_bot.clock.advance(AGE_SECONDS * 0.8)
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert f"{REFUSED}requests are for oncall." in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_what_slack_told_counts_until_it_is_too_old(guarded: CoreBot) -> None:
    change = guarded.ask()
    guarded.messenger.fail("group", *[Lost("no answer")] * 9)
    guarded.clock.advance(AGE_SECONDS + 1)
    assert guarded.press(VERA, change).startswith(UNKNOWN)
    guarded.messenger.faults.clear()
    assert guarded.press(VERA, change) == ""


def test_an_answer_that_gets_old_counts_while_slack_does_not_answer(guarded: CoreBot) -> None:
    change = guarded.ask()
    guarded.messenger.fail("group", Lost("no answer"))
    guarded.clock.advance(AGE_SECONDS * 0.9)
    assert guarded.press(VERA, change) == ""


@pytest.mark.parametrize("set_by", [-86_400_000, 86_400_000])
def test_a_clock_that_was_set_makes_no_old_answer_young(guarded: CoreBot, set_by: int) -> None:
    change = guarded.ask()
    guarded.messenger.fail("group", *[Lost("no answer")] * 9)
    guarded.clock.set_by = set_by
    guarded.clock.advance(1)
    assert guarded.press(VERA, change).startswith(UNKNOWN)
    assert guarded.now(change).status is Status.PENDING


def test_what_was_approved_waits_for_slack_and_sends_nothing_before(guarded: CoreBot) -> None:
    change = guarded.ask()
    guarded.clock.advance(AGE_SECONDS * 0.7)
    guarded.press(VERA, change)
    guarded.deliver()
    guarded.messenger.fail("group", *[Lost("no answer")] * 99)
    guarded.clock.advance(AGE_SECONDS * 0.4)
    guarded.work()
    assert guarded.now(change).status is Status.APPROVED
    assert guarded.toy.calls == []
    guarded.messenger.faults.clear()
    guarded.clock.advance(10)
    guarded.work()
    assert guarded.now(change).status is Status.DONE


@pytest.mark.parametrize("key", ['ask = ["oncall"]', 'approve = ["oncall"]'])
@pytest.mark.parametrize("error", [MISSING, Busy(30), Lost("no answer")])
def test_a_group_that_slack_never_told_of_refuses_everybody(core_bot: CoreBot, error: Exception, key: str) -> None:
    core_bot.messenger.fail("group", *[error] * 9)
    core_bot.configure(rules=make(key))
    assert core_bot.type(OLGA, "thing remove one").startswith(UNKNOWN)


def test_an_emergency_needs_the_group_that_may_ask_and_not_the_one_that_approves(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("group", *[MISSING] * 99)
    grant_role(core_bot.store, person("Boris"), Role.ADMIN, by=SHELL)
    line = "thing remove one --break-glass --reason fire"
    core_bot.configure(rules=make('approve = ["oncall"]'), terms=Terms(break_glass=True))
    change = core_bot.ask(line, IDA)
    core_bot.press(IDA, change, card_token.CONFIRM)
    core_bot.configure(rules=make('ask = ["oncall"]'))
    assert core_bot.type(IDA, line.replace("one", "two")).startswith(UNKNOWN)


def test_the_worker_renews_what_is_known_before_a_decision_needs_it(guarded: CoreBot) -> None:
    refresher = UserGroupRefresher(guarded.ctx)
    for _ in range(12):
        refresher.run_once()
        guarded.clock.advance(60)
    assert guarded.messenger.tried.count("group") == 2
    guarded.messenger.fail("group", Lost("no answer"))
    change = guarded.ask()
    assert guarded.press(VERA, change) == ""


def test_after_a_refusal_the_worker_waits_as_long_as_slack_asks_for(guarded: CoreBot) -> None:
    guarded.messenger.fail("group", Busy(30))
    refresher = UserGroupRefresher(guarded.ctx)
    for _ in range(29):
        refresher.run_once()
        guarded.clock.advance(1)
    assert guarded.messenger.tried.count("group") == 1
    guarded.clock.advance(1)
    refresher.run_once()
    assert guarded.messenger.tried.count("group") == 2


def test_the_members_are_known_after_a_restart(guarded: CoreBot) -> None:
    change = guarded.ask()
    guarded.restart()
    guarded.messenger.fail("group", *[Lost("no answer")] * 9)
    assert guarded.press(VERA, change) == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, "S0001, members at most 10 minutes old. Slack told of 2 accounts at "),
        (MISSING, "Slack has not told who is in it. Slack refuses to tell: there is no such user group"),
    ],
)
def test_policy_show_says_what_is_known_of_each_group(guarded: CoreBot, error: Exception | None, told: str) -> None:
    guarded.messenger.fail("group", error)
    UserGroupRefresher(guarded.ctx).run_once()
    answered = consider(guarded.ctx, VIKTOR, "policy show")
    assert isinstance(answered, Answered)
    ((label, said),) = en_facts(answered.reply)
    assert label == "User group oncall"
    assert told in said
    assert isinstance(answered.reply.data, PolicyView)
    (group,) = answered.reply.data.user_groups
    assert (group.id, group.count, group.is_known) == ("S0001", None if error else 2, error is None)


def test_policy_test_names_the_group_whose_members_are_not_known(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("group", *[MISSING] * 9)
    core_bot.configure(rules=make('ask = ["oncall"]'))
    assert core_bot.type(VIKTOR, "policy test @UOLGA thing remove one") == "The request would be refused"
