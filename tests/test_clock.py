"""Time, identifiers and randomness."""

from __future__ import annotations

import re

import pytest

from bot.clock import Backoff, ShiftedClock, SystemClock, incident_id, token


def test_the_clock_counts_milliseconds_since_1970_and_does_not_go_back() -> None:
    clock = SystemClock()
    first, steady = clock.now_ms(), clock.monotonic()
    clock.sleep(0)
    assert clock.now_ms() >= first > 1_700_000_000_000
    assert clock.monotonic() >= steady


def test_a_shifted_clock_runs_ahead_by_what_it_was_moved() -> None:
    shifted, real = ShiftedClock(), SystemClock()
    shifted.advance(3_600)
    shifted.advance(0.5)
    before = real.now_ms()
    ahead = shifted.now_ms() - 3_600_500
    assert before <= ahead <= real.now_ms()
    steady = real.monotonic()
    assert steady <= shifted.monotonic() - 3_600.5 <= real.monotonic()


def test_an_incident_can_be_read_out_and_a_token_cannot_be_guessed() -> None:
    assert re.fullmatch("E-[0-9a-f]{6}", incident_id())
    assert re.fullmatch("[0-9a-f]{16}", token())
    assert token() != token()


@pytest.mark.parametrize("most", [0.0, 0.5, 30.0])
def test_jitter_stays_between_nothing_and_the_most(most: float) -> None:
    drawn = [SystemClock().jitter(most) for _ in range(200)]
    assert all(0 <= value <= most for value in drawn)
    assert (len(set(drawn)) > 100) == (most > 0)


def test_back_off_doubles_up_to_its_most_and_begins_again_after_a_success() -> None:
    backoff = Backoff(first=1.0, most=5.0)
    for most in (1.0, 2.0, 4.0, 5.0, 5.0):
        assert most / 2 <= backoff.next() <= most
    backoff.reset()
    assert backoff.next() <= 1.0
