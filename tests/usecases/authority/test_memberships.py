"""Guests, deactivated accounts, bots and strangers do nothing, whatever the list says; nor does who is unknown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.membership import FLAWS, FRESH_MS, Account, Standing
from bot.core.authority.policy import Terms
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal, Role
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.authority.memberships import ASK_AGAIN_MS, UNASKED, check_membership, look_up
from bot.usecases.delivery_errors import Busy, ChannelDead, Lost
from bot.usecases.requests.approval import confirm
from bot.usecases.requests.planning import consider
from tests.usecases.office import ANTON, GLEB, IDA, OLGA, SHELL, STRANGER, VERA, Office

NO_MEMBERS = sorted(set(Standing) - {Standing.MEMBER})
DOWN = [Lost("timeout")] * 50


def said_to(standing: Standing) -> str:
    return f"Your account {FLAWS[standing]}. Only members of this workspace can use b24bot."


def refusals(office: Office) -> list[tuple[str, str, object]]:
    return [(r.actor, r.subject, r.facts["reason"]) for r in office.records(Tag.REVIEW_REFUSED)]


def let_facts_age(office: Office) -> None:
    office.clock.advance(FRESH_MS / 1000 + 1)
    office.messenger.asked.clear()


@pytest.mark.parametrize("standing", NO_MEMBERS)
@pytest.mark.parametrize("line", ["thing list", "thing paint one", "thing remove one", "request list", "audit find"])
def test_an_account_that_is_no_members_gets_no_command_whatever_the_list_says(
    office: Office, standing: Standing, line: str
) -> None:
    grant_role(office.store, OLGA, Role.ADMIN, by=SHELL)
    office.messenger.standings[OLGA] = standing
    assert office.type(OLGA, line) == said_to(standing)
    (record,) = office.records(Tag.COMMAND_REFUSED)
    assert (record.actor, record.facts["reason"]) == (OLGA.id, said_to(standing))
    assert office.store.changes.with_status(Status) == []


@pytest.mark.parametrize("line", ["help", "whoami", ""])
def test_help_and_whoami_are_for_everybody_and_ask_slack_nothing(office: Office, line: str) -> None:
    office.messenger.standings[OLGA] = Standing.GUEST
    office.type(OLGA, line)
    assert office.records(Tag.COMMAND_REFUSED) == []
    assert office.messenger.asked == []


def test_whoami_tells_a_guest_why_nothing_goes(office: Office) -> None:
    office.messenger.standings[OLGA] = Standing.GUEST
    office.type(OLGA, "whoami")
    assert [label for label, _ in office.messenger.whispers[-1].reply.facts] == ["Your id", "Role"]
    office.type(OLGA, "thing list")
    office.type(OLGA, "whoami")
    facts = dict(office.messenger.whispers[-1].reply.facts)
    assert facts["Account"] == "it is a guest's: only members of this workspace can use b24bot"


@pytest.mark.parametrize("who", [GLEB, STRANGER, SHELL])
def test_only_the_needed_people_are_looked_up(office: Office, who: Principal) -> None:
    """Not who is refused anyway, and not the account at the shell, which Slack does not know."""
    office.type(who, "thing list")
    assert office.messenger.asked == []


def test_why_slack_refuses_to_tell_of_one_account_is_not_said_of_another(office: Office) -> None:
    office.messenger.fail("account", Lost("timeout"), ChannelDead("user_not_found"), None)
    for person in (OLGA, VERA, ANTON):
        look_up(office.ctx, [person])
    told = [
        refused.reason if (refused := check_membership(office.ctx, person)) else "" for person in (OLGA, VERA, ANTON)
    ]
    assert told[0] == UNASKED
    assert told[1].startswith("Slack could not be asked who you are, because Slack does not show that person")
    assert told[2] == ""


def test_nobody_is_asked_about_twice_within_a_minute(office: Office) -> None:
    office.type(OLGA, "thing list")
    office.type(OLGA, "thing list")
    assert office.messenger.asked == [OLGA]
    let_facts_age(office)
    office.type(OLGA, "thing list")
    assert office.messenger.asked == [OLGA]


def test_slack_is_never_asked_inside_a_transaction(office: Office) -> None:
    inside: list[bool] = []
    office.messenger.on_try = lambda kind: inside.append(kind == "account" and office.store.database.in_transaction)
    change = office.ask()
    let_facts_age(office)
    office.press(ANTON, change)
    let_facts_age(office)
    office.work()
    assert office.now(change).status is Status.DONE
    assert office.messenger.asked, "somebody was asked about"
    assert not any(inside)


def test_a_command_while_slack_does_not_answer_is_refused_and_says_so(office: Office) -> None:
    office.messenger.fail("account", Lost("timeout"))
    assert office.type(OLGA, "thing remove one") == UNASKED
    assert [record.facts["reason"] for record in office.records(Tag.COMMAND_REFUSED)] == [UNASKED]
    assert office.ask().status is Status.PENDING


def test_a_clock_that_is_set_back_makes_no_fact_newer(office: Office) -> None:
    """Learned half a minute before the clock is set back by as much: a minute later it is not half a minute old."""
    change = office.ask()
    office.press(ANTON, change)
    office.clock.set_by -= 30_000
    office.messenger.standings[ANTON] = Standing.GUEST
    office.clock.advance(FRESH_MS / 1000 + 1)
    office.work()
    assert office.now(change).status is Status.FAILED
    assert office.toy.calls == []


def test_another_process_asks_slack_anew(office: Office) -> None:
    office.ask()
    office.messenger.asked.clear()
    office.restart()
    look_up(office.ctx, [OLGA])
    assert office.messenger.asked == [OLGA]


def test_a_fact_from_the_future_is_too_old(office: Office) -> None:
    """The clock went back: nobody knows how long ago that was."""
    office.type(OLGA, "thing list")
    office.clock.advance(-3_600)
    office.messenger.fail("account", Lost("timeout"))
    assert office.type(OLGA, "thing list") == UNASKED
    office.messenger.standings[OLGA] = Standing.DELETED
    assert office.type(OLGA, "thing list") == said_to(Standing.DELETED)


@pytest.mark.parametrize("standing", NO_MEMBERS)
@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT])
def test_the_click_of_an_account_that_is_no_members_is_refused_on_the_record(
    office: Office, standing: Standing, button: str
) -> None:
    change = office.ask()
    let_facts_age(office)
    office.messenger.standings[ANTON] = standing
    assert office.press(ANTON, change, button) == said_to(standing)
    assert office.now(change) == change
    assert refusals(office) == [(ANTON.id, change.id, said_to(standing))]
    assert office.messenger.forms == []


def test_who_became_a_guest_while_the_form_was_open_does_not_reject(office: Office) -> None:
    change = office.ask()
    assert office.press(ANTON, change, card_token.REJECT) == ""
    assert len(office.messenger.forms) == 1
    let_facts_age(office)
    office.messenger.standings[ANTON] = Standing.GUEST
    assert office.send(ANTON, change, "no") == said_to(Standing.GUEST)
    assert office.now(change) == change
    assert len(refusals(office)) == 1


@pytest.mark.parametrize(
    ("line", "button"), [("thing paint one", card_token.CONFIRM), ("thing remove one", "withdraw")]
)
def test_the_requester_who_is_no_member_any_more_neither_confirms_nor_withdraws(
    office: Office, line: str, button: str
) -> None:
    change = office.ask(line)
    let_facts_age(office)
    office.messenger.standings[OLGA] = Standing.GUEST
    assert office.press(OLGA, change, button) == said_to(Standing.GUEST)
    assert office.now(change) == change
    assert len(refusals(office)) == 1


def test_the_undo_of_a_guest_is_a_refused_click(office: Office) -> None:
    change = office.approved("thing paint one --colour blue")
    office.work()
    assert office.now(change).status is Status.DONE
    let_facts_age(office)
    office.messenger.standings[OLGA] = Standing.GUEST
    assert office.press(OLGA, change, card_token.UNDO) == said_to(Standing.GUEST)
    assert len(office.records(Tag.REVIEW_REFUSED)) == 1
    assert office.change().number == change.number


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT])
def test_a_click_while_slack_does_not_answer_does_nothing_and_works_afterwards(office: Office, button: str) -> None:
    change = office.ask()
    let_facts_age(office)
    office.messenger.fail("account", Lost("timeout"))
    assert office.press(ANTON, change, button) == UNASKED
    assert office.now(change) == change
    assert refusals(office) == [(ANTON.id, change.id, UNASKED)]
    office.press(ANTON, change, button)
    assert len(refusals(office)) == 1
    assert office.now(change).status is not Status.PENDING or office.messenger.forms


def test_a_late_click_asks_slack_nothing(office: Office) -> None:
    change = office.ask()
    office.send(VERA, change, "no")
    let_facts_age(office)
    assert "was rejected" in office.press(ANTON, change)
    assert "was rejected" in office.press(OLGA, change, card_token.WITHDRAW)
    assert office.messenger.asked == []
    assert refusals(office) == []


def test_the_age_is_judged_where_it_is_decided_and_not_where_slack_was_asked(office: Office) -> None:
    """Reading the thing took longer than the facts are good for: what was found before does not count."""
    grew_old = FRESH_MS / 1000 + 1
    office.toy.on_open = lambda: office.clock.advance(grew_old)
    office.messenger.fail("account", None, None, *DOWN)
    assert office.type(OLGA, "thing remove one") == UNASKED
    assert office.store.changes.with_status(Status) == []


def test_facts_that_grew_old_while_planning_are_asked_for_again(office: Office) -> None:
    office.toy.on_open = lambda: office.clock.advance(FRESH_MS / 1000 + 1)
    office.ask()
    assert office.messenger.asked == [OLGA, ANTON, OLGA]


def test_the_one_who_confirms_in_the_shell_needs_no_account(office: Office) -> None:
    office.type(SHELL, "thing paint one")
    with office.store.unit_of_work():
        confirm(office.ctx, SHELL, office.change())
    office.messenger.fail("account", *DOWN)
    office.work()
    assert office.change().status is Status.DONE


def test_the_time_of_a_fact_is_before_the_question(office: Office) -> None:
    """What took a while to come is as old as the question."""
    asked_at = office.clock.now
    office.messenger.on_try = lambda kind: office.clock.advance(2)
    look_up(office.ctx, [OLGA])
    assert office.store.accounts.get(OLGA) == Account(standing=Standing.MEMBER, at=asked_at)


def test_considering_alone_refuses_a_guest_too(office: Office) -> None:
    office.messenger.standings[IDA] = Standing.BOT
    with pytest.raises(Exception, match="is a bot's"):
        consider(office.ctx, IDA, "thing list")
    assert check_membership(office.ctx, SHELL) is None


# Between the click and the call


def tags(office: Office, change: ChangeRequest) -> list[str]:
    return [record.tag for record in office.records("change:", change.id)]


@pytest.mark.parametrize("standing", NO_MEMBERS)
def test_an_approver_who_is_no_member_any_more_does_not_count_when_it_is_run(
    office: Office, standing: Standing
) -> None:
    change = office.approved()
    let_facts_age(office)
    office.messenger.standings[ANTON] = standing
    office.work()
    assert office.now(change).status is Status.FAILED
    assert office.now(change).outcome == (
        "Nothing was sent: only 0 of 1 approvals still count; "
        f"the account of {mentions.person(ANTON)} {FLAWS[standing]}."
    )
    assert office.toy.calls == []
    assert tags(office, change)[-1] == Tag.EXECUTION_STOPPED


@pytest.mark.parametrize("standing", NO_MEMBERS)
def test_a_requester_who_is_no_member_any_more_has_nothing_run(office: Office, standing: Standing) -> None:
    change = office.approved()
    let_facts_age(office)
    office.messenger.standings[OLGA] = standing
    office.work()
    assert office.now(change).outcome == f"Nothing was sent: the account of the person who asked {FLAWS[standing]}."
    assert office.toy.calls == []


def test_the_requester_and_the_approvers_are_looked_up_again_before_it_is_run(office: Office) -> None:
    change = office.approved()
    let_facts_age(office)
    office.work()
    assert office.now(change).status is Status.DONE
    assert office.messenger.asked == [OLGA, ANTON]


def test_while_slack_does_not_answer_it_waits_and_is_told_once(office: Office) -> None:
    change = office.approved()
    let_facts_age(office)
    office.messenger.fail("account", *DOWN[:4])
    office.wait(12)
    assert office.now(change).status is Status.APPROVED
    assert office.messenger.tried.count("account") < 8, "it does not ask all the time"
    office.wait(30)
    assert office.now(change).status is Status.DONE
    assert len(office.toy.calls) == 1
    assert len([line for line in office.threads if "It waits for Slack" in line]) == 1


def test_when_slack_does_not_answer_for_ten_minutes_the_approval_is_void(office: Office) -> None:
    change = office.approved()
    let_facts_age(office)
    office.messenger.fail("account", *DOWN * 10)
    office.wait(601)
    assert office.now(change).status is Status.EXPIRED
    assert office.toy.calls == []


def test_it_waits_as_long_as_slack_asks_for(office: Office) -> None:
    change = office.approved()
    let_facts_age(office)
    office.messenger.fail("account", Busy(30))
    office.wait(29)
    assert (office.now(change).status, office.messenger.asked) == (Status.APPROVED, [OLGA])
    office.wait(3)
    assert office.now(change).status is Status.DONE


def test_facts_that_grow_old_while_it_is_planned_again_are_not_what_it_runs_on(office: Office) -> None:
    """The planning takes over a minute each time, and Slack is silent after it: nothing is sent."""
    change = office.approved()
    let_facts_age(office)

    def slow() -> None:
        office.clock.advance(FRESH_MS / 1000 + 1)
        office.messenger.fail("account", Lost("timeout"))

    office.toy.on_open = slow
    office.work()
    assert office.now(change).status is Status.APPROVED
    assert office.toy.calls == []
    office.toy.on_open = lambda: None
    office.wait(2 * ASK_AGAIN_MS / 1000)
    assert office.now(change).status is Status.DONE


def test_the_age_is_looked_at_once_more_where_the_intent_is_written(office: Office) -> None:
    """The second person's answer took so long, before planning and after it, that the first one's is old."""
    change = office.approved()
    let_facts_age(office)
    slow = iter([0, FRESH_MS / 1000 + 1] * 2)
    office.messenger.on_try = lambda kind: office.clock.advance(next(slow, 0)) if kind == "account" else None
    assert office.do_jobs(1) == 1
    assert office.messenger.asked == [OLGA, ANTON] * 2
    assert office.now(change).status is Status.APPROVED
    assert office.store.changes.steps(change.number) == []
    office.wait(2 * ASK_AGAIN_MS / 1000)
    assert office.now(change).status is Status.DONE


# A quorum of two


@pytest.fixture
def office_of_two(make_office: Callable[..., Office]) -> Office:
    return make_office(terms=Terms(quorum=2))


def test_the_earlier_approval_of_a_guest_does_not_complete_a_quorum(office_of_two: Office) -> None:
    office = office_of_two
    change = office.ask()
    office.press(ANTON, change)
    let_facts_age(office)
    office.messenger.standings[ANTON] = Standing.GUEST
    assert office.press(VERA, change) == ""
    assert office.now(change).status is Status.PENDING
    assert office.messenger.asked == [VERA, ANTON]
    assert office.press(IDA, change) == ""
    assert office.now(change).status is Status.APPROVED


def test_an_earlier_approver_slack_does_not_tell_of_keeps_the_click_from_counting(office_of_two: Office) -> None:
    office = office_of_two
    change = office.ask()
    office.press(ANTON, change)
    let_facts_age(office)
    office.messenger.fail("account", None, Lost("timeout"))
    told = office.press(VERA, change)
    assert told == (
        f"Slack could not be asked about {mentions.person(ANTON)}, whose approval is counted with yours, "
        "so nothing was done. Try again in a moment."
    )
    assert [review.reviewer for review in office.now(change).reviews] == [ANTON]
    assert refusals(office) == [(VERA.id, change.id, mentions.plain(told))]
    assert office.press(VERA, change) == ""
    assert office.now(change).status is Status.APPROVED


def test_of_two_approvers_one_who_left_stops_it(office_of_two: Office) -> None:
    office = office_of_two
    change = office.ask()
    office.press(ANTON, change)
    office.press(VERA, change)
    let_facts_age(office)
    office.messenger.standings[VERA] = Standing.DELETED
    office.work()
    assert "only 1 of 2 approvals still count; the account of" in office.now(change).outcome
    assert office.toy.calls == []
