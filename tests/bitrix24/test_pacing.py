"""The bucket keeps us below the portal's limit, and the breaker leaves a dead portal alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from plugins.bitrix24.breaker import FAILURES, PAUSE, Breaker
from plugins.bitrix24.bucket import LocalBucket


def test_what_fits_goes_at_once_and_the_rest_at_the_pace_of_the_drain() -> None:
    bucket = LocalBucket(holds=3, drains=2)
    assert [bucket.take(0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_the_bucket_drains_while_time_passes_and_never_below_empty() -> None:
    bucket = LocalBucket(holds=2, drains=2)
    assert [bucket.take(0.0) for _ in range(3)] == [0.0, 0.0, 0.5]
    assert bucket.take(1.0) == 0.0
    assert [bucket.take(1000.0) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_a_clock_that_starts_anew_does_not_fill_the_bucket() -> None:
    bucket = LocalBucket(holds=2, drains=2)
    bucket.take(1000.0)
    assert bucket.take(0.0) == 0.0


def test_when_the_portal_says_full_we_wait_too() -> None:
    bucket = LocalBucket(holds=48, drains=2)
    bucket.take(0.0)
    bucket.overflowed(0.0)
    assert bucket.take(0.0) == 0.5


def test_threads_share_the_bucket_without_losing_a_place() -> None:
    bucket = LocalBucket(holds=0, drains=1)
    with ThreadPoolExecutor(max_workers=8) as threads:
        waits = sorted(threads.map(lambda _: bucket.take(5.0), range(400)))
    assert waits == [float(number) for number in range(1, 401)]


def test_five_failures_in_a_row_open_the_breaker_for_half_a_minute_and_one_call_probes() -> None:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.allows(100.0)
        breaker.failed(100.0)
    assert not breaker.allows(100.0)
    assert not breaker.allows(100.0 + PAUSE - 1)
    assert breaker.allows(100.0 + PAUSE)
    assert not breaker.allows(100.0 + PAUSE), "only one probes"
    breaker.worked()
    assert breaker.allows(100.0 + PAUSE)


def test_a_failed_probe_starts_the_pause_anew_and_a_success_in_between_forgets() -> None:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.failed(0.0)
    assert breaker.allows(PAUSE)
    breaker.failed(PAUSE)
    assert not breaker.allows(PAUSE + PAUSE - 1)
    breaker.worked()
    for _ in range(FAILURES - 1):
        breaker.failed(0.0)
    assert breaker.allows(0.0)
