"""An audit channel that is dead or too far behind stops what is dangerous, is told once, and goes on by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Entry, Tag
from bot.core.authority.limits import Mode
from bot.core.authority.policy import Refused
from bot.core.change.change_request import Status
from bot.usecases.context import Channels
from bot.usecases.delivery_errors import ChannelDead, Lost
from bot.usecases.integrity.active_limits import check_limits
from bot.usecases.integrity.audit_gate import LASTS_SECONDS, SLOW_MS, LagWatch, audit_limit
from tests.usecases.office import APPROVALS, AUDIT, IDA, OLGA, Office

HALF_AN_HOUR = 1_800


def stall(office: Office, line: str = "thing remove one") -> None:
    """From here on the audit channel answers nothing; a line waits for it."""
    office.messenger.fail("audit", *[Lost("timeout")] * 10_000)
    office.type(OLGA, line)
    office.messenger.whispers.clear()


def looks(watch: LagWatch, office: Office) -> None:
    """The keeper looks, and once more when the trouble has lasted."""
    watch.look()
    office.clock.advance(LASTS_SECONDS)
    watch.look()


def mend(office: Office) -> None:
    office.messenger.faults["audit"].clear()


def test_a_line_that_waits_too_long_refuses_what_is_dangerous_and_reading_goes_on(office: Office) -> None:
    stall(office)
    office.clock.now = office.store.audit.find(limit=1)[0].at + HALF_AN_HOUR * 1000
    assert audit_limit(office.ctx) is None
    office.clock.advance(1)
    limit = audit_limit(office.ctx)
    assert limit is not None
    where = mentions.channel(AUDIT)
    words = f"The audit channel {where} lags behind: a line for it has waited for 30 minutes."
    assert (limit.mode, limit.why) == (Mode.NO_DANGER, words)
    assert check_limits(office.ctx, "toy") == check_limits(office.ctx, "house") == Refused(reason=words)
    assert words in office.type(OLGA, "thing remove two")
    assert "things" in office.type(OLGA, "thing list").lower()


def test_it_goes_on_by_itself_once_the_backlog_is_out(office: Office) -> None:
    stall(office)
    office.clock.advance(HALF_AN_HOUR + 100)
    assert "lags behind" in office.type(OLGA, "thing remove two")
    mend(office)
    office.clock.advance(60)
    office.deliver()
    assert office.messenger.audit, "the line that waited is out"
    assert "waits for approval" in office.type(OLGA, "thing remove two")


def test_the_most_can_be_less(office: Office) -> None:
    office.ctx.audit_lag_ms = 60_000
    stall(office)
    office.clock.advance(61)
    assert audit_limit(office.ctx) is not None


def test_it_holds_in_the_transaction_right_before_the_call(office: Office) -> None:
    """The line about the approval is out, and another one is not."""
    change = office.approved()
    stall_now = [Lost("timeout")] * 10_000
    office.messenger.fail("audit", *stall_now)
    office.ctx.audit_lag_ms = 1_000

    def wait() -> None:
        with office.store.unit_of_work() as store:
            store.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s"))
        office.clock.advance(2)

    office.toy.on_open = wait
    office.do_jobs()
    assert office.now(change).status is Status.FAILED
    assert "Nothing was done. The audit channel" in office.now(change).outcome
    assert office.toy.calls == []


def test_a_channel_that_died_after_the_line_about_the_approval_stops_it_too(office: Office) -> None:
    change = office.approved()
    with office.store.unit_of_work() as store:
        store.outbox.mark_channel(AUDIT, working=False, reason="is_archived", at=office.clock.now)
    office.do_jobs()
    assert office.now(change).status is Status.FAILED
    assert "(is_archived)" in office.now(change).outcome
    assert office.toy.calls == []


def test_a_slow_channel_is_told_once_each_time_to_the_log_and_the_admins(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    watch = LagWatch(office.ctx)
    stall(office)
    office.clock.now = office.store.audit.find(limit=1)[0].at + SLOW_MS
    with caplog.at_level(logging.WARNING):
        watch.look()
        assert "lags" not in caplog.text
        office.clock.advance(1)
        for _ in range(3):
            looks(watch, office)
            office.clock.advance(60)
    assert (
        mentions.plain(caplog.text).count(
            f"The audit channel #{AUDIT} lags behind: a line for it has waited for 5 minutes."
        )
        == 1
    )
    told = [one for one in office.waiting_whispers() if "lags behind" in one.reply.title]
    assert [(one.person, one.channel) for one in told] == [(IDA, "")]
    mend(office)
    office.clock.advance(60)
    office.deliver()
    watch.look()
    stall(office, "thing remove two")
    office.clock.advance(SLOW_MS / 1000 + 1)
    with caplog.at_level(logging.WARNING):
        looks(watch, office)
    assert caplog.text.count("lags behind") == 2


def test_whoever_is_refused_sooner_is_told_sooner(office: Office) -> None:
    office.ctx.audit_lag_ms = 60_000
    watch = LagWatch(office.ctx)
    stall(office)
    office.clock.advance(61)
    looks(watch, office)
    assert [one.person for one in office.waiting_whispers() if "lags behind" in one.reply.title] == [IDA]


def test_what_is_old_and_goes_at_once_is_no_trouble(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """As after a night off, or when somebody puts the clock forward."""
    watch = LagWatch(office.ctx)
    stall(office)
    office.clock.advance(HALF_AN_HOUR)
    with caplog.at_level(logging.WARNING):
        watch.look()
        office.clock.advance(LASTS_SECONDS - 1)
        watch.look()
        mend(office)
        office.clock.advance(60)
        office.deliver()
        watch.look()
        stall(office, "thing remove two")
        office.clock.advance(HALF_AN_HOUR)
        watch.look()
    assert "lags" not in caplog.text
    assert office.waiting_whispers() == []


def test_a_dead_channel_is_told_the_admins_of_this_workspace_and_no_others(office: Office) -> None:
    office.messenger.fail("audit", *[ChannelDead("is_archived")] * 100)
    office.type(OLGA, "thing remove one")
    looks(LagWatch(office.ctx), office)
    (told,) = [one for one in office.waiting_whispers() if "the channel is archived (is_archived)" in one.reply.title]
    assert told.person == IDA


@pytest.mark.parametrize("missing", ["channel", "team"])
def test_who_cannot_be_told_is_not(
    make_office: Callable[..., Office], caplog: pytest.LogCaptureFixture, missing: str
) -> None:
    office = make_office(channels=Channels(approval=APPROVALS, audit="" if missing == "channel" else AUDIT))
    if missing == "team":
        stall(office)
        office.ctx.home_team = ""
        office.clock.advance(SLOW_MS)
    with caplog.at_level(logging.WARNING):
        looks(LagWatch(office.ctx), office)
    assert "audit" in caplog.text
    assert office.waiting_whispers() == []
