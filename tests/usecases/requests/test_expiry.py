"""What nobody decided in time, or could not be run in time, ends, once, and its requester is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.authority.membership import FRESH_MS
from bot.core.authority.policy import Terms
from bot.core.change.change_request import APPROVAL_LASTS_MS, Status, in_words
from bot.core.principals import Role
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.delivery_errors import Lost
from bot.usecases.requests.expiry import NOT_RUN, UNDECIDED, WAITED, approval_is_stale, expire, expire_overdue
from tests.usecases.office import ANTON, IDA, OLGA, REMOVE_ONE, SHELL, VERA, Office


def test_what_nobody_decided_ends_when_its_time_is_up_and_not_before(office: Office) -> None:
    change = office.ask()
    office.clock.now = change.expires_at - 1
    assert expire_overdue(office.ctx) == 0
    office.clock.now = change.expires_at
    assert expire_overdue(office.ctx) == 1
    assert expire_overdue(office.ctx) == 0
    ended = office.now(change)
    assert (ended.status, ended.outcome, ended.ended_at) == (Status.EXPIRED, UNDECIDED, change.expires_at)
    (record,) = office.records(Tag.CHANGE_EXPIRED)
    assert (record.actor, record.subject, record.facts) == (SYSTEM, change.id, {**REMOVE_ONE, "sentence": UNDECIDED})
    office.deliver()
    assert office.threads == [f"CR-1001 {mentions.person(OLGA)} Expired. {UNDECIDED}"]
    assert office.messenger.cards[-1][1] is Status.EXPIRED


def test_what_was_approved_and_not_run_in_ten_minutes_ends(office: Office) -> None:
    change = office.approved()
    assert change.decided_at is not None
    office.clock.now = change.decided_at + APPROVAL_LASTS_MS
    assert not approval_is_stale(office.ctx, change)
    assert expire_overdue(office.ctx) == 0
    office.clock.now += 1
    assert expire_overdue(office.ctx) == 1
    assert (office.now(change).status, office.now(change).outcome) == (
        Status.EXPIRED,
        in_words(NOT_RUN, change),
    )
    office.do_jobs()
    assert office.toy.calls == []
    assert office.now(change).status is Status.EXPIRED


def test_the_ending_says_what_it_had_waited_for_and_no_more_than_is_known(office: Office) -> None:
    change = office.approved()
    office.clock.advance(FRESH_MS / 1000 + 1)
    office.messenger.fail("account", *[Lost("timeout")] * 1_000)
    office.wait(APPROVAL_LASTS_MS / 1000, step=5)
    ended = office.now(change)
    assert (ended.status, ended.outcome) == (
        Status.EXPIRED,
        f"{in_words(NOT_RUN, ended)} {WAITED['unasked']}",
    )
    assert "audit" not in ended.outcome
    assert ended.outcome in office.threads[-1]


def test_what_a_rule_of_the_house_was_not_run_for_is_no_portal(office: Office) -> None:
    grant_role(office.store, VERA, Role.ADMIN, by=SHELL)
    change = office.ask("access grant @UGLEB viewer", VERA)
    office.press(IDA, change)
    office.clock.advance(APPROVAL_LASTS_MS / 1000 + 1)
    expire_overdue(office.ctx)
    assert office.now(change).outcome.endswith("within ten minutes of that. Nothing was done.")


def test_what_is_pending_has_no_approval_that_could_be_stale(office: Office) -> None:
    assert not approval_is_stale(office.ctx, office.ask())


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.WITHDRAW])
def test_what_moved_on_meanwhile_does_not_expire(office: Office, button: str) -> None:
    """The keeper has read it as pending; a click came in between."""
    old = office.ask()
    office.press(OLGA if button == card_token.WITHDRAW else ANTON, old, button)
    with office.store.unit_of_work():
        assert not expire(office.ctx, old)
    assert office.now(old).status is not Status.EXPIRED
    assert office.records(Tag.CHANGE_EXPIRED) == []


def test_all_that_are_overdue_end_in_one_round(office: Office) -> None:
    office.ask("thing remove one")
    office.ask("thing remove two")
    third = office.ask("thing paint precious")
    office.clock.now = third.expires_at
    assert expire_overdue(office.ctx) == 3


def test_how_long_it_waits_is_a_setting_at_the_time_of_asking(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(expires_in=60_000))
    change = office.ask()
    office.ctx.terms = Terms(expires_in=10**9)
    office.clock.advance(60)
    assert expire_overdue(office.ctx) == 1
    assert office.now(change).status is Status.EXPIRED


def test_a_clock_that_goes_back_only_makes_it_wait_longer(office: Office) -> None:
    change = office.ask()
    office.clock.advance(-7_200)
    assert expire_overdue(office.ctx) == 0
    assert office.press(ANTON, change) == ""
    assert office.now(change).status is Status.APPROVED
