"""A person settles what reading back does not decide, on the record, and nothing else can be settled so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.membership import FRESH_MS, MembershipStatus
from bot.core.bot_errors import NotPermitted
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from bot.plugin import CallVerdict, Refusal, TargetUnreachable
from bot.usecases.admin.allow_list import revoke_role
from bot.usecases.authority import card_token
from bot.usecases.authority.memberships import SLACK_NOT_ASKED
from bot.usecases.chat.delivery_errors import Lost
from bot.usecases.intake.receipts import receive
from bot.usecases.outcomes.settlement import settle_by_hand
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, STRANGER, VERA, VIKTOR, CoreBot, person
from tests.usecases.requests.test_review_races import race
from tests.usecases.toy import ASK_PEOPLE_AFTER_MS, Script

BLIND, SEEN, APPROVED = "thing wave one two", "thing paint one --colour blue", "thing remove one"
QUARTER = ASK_PEOPLE_AFTER_MS / 1000
WAYS = [(card_token.WAS_DONE, Status.DONE), (card_token.WAS_NOT_DONE, Status.FAILED)]


def unknown(core_bot: CoreBot, line: str) -> ChangeRequest:
    """A change request whose only answer proves nothing, and whose effect did not happen."""
    core_bot.toy.scripts.extend([Script(verdict=CallVerdict.UNKNOWN, effect=False)] * 2)
    change = core_bot.approved(line)
    core_bot.do_jobs(1)
    assert core_bot.now(change).status is Status.UNKNOWN
    return core_bot.now(change)


def asked(core_bot: CoreBot, line: str) -> ChangeRequest:
    """The same once people are asked about it: where it could be read, the portal is gone for a quarter of an hour."""
    core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    change = unknown(core_bot, line)
    core_bot.wait(QUARTER + 30, step=30)
    assert core_bot.now(change).asked_at is not None
    core_bot.deliver()
    return core_bot.now(change)


RESOLVED = {Status.DONE: "is resolved as done", Status.FAILED: "is resolved as not done"}


def hand(core_bot: CoreBot, change: ChangeRequest, status: Status, who: Principal = SHELL) -> str:
    with core_bot.store.unit_of_work() as tx:
        return en(settle_by_hand(tx, core_bot.ctx, who, core_bot.now(change), status))


def asking(core_bot: CoreBot) -> list[str]:
    return [line for line in core_bot.threads if "Please check whether the change took effect" in line]


@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED])
def test_an_outcome_that_nothing_shows_is_settled_and_no_longer_in_the_way(core_bot: CoreBot, status: Status) -> None:
    change = unknown(core_bot, BLIND)
    core_bot.wait(600, step=30)
    assert core_bot.now(change).status is Status.UNKNOWN, "reading back never decides it"
    assert RESOLVED[status] in hand(core_bot, change, status)
    assert core_bot.now(change).status is status
    (record,) = core_bot.records(Tag.EXECUTION_RESOLVED)
    assert record.actor == SHELL.id
    assert core_bot.ask(BLIND).number != change.number


def test_what_nothing_shows_is_put_to_people_at_once_and_once(core_bot: CoreBot) -> None:
    change = unknown(core_bot, BLIND)
    assert change.asked_at == core_bot.clock.now_ms()
    core_bot.wait(QUARTER + 60, step=10)
    core_bot.restart()
    core_bot.wait(60, step=10)
    (line,) = asking(core_bot)
    assert f"\n{mentions.person(OLGA)} The outcome is not known" in line, "said in one message with the ending"


def test_what_can_be_read_back_is_put_to_people_a_quarter_of_an_hour_after_the_call_and_once(core_bot: CoreBot) -> None:
    core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    change = unknown(core_bot, APPROVED)
    core_bot.wait(QUARTER - 5, step=5)
    assert core_bot.now(change).asked_at is None
    with pytest.raises(Refusal, match=r"outcome\.still_checked"):
        hand(core_bot, change, Status.DONE)
    core_bot.wait(20, step=5)
    assert core_bot.now(change).asked_at is not None
    core_bot.wait(QUARTER, step=10)
    core_bot.restart()
    core_bot.wait(30, step=10)
    (line,) = asking(core_bot)
    assert line.startswith(f"CR-1001 {mentions.person(ANTON)}, {mentions.person(OLGA)} The outcome is not known")
    assert "approver or higher can report it, except the person who asked" in line
    assert core_bot.messenger.cards[-1][1] is Status.UNKNOWN


def test_reads_that_never_agree_are_put_to_people_too(core_bot: CoreBot) -> None:
    change = unknown(core_bot, SEEN)
    colours = iter(["red", "grey"] * 500)

    def flicker() -> None:
        core_bot.toy.things["one"] = next(colours)

    core_bot.toy.on_verify = flicker
    core_bot.wait(QUARTER + 30, step=5)
    assert (core_bot.now(change).status, core_bot.now(change).asked_at is None) == (Status.UNKNOWN, False)


def test_a_plugin_that_breaks_in_reading_back_is_put_to_people_too(core_bot: CoreBot) -> None:
    change = unknown(core_bot, SEEN)
    core_bot.toy.unreadable = ZeroDivisionError("in the toy")
    core_bot.wait(QUARTER + 30, step=30)
    assert core_bot.now(change).asked_at is not None


def test_reading_back_goes_on_beside_the_people_and_may_be_first(core_bot: CoreBot) -> None:
    change = asked(core_bot, APPROVED)
    core_bot.toy.unreadable = None
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.FAILED
    told = core_bot.press(VERA, change, card_token.WAS_DONE)
    assert told.startswith("Your click changed nothing. CR-1001 (Remove one): failed. There is nothing to resolve.")
    assert "Verified twice" in told
    assert core_bot.now(change).settled_by is None
    assert core_bot.now(change).status is Status.FAILED


@pytest.mark.parametrize("line", [BLIND, SEEN, APPROVED])
@pytest.mark.parametrize(("button", "status"), WAYS)
def test_a_press_is_the_ending_on_the_record_of_who_pressed(
    core_bot: CoreBot, line: str, button: str, status: Status
) -> None:
    change = asked(core_bot, line)
    told = core_bot.press(VERA, change, button)
    assert told == f"CR-1001 ({change.plan.summary}) {RESOLVED[status]}."
    ended = core_bot.now(change)
    word = "done" if status is Status.DONE else "not done"
    assert (ended.status, ended.ended_at) == (status, core_bot.clock.now_ms())
    assert en(ended.outcome) == f"{mentions.person(VERA)} has checked the result: it was {word}."
    assert ended.settled_by == VERA
    (record,) = core_bot.records(Tag.EXECUTION_RESOLVED)
    assert (record.actor, record.subject, record.facts["status"]) == (VERA.id, change.id, status)
    core_bot.wait(60)
    assert core_bot.now(change).status is status
    assert len(core_bot.toy.calls) == 1


def test_what_a_person_says_was_done_is_remembered_like_what_was_seen(core_bot: CoreBot) -> None:
    change = asked(core_bot, SEEN)
    core_bot.press(OLGA, change, card_token.WAS_DONE)
    assert core_bot.store.records("toy").get("painted", "one") == {"colour": "blue"}


WHO_MAY = [
    (APPROVED, OLGA, "You asked for this yourself. Somebody else has to report the result."),
    (APPROVED, VIKTOR, "Reporting this result needs the role approver. Your role is viewer."),
    (APPROVED, GLEB, "Reporting this result needs the role approver. You are not on the allow-list."),
    (APPROVED, STRANGER, "Reporting this result needs the role approver. You are not on the allow-list."),
    (APPROVED, ANTON, ""),
    (APPROVED, IDA, ""),
    (SEEN, OLGA, ""),
    (SEEN, VERA, ""),
    (SEEN, VIKTOR, "Reporting this result needs the role operator. Your role is viewer."),
    (SEEN, GLEB, "Reporting this result needs the role operator. You are not on the allow-list."),
]


@pytest.mark.parametrize(("line", "who", "refused"), WHO_MAY)
def test_whose_word_counts(core_bot: CoreBot, line: str, who: Principal, refused: str) -> None:
    change = asked(core_bot, line)
    told = core_bot.press(who, change, card_token.WAS_NOT_DONE)
    if not refused:
        assert core_bot.now(change).status is Status.FAILED
        assert core_bot.records(Tag.REVIEW_REFUSED) == []
        return
    assert told == f"Your click changed nothing. {refused}"
    assert core_bot.now(change).status is Status.UNKNOWN
    (record,) = core_bot.records(Tag.REVIEW_REFUSED)
    assert (record.actor, record.subject, record.facts["reason"]) == (who.id, change.id, refused)
    with pytest.raises(NotPermitted, match=r"^policy\."):
        hand(core_bot, change, Status.DONE, who)


def test_an_approver_who_lost_the_role_since_has_no_say(core_bot: CoreBot) -> None:
    change = asked(core_bot, APPROVED)
    revoke_role(core_bot.store, ANTON, by=SHELL)
    assert "You are not on the allow-list" in core_bot.press(ANTON, change, card_token.WAS_DONE)
    assert core_bot.now(change).status is Status.UNKNOWN


@pytest.mark.parametrize("button", [card_token.WAS_DONE, card_token.WAS_NOT_DONE])
def test_a_press_before_people_are_asked_is_answered_recorded_and_changes_nothing(
    core_bot: CoreBot, button: str
) -> None:
    """No card has such a button then: somebody made one up."""
    change = unknown(core_bot, APPROVED)
    told = core_bot.press(VERA, change, button)
    assert told == (
        "Your click changed nothing. The result of CR-1001 is still being checked. "
        "The check can end the request by itself."
    )
    (record,) = core_bot.records(Tag.REVIEW_REFUSED)
    assert record.actor == VERA.id
    assert core_bot.now(change).status is Status.UNKNOWN


def test_a_forged_button_settles_nothing(core_bot: CoreBot) -> None:
    change = asked(core_bot, APPROVED)
    value = f"{change.number}.{change.digest[:16]}.{'0' * 32}"
    told = core_bot.hears(core_bot.click(VERA, change, card_token.WAS_DONE, value=value))
    assert told == "This card is not from b24bot, or was altered. Nothing was done."
    assert core_bot.now(change).status is Status.UNKNOWN


def test_two_people_at_once_are_one_ending_and_the_other_is_told_whose(core_bot: CoreBot) -> None:
    change = asked(core_bot, APPROVED)
    before = len(core_bot.waiting_private_notices())
    clicks = [core_bot.click(VERA, change, card_token.WAS_DONE), core_bot.click(IDA, change, card_token.WAS_NOT_DONE)]
    race(core_bot, *clicks)
    ended = core_bot.now(change)
    (record,) = core_bot.records(Tag.EXECUTION_RESOLVED)
    winner, loser, word = (VERA, IDA, "done") if ended.status is Status.DONE else (IDA, VERA, "not done")
    assert (record.actor, record.facts["status"]) == (winner.id, ended.status)
    told = {notice.person: en(notice.reply.title) for notice in core_bot.waiting_private_notices()[before:]}
    assert told[winner] == f"CR-1001 (Remove one) {RESOLVED[ended.status]}."
    assert f"There is nothing to resolve. {mentions.person(winner)} has checked the result: it was {word}." in en(
        told[loser]
    )


def test_the_same_press_delivered_twice_is_one(core_bot: CoreBot) -> None:
    change = asked(core_bot, APPROVED)
    click = core_bot.click(VERA, change, card_token.WAS_DONE)
    receive(core_bot.ctx, click)
    receive(core_bot.ctx, replace(click))
    core_bot.do_jobs()
    assert len(core_bot.records(Tag.EXECUTION_RESOLVED)) == 1


def test_what_has_ended_is_not_settled(core_bot: CoreBot) -> None:
    change = core_bot.ask(BLIND)
    with pytest.raises(Refusal, match=r"outcome\.nothing_to_settle"):
        hand(core_bot, change, Status.DONE)


@pytest.mark.parametrize(("line", "who", "refused"), WHO_MAY)
def test_a_press_that_comes_too_late_is_on_record_where_it_would_not_have_counted(
    core_bot: CoreBot, line: str, who: Principal, refused: str
) -> None:
    change = asked(core_bot, line)
    core_bot.press(VERA, change, card_token.WAS_DONE)
    assert "There is nothing to resolve" in core_bot.press(who, change, card_token.WAS_NOT_DONE)
    assert core_bot.now(change).status is Status.DONE
    recorded = [(one.actor, one.subject, one.facts["reason"]) for one in core_bot.records(Tag.REVIEW_REFUSED)]
    assert recorded == ([(who.id, change.id, refused)] if refused else [])


def test_what_the_shell_asked_for_itself_somebody_else_settles(core_bot: CoreBot) -> None:
    change = asked(core_bot, APPROVED)
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET requester = ? WHERE number = ?", SHELL.id, change.number)
    with pytest.raises(NotPermitted, match=r"policy\.own_outcome"):
        hand(core_bot, change, Status.DONE)
    assert RESOLVED[Status.FAILED] in hand(core_bot, change, Status.FAILED, Principal.shell("another"))


def test_a_namesake_in_another_workspace_has_no_say(core_bot: CoreBot) -> None:
    change = asked(core_bot, SEEN)
    assert "not on the allow-list" in core_bot.press(person("Olga", team="T2"), change, card_token.WAS_DONE)
    assert core_bot.now(change).status is Status.UNKNOWN


def test_a_guest_has_no_say_whatever_the_list_says_and_nor_has_whom_slack_does_not_tell_of(core_bot: CoreBot) -> None:
    change = asked(core_bot, APPROVED)
    core_bot.messenger.standings[IDA] = MembershipStatus.GUEST
    assert "Only members of this workspace" in core_bot.press(IDA, change, card_token.WAS_DONE)
    core_bot.clock.advance(FRESH_MS / 1000 + 1)
    core_bot.messenger.fail("account", *[Lost("timeout")] * 5)
    assert core_bot.press(VERA, change, card_token.WAS_DONE) == f"Your click changed nothing. {en(SLACK_NOT_ASKED)}"
    assert core_bot.now(change).status is Status.UNKNOWN
    assert [record.actor for record in core_bot.records(Tag.REVIEW_REFUSED)] == [IDA.id, VERA.id]
