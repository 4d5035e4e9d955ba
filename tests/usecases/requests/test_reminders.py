"""While a change request waits: who may approve it is reminded once, and its card stays where people see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import Terms
from bot.core.change.change_request import Status
from bot.core.principals import Principal, Role
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Lost, Unchangeable
from bot.usecases.requests.reminders import MOST_MENTIONS, SHOW_AGAIN_MS, repost_cards, send_reminders
from tests.usecases.core_bot import ANTON, IDA, OLGA, SHELL, VERA, CoreBot, person

HALF = 1_800


def reminders(core_bot: CoreBot) -> list[str]:
    return [line for line in core_bot.threads if "Still waiting" in line]


def named(*people: Principal) -> str:
    return ", ".join(mentions.person(one) for one in people)


def test_at_half_time_those_who_may_approve_are_mentioned_once(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.wait(HALF - 10, step=100)
    assert reminders(core_bot) == []
    core_bot.wait(1_000, step=10)
    assert reminders(core_bot) == [
        f"CR-1001 Still waiting for approval (0 of 1). Possible approvers: {named(ANTON, IDA, VERA)}. It expires in 30 "
        f"minutes, at {mentions.mark_time(change.expires_at)}."
    ]
    assert core_bot.now(change).reminded_at is not None


@pytest.mark.parametrize(
    ("hours", "left"),
    [
        (14 * 24, "7 days"),
        (8 * 24, "4 days"),
        (48, "1 day"),
        (4, "2 hours"),
        (3, "90 minutes"),
        (1 / 60, "1 minute"),
    ],
)
def test_how_long_is_left_is_told_in_sensible_units(
    make_core_bot: Callable[..., CoreBot], hours: float, left: str
) -> None:
    core_bot = make_core_bot(terms=Terms(expires_in=round(hours * 3_600_000)))
    change = core_bot.ask()
    core_bot.clock.now = (change.created_at + change.expires_at) // 2
    assert send_reminders(core_bot.ctx) == 1
    core_bot.deliver()
    assert f"It expires in {left}, at" in reminders(core_bot)[0]


def test_after_another_process_took_over_nobody_is_reminded_again(core_bot: CoreBot) -> None:
    core_bot.ask()
    core_bot.wait(HALF + 10, step=100)
    core_bot.restart()
    core_bot.wait(600, step=100)
    assert len(reminders(core_bot)) == 1


@pytest.mark.parametrize("how", ["approved", "rejected", "withdrawn"])
def test_what_was_decided_is_not_waiting(core_bot: CoreBot, how: str) -> None:
    change = core_bot.ask()
    core_bot.clock.advance(HALF + 1)
    if how == "approved":
        core_bot.press(ANTON, change)
    elif how == "rejected":
        core_bot.send(ANTON, change, "no")
    else:
        core_bot.press(OLGA, change, card_token.WITHDRAW)
    assert send_reminders(core_bot.ctx) == 0


def test_what_its_requester_confirms_reminds_nobody(core_bot: CoreBot) -> None:
    core_bot.ask("thing paint one")
    core_bot.wait(HALF + 100, step=100)
    assert reminders(core_bot) == []
    core_bot.wait(HALF, step=100)
    assert core_bot.change().status is Status.EXPIRED


def test_when_time_is_up_it_expires_and_nobody_is_reminded_of_that(core_bot: CoreBot) -> None:
    """The bot was down in between."""
    change = core_bot.ask()
    core_bot.clock.advance(3_601)
    assert send_reminders(core_bot.ctx) == 0
    core_bot.run_once()
    assert core_bot.now(change).status is Status.EXPIRED
    assert any(mentions.person(OLGA) in line and "Expired." in line for line in core_bot.threads)


def test_who_cannot_approve_or_has_done_so_is_not_mentioned(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    guest, other = person("Guest"), person("Olga2")
    for one in (guest, other):
        grant_role(core_bot.store, one, Role.ADMIN, by=SHELL)
    core_bot.configure(people=IdentityGroups.of([(OLGA, other)]))
    core_bot.messenger.standings[guest] = MembershipStatus.GUEST
    core_bot.type(guest, "thing list")
    core_bot.press(ANTON, core_bot.ask())
    core_bot.wait(HALF + 100, step=100)
    (line,) = reminders(core_bot)
    assert f"(1 of 2). Possible approvers: {named(IDA, VERA)}." in line


def test_at_most_a_handful_is_mentioned(core_bot: CoreBot) -> None:
    for number in range(4):
        grant_role(core_bot.store, person(f"A{number}"), Role.APPROVER, by=SHELL)
    core_bot.ask()
    core_bot.wait(HALF + 100, step=100)
    (line,) = reminders(core_bot)
    mentions = line.count("\ue000")
    assert mentions == MOST_MENTIONS
    assert "and 2 others." in line


def test_when_nobody_is_left_that_is_said(core_bot: CoreBot) -> None:
    core_bot.ask()
    for one in (ANTON, VERA, IDA):
        grant_role(core_bot.store, one, Role.VIEWER, by=SHELL)
    core_bot.wait(HALF + 100, step=100)
    assert "Nobody on the allow-list can approve it" in reminders(core_bot)[0]


def test_the_reminder_asks_slack_nothing(core_bot: CoreBot) -> None:
    """It is said in a round of the scheduler, which must not wait for anybody."""
    core_bot.ask()
    core_bot.messenger.asked.clear()
    core_bot.wait(HALF + 100, step=100)
    assert core_bot.messenger.asked == []
    assert len(reminders(core_bot)) == 1


# The card


def shown(core_bot: CoreBot, kind: str) -> int:
    return [what for what, _ in core_bot.messenger.said].count(kind)


def test_the_card_of_what_is_pending_is_rewritten_every_five_minutes(core_bot: CoreBot) -> None:
    core_bot.ask()
    core_bot.wait(SHOW_AGAIN_MS / 1000 - 5)
    assert shown(core_bot, "rewrite") == 0
    core_bot.wait(10)
    assert shown(core_bot, "rewrite") == 1
    core_bot.wait(SHOW_AGAIN_MS / 1000)
    assert shown(core_bot, "rewrite") == 2


def test_the_card_of_what_has_ended_is_left_alone(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.send(ANTON, change, "no")
    core_bot.deliver()
    core_bot.clock.advance(SHOW_AGAIN_MS / 1000 + 1)
    assert repost_cards(core_bot.ctx) == 0


def test_a_card_that_somebody_deleted_is_noticed_and_stands_again_as_another_one(core_bot: CoreBot) -> None:
    first = core_bot.ask()
    core_bot.messenger.fail("rewrite", Unchangeable("message_not_found"))
    core_bot.wait(SHOW_AGAIN_MS / 1000 + 5)
    second = core_bot.now(first)
    assert (first.card, second.card) == ("1.0", "2.0")
    assert second.card_id not in ("", first.card_id)
    stale = core_bot.click(ANTON, second, card_token.APPROVE, value=core_bot.value(first))
    assert (
        core_bot.hears(stale)
        == "The card of CR-1001 has been posted again. Nothing was done. Press the button of the new card."
    )
    assert core_bot.press(ANTON, second) == ""
    assert core_bot.now(first).status is Status.APPROVED


def test_the_form_of_a_card_that_was_deleted_meanwhile_rejects_nothing(core_bot: CoreBot) -> None:
    first = core_bot.ask()
    core_bot.press(ANTON, first, card_token.REJECT)
    ((_, _, value),) = core_bot.messenger.forms
    assert value == core_bot.value(first)
    core_bot.messenger.fail("rewrite", Unchangeable("message_not_found"))
    core_bot.wait(SHOW_AGAIN_MS / 1000 + 5)
    told = core_bot.hears(core_bot.form(ANTON, first, "no", value=value))
    assert told == "The card of CR-1001 has been posted again. Nothing was done. Press the button of the new card."
    assert core_bot.now(first).status is Status.PENDING


def test_copies_that_a_lost_answer_makes_are_the_same_card(core_bot: CoreBot) -> None:
    """Both work, once."""
    core_bot.messenger.fail("post", Lost("timeout"))
    core_bot.type(OLGA, "thing remove one")
    lost = core_bot.value(core_bot.change())
    core_bot.wait(10)
    assert core_bot.change().card == "1.0"
    assert core_bot.value(core_bot.change()) == lost
    assert core_bot.hears(core_bot.click(ANTON, core_bot.change(), card_token.APPROVE, value=lost)) == ""
    assert core_bot.change().status is Status.APPROVED


def test_copies_made_while_a_deleted_card_is_posted_again_are_the_same_card_too(core_bot: CoreBot) -> None:
    """The answer to the new posting was lost: the next try must not make yet another card of it."""
    first = core_bot.ask()
    core_bot.messenger.fail("rewrite", Unchangeable("message_not_found"))
    core_bot.messenger.fail("post", Lost("timeout"))
    core_bot.clock.advance(SHOW_AGAIN_MS / 1000 + 1)
    assert repost_cards(core_bot.ctx) == 1
    core_bot.dispatcher.deliver_one()
    between = core_bot.now(first)
    assert (between.card, between.card_id == first.card_id) == (None, False)
    core_bot.wait(10)
    assert core_bot.now(first).card == "2.0"
    assert core_bot.now(first).card_id == between.card_id
    assert shown(core_bot, "rewrite") == 0


def test_a_card_posted_under_another_name_of_its_channel_is_signed_for_where_it_stands(core_bot: CoreBot) -> None:
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    with core_bot.store.unit_of_work() as store:
        store.changes.note(1001, {"channel": ""})
    core_bot.deliver()
    assert core_bot.change().channel == "CSOMEWHERE"
    assert [what for what, _ in core_bot.messenger.said if what in ("post", "rewrite")] == ["post", "rewrite"]
