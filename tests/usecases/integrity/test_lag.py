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
from bot.usecases.chat.chat_port import Channels
from bot.usecases.chat.delivery_errors import ChannelDead, Lost
from bot.usecases.integrity.active_limits import check_limits
from bot.usecases.integrity.audit_gate import LASTS_SECONDS, SLOW_MS, LagWatch, find_audit_channel_limit
from tests.language.english import en
from tests.usecases.core_bot import APPROVALS, AUDIT, IDA, OLGA, CoreBot

HALF_AN_HOUR = 1_800


def stall(core_bot: CoreBot, line: str = "thing remove one") -> None:
    """From here on the audit channel answers nothing; a line waits for it."""
    core_bot.messenger.fail("audit", *[Lost("timeout")] * 10_000)
    core_bot.type(OLGA, line)
    core_bot.messenger.private_notices.clear()


def looks(watch: LagWatch, core_bot: CoreBot) -> None:
    """The scheduler looks, and once more when the trouble has lasted."""
    watch.run_once()
    core_bot.clock.advance(LASTS_SECONDS)
    watch.run_once()


def mend(core_bot: CoreBot) -> None:
    core_bot.messenger.faults["audit"].clear()


def test_a_line_that_waits_too_long_refuses_what_is_dangerous_and_reading_goes_on(core_bot: CoreBot) -> None:
    stall(core_bot)
    core_bot.clock.now = core_bot.store.audit.find(limit=1)[0].at + HALF_AN_HOUR * 1000
    assert find_audit_channel_limit(core_bot.ctx) is None
    core_bot.clock.advance(1)
    limit = find_audit_channel_limit(core_bot.ctx)
    assert limit is not None
    where = mentions.channel(AUDIT)
    words = f"The audit channel {where} lags behind: a line for it has waited for 30 minutes."
    assert (limit.mode, en(limit.why)) == (Mode.NO_DANGER, words)
    assert check_limits(core_bot.ctx, "toy") == check_limits(core_bot.ctx, "house") == Refused(reason=limit.why)
    assert words in core_bot.type(OLGA, "thing remove two")
    assert "things" in core_bot.type(OLGA, "thing list").lower()


def test_it_goes_on_by_itself_once_the_backlog_is_out(core_bot: CoreBot) -> None:
    stall(core_bot)
    core_bot.clock.advance(HALF_AN_HOUR + 100)
    assert "lags behind" in core_bot.type(OLGA, "thing remove two")
    mend(core_bot)
    core_bot.clock.advance(60)
    core_bot.deliver()
    assert core_bot.messenger.audit, "the line that waited is out"
    assert "waits for approval" in core_bot.type(OLGA, "thing remove two")


def test_the_most_can_be_less(core_bot: CoreBot) -> None:
    core_bot.configure(audit_lag_ms=60_000)
    stall(core_bot)
    core_bot.clock.advance(61)
    assert find_audit_channel_limit(core_bot.ctx) is not None


def test_it_holds_in_the_transaction_right_before_the_call(core_bot: CoreBot) -> None:
    """The line about the approval is out, and another one is not."""
    change = core_bot.approved()
    stall_now = [Lost("timeout")] * 10_000
    core_bot.messenger.fail("audit", *stall_now)
    core_bot.configure(audit_lag_ms=1_000)

    def wait() -> None:
        with core_bot.store.unit_of_work() as store:
            store.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s"))
        core_bot.clock.advance(2)

    core_bot.toy.on_open = wait
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.FAILED
    assert "Nothing was done. The audit channel" in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_a_channel_that_died_after_the_line_about_the_approval_stops_it_too(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    with core_bot.store.unit_of_work() as store:
        store.outbox.mark_channel(AUDIT, working=False, reason="is_archived", at=core_bot.clock.now)
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.FAILED
    assert "(is_archived)" in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_a_slow_channel_is_told_once_each_time_to_the_log_and_the_admins(
    core_bot: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    watch = LagWatch(core_bot.ctx)
    stall(core_bot)
    core_bot.clock.now = core_bot.store.audit.find(limit=1)[0].at + SLOW_MS
    with caplog.at_level(logging.WARNING):
        watch.run_once()
        assert "lags" not in caplog.text
        core_bot.clock.advance(1)
        for _ in range(3):
            looks(watch, core_bot)
            core_bot.clock.advance(60)
    assert (
        mentions.unmark(caplog.text).count(
            f"The audit channel #{AUDIT} lags behind: a line for it has waited for 5 minutes."
        )
        == 1
    )
    told = [one for one in core_bot.waiting_private_notices() if "lags behind" in en(one.reply.title)]
    assert [(one.person, one.channel) for one in told] == [(IDA, "")]
    mend(core_bot)
    core_bot.clock.advance(60)
    core_bot.deliver()
    watch.run_once()
    stall(core_bot, "thing remove two")
    core_bot.clock.advance(SLOW_MS / 1000 + 1)
    with caplog.at_level(logging.WARNING):
        looks(watch, core_bot)
    assert caplog.text.count("lags behind") == 2


def test_whoever_is_refused_sooner_is_told_sooner(core_bot: CoreBot) -> None:
    core_bot.configure(audit_lag_ms=60_000)
    watch = LagWatch(core_bot.ctx)
    stall(core_bot)
    core_bot.clock.advance(61)
    looks(watch, core_bot)
    assert [one.person for one in core_bot.waiting_private_notices() if "lags behind" in en(one.reply.title)] == [IDA]


def test_what_is_old_and_goes_at_once_is_no_trouble(core_bot: CoreBot, caplog: pytest.LogCaptureFixture) -> None:
    """As after a night off, or when somebody puts the clock forward."""
    watch = LagWatch(core_bot.ctx)
    stall(core_bot)
    core_bot.clock.advance(HALF_AN_HOUR)
    with caplog.at_level(logging.WARNING):
        watch.run_once()
        core_bot.clock.advance(LASTS_SECONDS - 1)
        watch.run_once()
        mend(core_bot)
        core_bot.clock.advance(60)
        core_bot.deliver()
        watch.run_once()
        stall(core_bot, "thing remove two")
        core_bot.clock.advance(HALF_AN_HOUR)
        watch.run_once()
    assert "lags" not in caplog.text
    assert core_bot.waiting_private_notices() == []


def test_a_dead_channel_is_told_the_admins_of_this_workspace_and_no_others(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("audit", *[ChannelDead("is_archived")] * 100)
    core_bot.type(OLGA, "thing remove one")
    looks(LagWatch(core_bot.ctx), core_bot)
    (told,) = [
        one
        for one in core_bot.waiting_private_notices()
        if "the channel is archived (is_archived)" in en(one.reply.title)
    ]
    assert told.person == IDA


@pytest.mark.parametrize("missing", ["channel", "team"])
def test_who_cannot_be_told_is_not(
    make_core_bot: Callable[..., CoreBot], caplog: pytest.LogCaptureFixture, missing: str
) -> None:
    core_bot = make_core_bot(channels=Channels(approval=APPROVALS, audit="" if missing == "channel" else AUDIT))
    if missing == "team":
        stall(core_bot)
        core_bot.ctx.workspace.identify("")
        core_bot.clock.advance(SLOW_MS)
    with caplog.at_level(logging.WARNING):
        looks(LagWatch(core_bot.ctx), core_bot)
    assert "audit" in caplog.text
    assert core_bot.waiting_private_notices() == []
