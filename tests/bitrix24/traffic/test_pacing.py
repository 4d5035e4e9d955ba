"""The bucket keeps us below the portal's limit, and the breaker leaves a dead portal alone."""

from __future__ import annotations

import fcntl
import logging
import os
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.plugin import Refusal, Services
from bot.testing.services import scratch_services
from plugins.bitrix24.auth.audit_events import EVENTS
from plugins.bitrix24.traffic.circuit_breaker import FAILURES, PAUSE, CircuitBreaker
from plugins.bitrix24.traffic.rate_limit import (
    ENTERPRISE,
    STANDARD,
    Bucket,
    LocalBucket,
    RateLimit,
    SharedBucket,
    bucket_file,
)
from plugins.bitrix24.traffic.rate_limit import pace as pace_of
from tests.bitrix24.plugin_bot import PluginBot, StoryClock
from tests.language.english import en, raises

Make = Callable[[RateLimit], Bucket]


@pytest.fixture(params=["alone", "shared"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Buckets of either kind: the rules are the same."""
    if request.param == "alone":
        return LocalBucket
    services = services_in(tmp_path)
    return lambda pace: SharedBucket(services, "member", pace)


def services_in(folder: Path) -> Services:
    return scratch_services(folder, {}, plugin="bitrix24", events=EVENTS, clock=StoryClock())


def test_what_fits_goes_at_once_and_the_rest_at_the_pace_of_the_drain(make: Make) -> None:
    bucket = make(RateLimit(holds=3, drains=2))
    assert [bucket.take(0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_the_bucket_drains_while_time_passes_and_never_below_empty(make: Make) -> None:
    bucket = make(RateLimit(holds=2, drains=2))
    assert [bucket.take(0.0) for _ in range(3)] == [0.0, 0.0, 0.5]
    assert bucket.take(1.0) == 0.0
    assert [bucket.take(1000.0) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_a_clock_that_starts_anew_neither_fills_nor_drains_the_bucket(make: Make) -> None:
    """After a restart of the machine its seconds count from nothing again."""
    bucket = make(RateLimit(holds=2, drains=2))
    assert [bucket.take(1000.0) for _ in range(2)] == [0.0, 0.0]
    assert bucket.take(5.0) == 0.5
    assert bucket.take(6.5) == 0.0


def test_who_was_overtaken_between_the_clock_and_the_bucket_drains_nothing_twice(make: Make) -> None:
    """Else a slow machine would send more than the portal takes."""
    bucket = make(RateLimit(holds=4, drains=2))
    assert [bucket.take(100.0) for _ in range(4)] == [0.0] * 4
    assert bucket.take(101.0) == 0.0
    assert bucket.take(100.0) == 0.0
    assert bucket.take(101.0) == 0.5


def test_when_the_portal_says_full_we_wait_too(make: Make) -> None:
    bucket = make(STANDARD)
    bucket.take(0.0)
    bucket.overflowed(0.0)
    assert bucket.take(0.0) == 0.5


def test_who_would_wait_too_long_takes_no_place(make: Make) -> None:
    bucket = make(RateLimit(holds=1, drains=1))
    assert [bucket.take(0.0, most=1.0) for _ in range(4)] == [0.0, 1.0, None, None]
    assert bucket.take(0.0, most=2.0) == 2.0


def test_threads_share_the_bucket_without_losing_a_place(make: Make) -> None:
    bucket = make(RateLimit(holds=0, drains=1))
    with ThreadPoolExecutor(max_workers=8) as threads:
        waits = sorted(wait for wait in threads.map(lambda _: bucket.take(5.0), range(400)) if wait is not None)
    assert waits == [float(number) for number in range(1, 401)]


# ---------------------------------------------------------------------------------------- shared between processes


def test_two_processes_fill_one_bucket_and_two_portals_two(tmp_path: Path) -> None:
    pace = RateLimit(holds=1, drains=1)
    one, two = (SharedBucket(services_in(tmp_path), "member", pace) for _ in range(2))
    assert [one.take(0.0), two.take(0.0), one.take(0.0)] == [0.0, 1.0, 2.0]
    assert SharedBucket(services_in(tmp_path), "another", pace).take(0.0) == 0.0


def test_a_member_id_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    assert bucket_file(tmp_path, "../../etc/x").parent == tmp_path
    assert bucket_file(tmp_path, "a") != bucket_file(tmp_path, "b")


def test_the_file_is_for_the_bot_alone(tmp_path: Path) -> None:
    services = services_in(tmp_path)
    SharedBucket(services, "member").take(0.0)
    assert bucket_file(services.scratch, "member").stat().st_mode & 0o777 == 0o600
    assert services.scratch.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"short",
        bytes(17),
        struct.pack("<dd", float("nan"), 1.0),
        struct.pack("<dd", 1.0, float("inf")),
        struct.pack("<dd", -5.0, 1.0),
        struct.pack("<dd", 1e300, 1.0),
    ],
)
def test_what_is_no_level_counts_as_an_empty_bucket(tmp_path: Path, raw: bytes) -> None:
    services = services_in(tmp_path)
    services.scratch.mkdir(parents=True)
    bucket_file(services.scratch, "member").write_bytes(raw)
    bucket = SharedBucket(services, "member", RateLimit(holds=1, drains=1))
    assert [bucket.take(0.0), bucket.take(0.0)] == [0.0, 1.0]


def test_a_folder_that_was_taken_away_is_made_again(tmp_path: Path) -> None:
    services = services_in(tmp_path)
    bucket = SharedBucket(services, "member", RateLimit(holds=1, drains=1))
    bucket.take(0.0)
    bucket_file(services.scratch, "member").unlink()
    services.scratch.rmdir()
    assert [bucket.take(0.0), bucket.take(0.0)] == [0.0, 1.0]


def test_where_the_folder_cannot_be_written_a_process_paces_itself_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    services = services_in(tmp_path)
    services.scratch.parent.mkdir(parents=True, exist_ok=True)
    services.scratch.write_text("a file where a folder should be")
    bucket = SharedBucket(services, "member", RateLimit(holds=1, drains=1))
    with caplog.at_level(logging.WARNING):
        assert [bucket.take(0.0), bucket.take(0.0)] == [0.0, 1.0]
        bucket.overflowed(0.0)
    told = [record for record in caplog.records if "cannot be shared" in record.getMessage()]
    assert len(told) == 1
    assert str(services.scratch) in told[0].getMessage()


def test_a_process_that_was_stopped_while_it_held_the_file_does_not_stop_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    services = services_in(tmp_path)
    bucket = SharedBucket(services, "member", RateLimit(holds=1, drains=1))
    bucket.take(0.0)
    file = os.open(bucket_file(services.scratch, "member"), os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        with caplog.at_level(logging.WARNING):
            assert bucket.take(0.0) == 0.0, "its own bucket is empty still"
        assert "another process holds" in caplog.text
    finally:
        os.close(file)
    assert bucket.take(0.0) == 1.0


# ------------------------------------------------------------------------------------------------------ the plans


@pytest.mark.parametrize(
    ("word", "pace"),
    [("", STANDARD), ("standard", STANDARD), (" Enterprise ", ENTERPRISE)],
)
def test_the_plan_sets_the_pace(word: str, pace: RateLimit) -> None:
    assert pace_of({"BITRIX24_PLAN": word}) == pace


def test_a_plan_that_does_not_exist_stops_the_bot_at_its_start(make_plugin_bot: Callable[..., PluginBot]) -> None:
    with raises(Refusal, match="BITRIX24_PLAN has the unknown value “gold”"):
        make_plugin_bot(BITRIX24_PLAN="gold")


@pytest.mark.parametrize(("plan", "enterprise"), [("standard", False), ("enterprise", True)])
def test_at_its_pace_a_portal_never_says_that_it_is_full(
    make_plugin_bot: Callable[..., PluginBot], plan: str, enterprise: bool
) -> None:
    plugin_bot = make_plugin_bot(BITRIX24_PLAN=plan)
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.plan = replace(plugin_bot.portal.state.plan, enterprise=enterprise)
    portal = plugin_bot.open()
    began = plugin_bot.clock.monotonic()
    for _ in range(300 if enterprise else 120):
        portal.app()
    assert {entry.outcome for entry in plugin_bot.calls()} == {"ok"}
    due = (300 - 245) / 5 if enterprise else (120 - 48) / 2
    # On a busy machine part of the wait passes by itself; what is slept and what passes make it up together.
    assert plugin_bot.clock.monotonic() - began >= due - 1.0
    assert sum(plugin_bot.clock.slept) <= due + 1.0


def test_a_call_that_would_wait_too_long_for_its_turn_is_told_so_and_nothing_is_sent(plugin_bot: PluginBot) -> None:
    bucket = SharedBucket(plugin_bot.services, plugin_bot.portal.member_id)
    for _ in range(48 + 2 * 120 + 1):
        bucket.take(plugin_bot.clock.monotonic())
    error = plugin_bot.refusal("connector list")
    assert "Too many requests to this portal are waiting" in en(error.sentence)
    assert plugin_bot.perform_remove().facts["attempts"] == 0
    assert plugin_bot.calls() == []


# ------------------------------------------------------------------------------------------------------ the breaker


def test_five_failures_in_a_row_open_the_breaker_for_half_a_minute_and_one_call_probes() -> None:
    breaker = CircuitBreaker()
    for _ in range(FAILURES):
        assert breaker.try_acquire(100.0)
        breaker.failed(100.0)
    assert not breaker.try_acquire(100.0)
    assert not breaker.try_acquire(100.0 + PAUSE - 1)
    assert breaker.try_acquire(100.0 + PAUSE)
    assert not breaker.try_acquire(100.0 + PAUSE), "only one probes"
    breaker.record_success()
    assert breaker.try_acquire(100.0 + PAUSE)


def test_a_failed_probe_starts_the_pause_anew_and_a_success_in_between_forgets() -> None:
    breaker = CircuitBreaker()
    for _ in range(FAILURES):
        breaker.failed(0.0)
    assert breaker.try_acquire(PAUSE)
    breaker.failed(PAUSE)
    assert not breaker.try_acquire(PAUSE + PAUSE - 1)
    breaker.record_success()
    for _ in range(FAILURES - 1):
        breaker.failed(0.0)
    assert breaker.try_acquire(0.0)
