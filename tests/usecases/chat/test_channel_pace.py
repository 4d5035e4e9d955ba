"""The pace of a channel: one message at a time, none while it rests, and nobody else is held up."""

from __future__ import annotations

import pytest

from bot.clock import SystemClock
from bot.usecases.chat.channel_pace import (
    GAPS,
    LEAST_WAIT_MS,
    LONGEST_REST_MS,
    NO_GAPS,
    ChannelRateLimiter,
    PostKind,
    backoff_ms,
)
from tests.usecases.core_bot import StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def pace(clock: StillClock) -> ChannelRateLimiter:
    return ChannelRateLimiter(clock)


def takes(pace: ChannelRateLimiter, channel: str = "C1") -> bool:
    return pace.take(channel, PostKind.POST)


@pytest.mark.parametrize("way", PostKind)
def test_the_first_goes_at_once_and_the_next_after_the_gap(
    pace: ChannelRateLimiter, clock: StillClock, way: PostKind
) -> None:
    assert pace.take("C1", way)
    clock.advance(GAPS[way] - 0.001)
    assert not pace.take("C1", way)
    clock.advance(0.001)
    assert pace.take("C1", way)


def test_channels_and_ways_do_not_hold_each_other_up(pace: ChannelRateLimiter) -> None:
    assert takes(pace, "C1")
    assert takes(pace, "C2")
    assert pace.take("C1", PostKind.REWRITE)
    assert not takes(pace, "C1")


def test_no_more_than_one_a_second_whoever_asks_and_how_often(pace: ChannelRateLimiter, clock: StillClock) -> None:
    taken = 0
    for _ in range(1_000):
        taken += takes(pace)
        clock.advance(0.01)
    assert taken == 10


def test_a_channel_that_rests_takes_nothing_in_either_way(pace: ChannelRateLimiter, clock: StillClock) -> None:
    pace.pause("C1", 30)
    pace.pause("C1", 5)
    clock.advance(29.9)
    assert not takes(pace)
    assert not pace.take("C1", PostKind.REWRITE)
    assert takes(pace, "C2")
    clock.advance(0.1)
    assert takes(pace)


def test_a_channel_that_fails_rests_longer_each_time_and_not_for_ever(
    pace: ChannelRateLimiter, clock: StillClock
) -> None:
    def rested() -> float:
        pace.record_failure("C1")
        seconds = 0.0
        while not takes(pace):
            clock.advance(0.25)
            seconds += 0.25
        return seconds

    longest = LONGEST_REST_MS / 1_000
    assert [rested() for _ in range(8)] == [1, 2, 4, 8, 16, 32, longest, longest]
    pace.record_success("C1")
    assert rested() == 1, "what got out is a new beginning"


def test_others_pass_when_something_got_out_since_the_channel_began_to_fail(
    pace: ChannelRateLimiter, clock: StillClock
) -> None:
    assert not pace.has_other_success("C1"), "nothing has got out at all"
    pace.record_success("C2")
    clock.advance(1)
    pace.record_failure("C1")
    assert not pace.has_other_success("C1"), "what went before says nothing"
    clock.advance(1)
    pace.record_success("C2")
    assert pace.has_other_success("C1")
    assert pace.record_success("C1") == 1
    assert pace.has_other_success("C1"), "it takes other messages"
    assert pace.record_success("C1") == 0


def test_without_gaps_only_a_rest_holds_anything_up(pace: ChannelRateLimiter) -> None:
    pace.gaps = NO_GAPS
    assert all(takes(pace) for _ in range(5))
    pace.pause("C1", 1)
    assert not takes(pace)


def test_a_wall_clock_that_is_set_back_silences_nobody(clock: StillClock) -> None:
    class Steady(StillClock):
        steady = 100.0

        def monotonic(self) -> float:
            return self.steady

    steady = Steady()
    pace = ChannelRateLimiter(steady)
    assert takes(pace)
    steady.now -= 3_600_000
    steady.steady += 1
    assert takes(pace)


@pytest.mark.parametrize(
    ("tries", "most"), [(1, 1_000), (2, 2_000), (4, 8_000), (9, 256_000), (10, 300_000), (99, 300_000)]
)
def test_the_longest_wait_doubles_with_each_try_up_to_the_cap(tries: int, most: int) -> None:
    found = [backoff_ms(SystemClock(), tries, 300_000) for _ in range(300)]
    assert LEAST_WAIT_MS <= min(found) < LEAST_WAIT_MS + most / 4
    assert most * 3 / 4 < max(found) <= most
