"""Guests, deactivated accounts, bots and strangers do nothing, whatever the list says; nor does who is unknown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.membership import AGEING_MS, DISQUALIFICATIONS, FRESH_MS, Account, MembershipStatus
from bot.core.authority.policy import Terms
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal, Role
from bot.language.language_choice import LanguageChoice
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.authority.memberships import (
    ASK_AGAIN_MS,
    SLACK_NOT_ASKED,
    check_membership,
    find_language,
    refresh_memberships,
)
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, Lost
from bot.usecases.requests.approval import confirm
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, STRANGER, VERA, CoreBot

NO_MEMBERS = sorted(set(MembershipStatus) - {MembershipStatus.MEMBER})
DOWN = [Lost("timeout")] * 50


def said_to(standing: MembershipStatus) -> str:
    return (
        f"Your account is not a member account ({en(DISQUALIFICATIONS[standing])}). "
        "Only members of this workspace can use b24bot."
    )


def refusals(core_bot: CoreBot) -> list[tuple[str, str, object]]:
    return [(r.actor, r.subject, r.facts["reason"]) for r in core_bot.records(Tag.REVIEW_REFUSED)]


def let_facts_age(core_bot: CoreBot) -> None:
    core_bot.clock.advance(FRESH_MS / 1000 + 1)
    core_bot.messenger.asked.clear()


@pytest.mark.parametrize("standing", NO_MEMBERS)
@pytest.mark.parametrize("line", ["thing list", "thing paint one", "thing remove one", "request list", "audit find"])
def test_an_account_that_is_no_members_gets_no_command_whatever_the_list_says(
    core_bot: CoreBot, standing: MembershipStatus, line: str
) -> None:
    grant_role(core_bot.store, OLGA, Role.ADMIN, by=SHELL)
    core_bot.messenger.standings[OLGA] = standing
    assert core_bot.type(OLGA, line) == said_to(standing)
    (record,) = core_bot.records(Tag.COMMAND_REFUSED)
    assert (record.actor, record.facts["reason"]) == (OLGA.id, said_to(standing))
    assert core_bot.store.changes.with_status(Status) == []


@pytest.mark.parametrize("line", ["help", "whoami"])
def test_help_and_whoami_are_for_everybody_and_wait_for_nothing_that_slack_tells(core_bot: CoreBot, line: str) -> None:
    core_bot.messenger.standings[OLGA] = MembershipStatus.GUEST
    core_bot.messenger.fail("account", *DOWN)
    core_bot.type(OLGA, line)
    core_bot.type(GLEB, line)
    assert core_bot.records(Tag.COMMAND_REFUSED) == []
    assert [one.person for one in core_bot.messenger.private_notices] == [OLGA, GLEB]
    assert core_bot.messenger.asked == [OLGA, GLEB], "for the language of the answer, which goes out without it"


def test_the_empty_line_is_help_for_who_has_no_role_and_the_overview_for_members_alone(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("account", *DOWN)
    core_bot.type(GLEB, "")
    assert core_bot.records(Tag.COMMAND_REFUSED) == []
    core_bot.messenger.standings[OLGA] = MembershipStatus.GUEST
    core_bot.type(OLGA, "")
    assert [record.actor for record in core_bot.records(Tag.COMMAND_REFUSED)] == [OLGA.id]


def test_whoami_tells_a_guest_why_nothing_goes(core_bot: CoreBot) -> None:
    core_bot.messenger.standings[OLGA] = MembershipStatus.GUEST
    core_bot.type(OLGA, "whoami")
    assert [label for label, _ in core_bot.messenger.private_notices[-1].reply.facts] == ["Your id", "Role"]
    core_bot.type(OLGA, "thing list")
    core_bot.type(OLGA, "whoami")
    facts = dict(core_bot.messenger.private_notices[-1].reply.facts)
    assert facts["Account"] == "not a member account (guest). Only members of this workspace can use b24bot."


@pytest.mark.parametrize("who", [GLEB, STRANGER, SHELL])
def test_only_the_needed_people_are_looked_up(core_bot: CoreBot, who: Principal) -> None:
    """Not who is refused anyway, and not the account at the shell, which Slack does not know."""
    core_bot.configure(languages=LanguageChoice(fixed="en"))
    core_bot.type(who, "thing list")
    assert core_bot.messenger.asked == []


@pytest.mark.parametrize("who", [GLEB, STRANGER])
def test_who_is_not_on_the_list_is_asked_about_once_for_the_language_of_the_answers(
    core_bot: CoreBot, who: Principal
) -> None:
    core_bot.messenger.locales[who] = "ru-RU"
    for _ in range(3):
        core_bot.type(who, "thing list")
    assert core_bot.messenger.languages == [(who, "ru")] * 3
    assert core_bot.messenger.asked == [who]


def test_who_is_not_on_the_list_and_of_whom_slack_tells_nothing_is_not_asked_about_again(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("account", *DOWN)
    for _ in range(3):
        core_bot.type(GLEB, "thing list")
    assert core_bot.messenger.languages == [(GLEB, "en")] * 3
    assert core_bot.messenger.asked == [GLEB]


def test_why_slack_refuses_to_tell_of_one_account_is_not_said_of_another(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("account", Lost("timeout"), ChannelDead("user_not_found"), None)
    for person in (OLGA, VERA, ANTON):
        refresh_memberships(core_bot.ctx, [person])
    told = [
        en(refused.reason) if (refused := check_membership(core_bot.ctx, person)) else ""
        for person in (OLGA, VERA, ANTON)
    ]
    assert told[0] == en(SLACK_NOT_ASKED)
    assert told[1].startswith("Slack could not be asked who you are: the account does not exist, or")
    assert told[2] == ""


def test_nobody_is_asked_about_twice_within_a_minute(core_bot: CoreBot) -> None:
    core_bot.type(OLGA, "thing list")
    core_bot.type(OLGA, "thing list")
    assert core_bot.messenger.asked == [OLGA]
    let_facts_age(core_bot)
    core_bot.type(OLGA, "thing list")
    assert core_bot.messenger.asked == [OLGA]


def test_slack_is_never_asked_inside_a_transaction(core_bot: CoreBot) -> None:
    inside: list[bool] = []
    core_bot.messenger.on_try = lambda kind: inside.append(kind == "account" and core_bot.store.engine.in_transaction)
    change = core_bot.ask()
    let_facts_age(core_bot)
    core_bot.press(ANTON, change)
    let_facts_age(core_bot)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.messenger.asked, "somebody was asked about"
    assert not any(inside)


def test_a_command_while_slack_does_not_answer_is_refused_and_says_so(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("account", Lost("timeout"))
    assert core_bot.type(OLGA, "thing remove one") == en(SLACK_NOT_ASKED)
    assert [record.facts["reason"] for record in core_bot.records(Tag.COMMAND_REFUSED)] == [en(SLACK_NOT_ASKED)]
    assert core_bot.ask().status is Status.PENDING


def test_a_clock_that_is_set_back_makes_no_fact_newer(core_bot: CoreBot) -> None:
    """Learned half a minute before the clock is set back by as much: a minute later it is not half a minute old."""
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.clock.set_by -= 30_000
    core_bot.messenger.standings[ANTON] = MembershipStatus.GUEST
    core_bot.clock.advance(FRESH_MS / 1000 + 1)
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.toy.calls == []


def test_another_process_asks_slack_anew(core_bot: CoreBot) -> None:
    core_bot.ask()
    core_bot.messenger.asked.clear()
    core_bot.restart()
    refresh_memberships(core_bot.ctx, [OLGA])
    assert core_bot.messenger.asked == [OLGA]


def test_a_fact_from_the_future_is_too_old(core_bot: CoreBot) -> None:
    """The clock went back: nobody knows how long ago that was."""
    core_bot.type(OLGA, "thing list")
    core_bot.clock.advance(-3_600)
    core_bot.messenger.fail("account", Lost("timeout"))
    assert core_bot.type(OLGA, "thing list") == en(SLACK_NOT_ASKED)
    core_bot.messenger.standings[OLGA] = MembershipStatus.DELETED
    assert core_bot.type(OLGA, "thing list") == said_to(MembershipStatus.DELETED)


@pytest.mark.parametrize("standing", NO_MEMBERS)
@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT])
def test_the_click_of_an_account_that_is_no_members_is_refused_on_the_record(
    core_bot: CoreBot, standing: MembershipStatus, button: str
) -> None:
    change = core_bot.ask()
    let_facts_age(core_bot)
    core_bot.messenger.standings[ANTON] = standing
    assert core_bot.press(ANTON, change, button) == said_to(standing)
    assert core_bot.now(change) == change
    assert refusals(core_bot) == [(ANTON.id, change.id, said_to(standing))]
    assert core_bot.messenger.forms == []


def test_who_became_a_guest_while_the_form_was_open_does_not_reject(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    assert core_bot.press(ANTON, change, card_token.REJECT) == ""
    assert len(core_bot.messenger.forms) == 1
    let_facts_age(core_bot)
    core_bot.messenger.standings[ANTON] = MembershipStatus.GUEST
    assert core_bot.send(ANTON, change, "no") == said_to(MembershipStatus.GUEST)
    assert core_bot.now(change) == change
    assert len(refusals(core_bot)) == 1


@pytest.mark.parametrize(
    ("line", "button"), [("thing paint one", card_token.CONFIRM), ("thing remove one", "withdraw")]
)
def test_the_requester_who_is_no_member_any_more_neither_confirms_nor_withdraws(
    core_bot: CoreBot, line: str, button: str
) -> None:
    change = core_bot.ask(line)
    let_facts_age(core_bot)
    core_bot.messenger.standings[OLGA] = MembershipStatus.GUEST
    assert core_bot.press(OLGA, change, button) == said_to(MembershipStatus.GUEST)
    assert core_bot.now(change) == change
    assert len(refusals(core_bot)) == 1


def test_the_undo_of_a_guest_is_a_refused_click(core_bot: CoreBot) -> None:
    change = core_bot.approved("thing paint one --colour blue")
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    let_facts_age(core_bot)
    core_bot.messenger.standings[OLGA] = MembershipStatus.GUEST
    assert core_bot.press(OLGA, change, card_token.UNDO) == said_to(MembershipStatus.GUEST)
    assert len(core_bot.records(Tag.REVIEW_REFUSED)) == 1
    assert core_bot.change().number == change.number


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT])
def test_a_click_while_slack_does_not_answer_does_nothing_and_works_afterwards(core_bot: CoreBot, button: str) -> None:
    change = core_bot.ask()
    let_facts_age(core_bot)
    core_bot.messenger.fail("account", Lost("timeout"))
    assert core_bot.press(ANTON, change, button) == en(SLACK_NOT_ASKED)
    assert core_bot.now(change) == change
    assert refusals(core_bot) == [(ANTON.id, change.id, en(SLACK_NOT_ASKED))]
    core_bot.press(ANTON, change, button)
    assert len(refusals(core_bot)) == 1
    assert core_bot.now(change).status is not Status.PENDING or core_bot.messenger.forms


def test_a_late_click_asks_slack_nothing(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.send(VERA, change, "no")
    let_facts_age(core_bot)
    assert ": rejected" in core_bot.press(ANTON, change)
    assert ": rejected" in core_bot.press(OLGA, change, card_token.WITHDRAW)
    assert core_bot.messenger.asked == []
    assert refusals(core_bot) == []


def test_the_age_is_judged_where_it_is_decided_and_not_where_slack_was_asked(core_bot: CoreBot) -> None:
    """Reading the thing took longer than the facts are good for: what was found before does not count."""
    grew_old = FRESH_MS / 1000 + 1
    core_bot.toy.on_open = lambda: core_bot.clock.advance(grew_old)
    core_bot.messenger.fail("account", None, None, *DOWN)
    assert core_bot.type(OLGA, "thing remove one") == en(SLACK_NOT_ASKED)
    assert core_bot.store.changes.with_status(Status) == []


def test_facts_that_grew_old_while_planning_are_asked_for_again(core_bot: CoreBot) -> None:
    core_bot.toy.on_open = lambda: core_bot.clock.advance(FRESH_MS / 1000 + 1)
    core_bot.ask()
    assert core_bot.messenger.asked == [OLGA, ANTON, OLGA]


def test_the_one_who_confirms_in_the_shell_needs_no_account(core_bot: CoreBot) -> None:
    core_bot.type(SHELL, "thing paint one")
    with core_bot.store.unit_of_work() as tx:
        confirm(tx, core_bot.ctx, SHELL, core_bot.change())
    core_bot.messenger.fail("account", *DOWN)
    core_bot.work()
    assert core_bot.change().status is Status.DONE


def test_the_time_of_a_fact_is_before_the_question(core_bot: CoreBot) -> None:
    """What took a while to come is as old as the question."""
    asked_at = core_bot.clock.now
    core_bot.messenger.on_try = lambda kind: core_bot.clock.advance(2)
    refresh_memberships(core_bot.ctx, [OLGA])
    assert core_bot.store.accounts.get(OLGA) == Account(standing=MembershipStatus.MEMBER, at=asked_at)


def test_considering_alone_refuses_a_guest_too(core_bot: CoreBot) -> None:
    core_bot.messenger.standings[IDA] = MembershipStatus.BOT
    with pytest.raises(Exception, match=r"policy\.account\.bot"):
        plan_or_read(core_bot.ctx, IDA, "thing list")
    assert check_membership(core_bot.ctx, SHELL) is None


# Between the click and the call


def tags(core_bot: CoreBot, change: ChangeRequest) -> list[str]:
    return [record.tag for record in core_bot.records("change:", change.id)]


@pytest.mark.parametrize("standing", NO_MEMBERS)
def test_an_approver_who_is_no_member_any_more_does_not_count_when_it_is_run(
    core_bot: CoreBot, standing: MembershipStatus
) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    core_bot.messenger.standings[ANTON] = standing
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.now(change).outcome == (
        "Nothing was sent. Only 0 of 1 approvals still count: "
        f"{mentions.person(ANTON)} is not a member ({en(DISQUALIFICATIONS[standing])})."
    )
    assert core_bot.toy.calls == []
    assert tags(core_bot, change)[-1] == Tag.EXECUTION_STOPPED


@pytest.mark.parametrize("standing", NO_MEMBERS)
def test_a_requester_who_is_no_member_any_more_has_nothing_run(core_bot: CoreBot, standing: MembershipStatus) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    core_bot.messenger.standings[OLGA] = standing
    core_bot.work()
    assert (
        core_bot.now(change).outcome
        == f"Nothing was sent. The person who asked is not a member ({en(DISQUALIFICATIONS[standing])})."
    )
    assert core_bot.toy.calls == []


def test_the_requester_and_the_approvers_are_looked_up_again_before_it_is_run(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.messenger.asked == [OLGA, ANTON]


def test_while_slack_does_not_answer_it_waits_and_is_told_once(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    core_bot.messenger.fail("account", *DOWN[:4])
    core_bot.wait(12)
    assert core_bot.now(change).status is Status.APPROVED
    assert core_bot.messenger.tried.count("account") < 8, "it does not ask all the time"
    core_bot.wait(30)
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 1
    assert len([line for line in core_bot.threads if "The request waits for Slack" in line]) == 1


def test_when_slack_does_not_answer_for_ten_minutes_the_approval_is_void(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    core_bot.messenger.fail("account", *DOWN * 10)
    core_bot.wait(601)
    assert core_bot.now(change).status is Status.EXPIRED
    assert core_bot.toy.calls == []


def test_it_waits_as_long_as_slack_asks_for(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    let_facts_age(core_bot)
    core_bot.messenger.fail("account", Busy(30))
    core_bot.wait(29, step=1)
    assert (core_bot.now(change).status, core_bot.messenger.asked) == (Status.APPROVED, [OLGA])
    core_bot.wait(3, step=1)
    assert core_bot.now(change).status is Status.DONE


def test_facts_that_grow_old_while_it_is_planned_again_are_not_what_it_runs_on(core_bot: CoreBot) -> None:
    """The planning takes over a minute each time, and Slack is silent after it: nothing is sent."""
    change = core_bot.approved()
    let_facts_age(core_bot)

    def slow() -> None:
        core_bot.clock.advance(FRESH_MS / 1000 + 1)
        core_bot.messenger.fail("account", Lost("timeout"))

    core_bot.toy.on_open = slow
    core_bot.work()
    assert core_bot.now(change).status is Status.APPROVED
    assert core_bot.toy.calls == []
    core_bot.toy.on_open = lambda: None
    core_bot.wait(2 * ASK_AGAIN_MS / 1000)
    assert core_bot.now(change).status is Status.DONE


def test_the_age_is_looked_at_once_more_where_the_intent_is_written(core_bot: CoreBot) -> None:
    """The second person's answer took so long, before planning and after it, that the first one's is old."""
    change = core_bot.approved()
    let_facts_age(core_bot)
    slow = iter([0, FRESH_MS / 1000 + 1] * 2)
    core_bot.messenger.on_try = lambda kind: core_bot.clock.advance(next(slow, 0)) if kind == "account" else None
    assert core_bot.do_jobs(1) == 1
    assert core_bot.messenger.asked == [OLGA, ANTON] * 2
    assert core_bot.now(change).status is Status.APPROVED
    assert core_bot.store.changes.steps(change.number) == []
    core_bot.wait(2 * ASK_AGAIN_MS / 1000)
    assert core_bot.now(change).status is Status.DONE


@pytest.mark.parametrize("silent", [False, True], ids=["slack-answers", "slack-is-silent"])
def test_an_account_that_would_be_too_old_by_the_decision_is_asked_about_before_it(
    core_bot: CoreBot, silent: bool
) -> None:
    """The decision waits for the database in between; where Slack is silent, what is known still counts."""
    first, second = (core_bot.ask(f"thing remove {thing}") for thing in ("one", "two"))
    core_bot.press(VERA, first)
    known = core_bot.messenger.asked.copy()
    core_bot.clock.advance(AGEING_MS / 1000 + 1)
    if silent:
        core_bot.messenger.fail("account", Lost("timeout"))
    core_bot.press(VERA, second)
    assert core_bot.messenger.asked[len(known)] == VERA
    assert [refusal for refusal in refusals(core_bot) if refusal[0] == VERA.id] == []
    core_bot.work()
    assert core_bot.now(second).status is Status.DONE


# A quorum of two


@pytest.fixture
def two_approvers_bot(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    return make_core_bot(terms=Terms(quorum=2))


def test_the_earlier_approval_of_a_guest_does_not_complete_a_quorum(two_approvers_bot: CoreBot) -> None:
    core_bot = two_approvers_bot
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    let_facts_age(core_bot)
    core_bot.messenger.standings[ANTON] = MembershipStatus.GUEST
    assert core_bot.press(VERA, change) == ""
    assert core_bot.now(change).status is Status.PENDING
    assert core_bot.messenger.asked == [VERA, ANTON]
    assert core_bot.press(IDA, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_an_earlier_approver_slack_does_not_tell_of_keeps_the_click_from_counting(two_approvers_bot: CoreBot) -> None:
    core_bot = two_approvers_bot
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    let_facts_age(core_bot)
    core_bot.messenger.fail("account", None, Lost("timeout"))
    told = core_bot.press(VERA, change)
    assert told == (
        f"Slack could not be asked about {mentions.person(ANTON)}, whose approval is counted with yours, "
        "so nothing was done. Try again in a moment."
    )
    assert [review.reviewer for review in core_bot.now(change).reviews] == [ANTON]
    assert refusals(core_bot) == [(VERA.id, change.id, mentions.unmark(told))]
    assert core_bot.press(VERA, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_of_two_approvers_one_who_left_stops_it(two_approvers_bot: CoreBot) -> None:
    core_bot = two_approvers_bot
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.press(VERA, change)
    let_facts_age(core_bot)
    core_bot.messenger.standings[VERA] = MembershipStatus.DELETED
    core_bot.work()
    assert "Only 1 of 2 approvals still count: " in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_an_answer_is_in_the_language_of_its_reader_and_of_an_unknown_one_in_english(core_bot: CoreBot) -> None:
    core_bot.messenger.locales[OLGA] = "ru-RU"
    core_bot.type(OLGA, "thing list")
    core_bot.type(IDA, "thing list")
    core_bot.work()
    assert core_bot.messenger.languages == [(OLGA, "ru"), (IDA, "en")]


def test_the_first_answer_to_somebody_is_in_their_own_language(core_bot: CoreBot) -> None:
    core_bot.configure(languages=LanguageChoice(channel="ru"))
    core_bot.messenger.locales[OLGA] = "en-GB"
    for _ in range(3):
        core_bot.type(OLGA, "help")
    assert core_bot.messenger.languages == [(OLGA, "en")] * 3
    assert core_bot.messenger.asked == [OLGA], "it is asked once"


def test_slack_is_not_asked_for_a_language_where_one_is_fixed(core_bot: CoreBot) -> None:
    core_bot.configure(languages=LanguageChoice(fixed="ru"))
    core_bot.type(OLGA, "help")
    assert (core_bot.messenger.languages, core_bot.messenger.asked) == ([(OLGA, "ru")], [])


def test_a_language_outlives_what_a_process_knows_of_an_account(core_bot: CoreBot) -> None:
    core_bot.messenger.locales[OLGA] = "ru-RU"
    refresh_memberships(core_bot.ctx, [OLGA])
    core_bot.restart()
    core_bot.messenger.fail("account", *DOWN)
    assert find_language(core_bot.ctx, OLGA) == "ru"


def test_one_language_for_everything_is_that_of_every_reader(core_bot: CoreBot) -> None:
    core_bot.messenger.locales[OLGA] = "ru-RU"
    refresh_memberships(core_bot.ctx, [OLGA])
    core_bot.configure(languages=LanguageChoice(fixed="en"))
    assert find_language(core_bot.ctx, OLGA) == "en"


def test_an_answer_goes_out_in_english_while_slack_does_not_tell_of_its_reader(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("account", *DOWN)
    core_bot.type(OLGA, "thing list")
    core_bot.work()
    assert core_bot.messenger.languages == [(OLGA, "en")]
