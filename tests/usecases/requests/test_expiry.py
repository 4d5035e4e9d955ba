"""What nobody decided in time, or could not be run in time, ends, once, and its requester is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.authority.membership import FRESH_MS
from bot.core.authority.policy import Terms
from bot.core.change.change_request import APPROVAL_LASTS_MS, Status
from bot.core.principals import Role
from bot.language.recorded_facts import record_messages
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Lost
from bot.usecases.requests.expiry import NOT_RUN, UNDECIDED, WAITED, Wait, approval_is_stale, expire, expire_overdue
from tests.language.english import en
from tests.usecases.core_bot import ANTON, IDA, OLGA, REMOVE_ONE, SHELL, VERA, CoreBot


def test_what_nobody_decided_ends_when_its_time_is_up_and_not_before(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.clock.now = change.expires_at - 1
    assert expire_overdue(core_bot.ctx) == 0
    core_bot.clock.now = change.expires_at
    assert expire_overdue(core_bot.ctx) == 1
    assert expire_overdue(core_bot.ctx) == 0
    ended = core_bot.now(change)
    assert (ended.status, ended.outcome, ended.ended_at) == (Status.EXPIRED, en(UNDECIDED), change.expires_at)
    (record,) = core_bot.records(Tag.CHANGE_EXPIRED)
    assert (record.actor, record.subject, record.facts) == (
        SYSTEM,
        change.id,
        {**REMOVE_ONE, **record_messages({"sentence": UNDECIDED})},
    )
    core_bot.deliver()
    assert core_bot.threads == [f"CR-1001 {mentions.person(OLGA)} Expired. {en(UNDECIDED)}"]
    assert core_bot.messenger.cards[-1][1] is Status.EXPIRED


def test_what_was_approved_and_not_run_in_ten_minutes_ends(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    assert change.decided_at is not None
    core_bot.clock.now = change.decided_at + APPROVAL_LASTS_MS
    assert not approval_is_stale(core_bot.ctx.clock, change)
    assert expire_overdue(core_bot.ctx) == 0
    core_bot.clock.now += 1
    assert expire_overdue(core_bot.ctx) == 1
    assert (core_bot.now(change).status, core_bot.now(change).outcome) == (
        Status.EXPIRED,
        en(NOT_RUN.choose(change)),
    )
    core_bot.do_jobs()
    assert core_bot.toy.calls == []
    assert core_bot.now(change).status is Status.EXPIRED


def test_the_ending_says_what_it_had_waited_for_and_no_more_than_is_known(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.clock.advance(FRESH_MS / 1000 + 1)
    core_bot.messenger.fail("account", *[Lost("timeout")] * 1_000)
    core_bot.wait(APPROVAL_LASTS_MS / 1000, step=5)
    ended = core_bot.now(change)
    waited = en(WAITED[Wait.MEMBERS].choose(ended))
    assert (ended.status, en(ended.outcome)) == (Status.EXPIRED, f"{en(NOT_RUN.choose(ended))}\n• {waited}")
    assert "audit" not in en(ended.outcome)
    assert en(ended.outcome) in core_bot.threads[-1]


def test_what_a_rule_of_the_bot_was_not_run_for_is_no_portal(core_bot: CoreBot) -> None:
    grant_role(core_bot.store, VERA, Role.ADMIN, by=SHELL)
    change = core_bot.ask("access grant @UGLEB viewer", VERA)
    core_bot.press(IDA, change)
    core_bot.clock.advance(APPROVAL_LASTS_MS / 1000 + 1)
    expire_overdue(core_bot.ctx)
    assert en(core_bot.now(change).outcome).endswith("within ten minutes of that. Nothing was done.")


def test_what_is_pending_has_no_approval_that_could_be_stale(core_bot: CoreBot) -> None:
    assert not approval_is_stale(core_bot.ctx.clock, core_bot.ask())


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.WITHDRAW])
def test_what_moved_on_meanwhile_does_not_expire(core_bot: CoreBot, button: str) -> None:
    """The scheduler has read it as pending; a click came in between."""
    old = core_bot.ask()
    core_bot.press(OLGA if button == card_token.WITHDRAW else ANTON, old, button)
    with core_bot.store.unit_of_work() as tx:
        assert not expire(tx, core_bot.ctx, old)
    assert core_bot.now(old).status is not Status.EXPIRED
    assert core_bot.records(Tag.CHANGE_EXPIRED) == []


def test_all_that_are_overdue_end_in_one_round(core_bot: CoreBot) -> None:
    core_bot.ask("thing remove one")
    core_bot.ask("thing remove two")
    third = core_bot.ask("thing paint precious")
    core_bot.clock.now = third.expires_at
    assert expire_overdue(core_bot.ctx) == 3


def test_how_long_it_waits_is_a_setting_at_the_time_of_asking(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(expires_in=60_000))
    change = core_bot.ask()
    core_bot.configure(terms=Terms(expires_in=10**9))
    core_bot.clock.advance(60)
    assert expire_overdue(core_bot.ctx) == 1
    assert core_bot.now(change).status is Status.EXPIRED


def test_a_clock_that_goes_back_only_makes_it_wait_longer(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.clock.advance(-7_200)
    assert expire_overdue(core_bot.ctx) == 0
    assert core_bot.press(ANTON, change) == ""
    assert core_bot.now(change).status is Status.APPROVED
