"""While a change request waits: who may approve it is reminded once, and its card stays where people see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.authority.identity_groups import People
from bot.core.authority.membership import Standing
from bot.core.authority.policy import Terms
from bot.core.change.change_request import Status
from bot.core.principals import Principal, Role
from bot.core.text import moment
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.delivery_errors import Lost, Unchangeable
from bot.usecases.requests.reminders import MOST_MENTIONS, SHOW_AGAIN_MS, remind, show_again
from tests.usecases.office import ANTON, IDA, OLGA, SHELL, VERA, Office, person

HALF = 1_800


def reminders(office: Office) -> list[str]:
    return [line for line in office.threads if "Still waiting" in line]


def named(*people: Principal) -> str:
    return ", ".join(mentions.person(one) for one in people)


def test_at_half_time_those_who_may_approve_are_mentioned_once(office: Office) -> None:
    change = office.ask()
    office.wait(HALF - 10, step=100)
    assert reminders(office) == []
    office.wait(1_000, step=10)
    assert reminders(office) == [
        f"CR-1001 Still waiting for approval (0 of 1): {named(ANTON, IDA, VERA)} may give it. It expires in 30 "
        f"minutes, at {moment(change.expires_at)}."
    ]
    assert office.now(change).reminded_at is not None


@pytest.mark.parametrize(
    ("hours", "left"),
    [
        (14 * 24, "7 days"),
        (8 * 24, "4 days"),
        (48, "24 hours"),
        (4, "2 hours"),
        (3, "90 minutes"),
        (1 / 60, "1 minute"),
    ],
)
def test_how_long_is_left_is_told_in_sensible_units(
    make_office: Callable[..., Office], hours: float, left: str
) -> None:
    office = make_office(terms=Terms(expires_in=round(hours * 3_600_000)))
    change = office.ask()
    office.clock.now = (change.created_at + change.expires_at) // 2
    assert remind(office.ctx) == 1
    office.deliver()
    assert f"It expires in {left}, at" in reminders(office)[0]


def test_after_another_process_took_over_nobody_is_reminded_again(office: Office) -> None:
    office.ask()
    office.wait(HALF + 10, step=100)
    office.restart()
    office.wait(600, step=100)
    assert len(reminders(office)) == 1


@pytest.mark.parametrize("how", ["approved", "rejected", "withdrawn"])
def test_what_was_decided_is_not_waiting(office: Office, how: str) -> None:
    change = office.ask()
    office.clock.advance(HALF + 1)
    if how == "approved":
        office.press(ANTON, change)
    elif how == "rejected":
        office.send(ANTON, change, "no")
    else:
        office.press(OLGA, change, card_token.WITHDRAW)
    assert remind(office.ctx) == 0


def test_what_its_requester_confirms_reminds_nobody(office: Office) -> None:
    office.ask("thing paint one")
    office.wait(HALF + 100, step=100)
    assert reminders(office) == []
    office.wait(HALF, step=100)
    assert office.change().status is Status.EXPIRED


def test_when_time_is_up_it_expires_and_nobody_is_reminded_of_that(office: Office) -> None:
    """The bot was down in between."""
    change = office.ask()
    office.clock.advance(3_601)
    assert remind(office.ctx) == 0
    office.round()
    assert office.now(change).status is Status.EXPIRED
    assert any(mentions.person(OLGA) in line and "Expired." in line for line in office.threads)


def test_who_cannot_approve_or_has_done_so_is_not_mentioned(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=2))
    guest, other = person("Guest"), person("Olga2")
    for one in (guest, other):
        grant_role(office.store, one, Role.ADMIN, by=SHELL)
    office.ctx.people = People.of([(OLGA, other)])
    office.messenger.standings[guest] = Standing.GUEST
    office.type(guest, "thing list")
    office.press(ANTON, office.ask())
    office.wait(HALF + 100, step=100)
    (line,) = reminders(office)
    assert f"(1 of 2): {named(IDA, VERA)} may give it" in line


def test_at_most_a_handful_is_mentioned(office: Office) -> None:
    for number in range(4):
        grant_role(office.store, person(f"A{number}"), Role.APPROVER, by=SHELL)
    office.ask()
    office.wait(HALF + 100, step=100)
    (line,) = reminders(office)
    mentions = line.count("\ue000")
    assert mentions == MOST_MENTIONS
    assert "and 2 others may give it" in line


def test_when_nobody_is_left_that_is_said(office: Office) -> None:
    office.ask()
    for one in (ANTON, VERA, IDA):
        grant_role(office.store, one, Role.VIEWER, by=SHELL)
    office.wait(HALF + 100, step=100)
    assert "Nobody on the allow-list may give it" in reminders(office)[0]


def test_the_reminder_asks_slack_nothing(office: Office) -> None:
    """It is said in a round of the keeper, which must not wait for anybody."""
    office.ask()
    office.messenger.asked.clear()
    office.wait(HALF + 100, step=100)
    assert office.messenger.asked == []
    assert len(reminders(office)) == 1


# The card


def shown(office: Office, kind: str) -> int:
    return [what for what, _ in office.messenger.said].count(kind)


def test_the_card_of_what_is_pending_is_rewritten_every_five_minutes(office: Office) -> None:
    office.ask()
    office.wait(SHOW_AGAIN_MS / 1000 - 5)
    assert shown(office, "rewrite") == 0
    office.wait(10)
    assert shown(office, "rewrite") == 1
    office.wait(SHOW_AGAIN_MS / 1000)
    assert shown(office, "rewrite") == 2


def test_the_card_of_what_has_ended_is_left_alone(office: Office) -> None:
    change = office.ask()
    office.send(ANTON, change, "no")
    office.deliver()
    office.clock.advance(SHOW_AGAIN_MS / 1000 + 1)
    assert show_again(office.ctx) == 0


def test_a_card_that_somebody_deleted_is_noticed_and_stands_again_as_another_one(office: Office) -> None:
    first = office.ask()
    office.messenger.fail("rewrite", Unchangeable("message_not_found"))
    office.wait(SHOW_AGAIN_MS / 1000 + 5)
    second = office.now(first)
    assert (first.card, second.card) == ("1.0", "2.0")
    assert second.card_id not in ("", first.card_id)
    stale = office.click(ANTON, second, card_token.APPROVE, value=office.value(first))
    assert (
        office.hears(stale)
        == "The card of CR-1001 was posted anew meanwhile. Nothing was done; press the button of the new one."
    )
    assert office.press(ANTON, second) == ""
    assert office.now(first).status is Status.APPROVED


def test_the_form_of_a_card_that_was_deleted_meanwhile_rejects_nothing(office: Office) -> None:
    first = office.ask()
    office.press(ANTON, first, card_token.REJECT)
    ((_, _, value),) = office.messenger.forms
    assert value == office.value(first)
    office.messenger.fail("rewrite", Unchangeable("message_not_found"))
    office.wait(SHOW_AGAIN_MS / 1000 + 5)
    told = office.hears(office.form(ANTON, first, "no", value=value))
    assert told == "The card of CR-1001 was posted anew meanwhile. Nothing was done; press the button of the new one."
    assert office.now(first).status is Status.PENDING


def test_copies_that_a_lost_answer_makes_are_the_same_card(office: Office) -> None:
    """Both work, once."""
    office.messenger.fail("post", Lost("timeout"))
    office.type(OLGA, "thing remove one")
    lost = office.value(office.change())
    office.wait(10)
    assert office.change().card == "1.0"
    assert office.value(office.change()) == lost
    assert office.hears(office.click(ANTON, office.change(), card_token.APPROVE, value=lost)) == ""
    assert office.change().status is Status.APPROVED


def test_copies_made_while_a_deleted_card_is_posted_again_are_the_same_card_too(office: Office) -> None:
    """The answer to the new posting was lost: the next try must not make yet another card of it."""
    first = office.ask()
    office.messenger.fail("rewrite", Unchangeable("message_not_found"))
    office.messenger.fail("post", Lost("timeout"))
    office.clock.advance(SHOW_AGAIN_MS / 1000 + 1)
    assert show_again(office.ctx) == 1
    office.courier.deliver_one()
    between = office.now(first)
    assert (between.card, between.card_id == first.card_id) == (None, False)
    office.wait(10)
    assert office.now(first).card == "2.0"
    assert office.now(first).card_id == between.card_id
    assert shown(office, "rewrite") == 0


def test_a_card_posted_under_another_name_of_its_channel_is_signed_for_where_it_stands(office: Office) -> None:
    office.take(office.typed(OLGA, "thing remove one"))
    with office.store.unit_of_work() as store:
        store.changes.note(1001, {"channel": ""})
    office.deliver()
    assert office.change().channel == "CSOMEWHERE"
    assert [what for what, _ in office.messenger.said if what in ("post", "rewrite")] == ["post", "rewrite"]
