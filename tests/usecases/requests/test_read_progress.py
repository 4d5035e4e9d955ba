"""Progress: silence at first, then one message that is edited, and no harm when Slack does not take it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.clock import SystemClock
from bot.core.principals import Principal
from bot.usecases.chat.channel_pace import ChannelRateLimiter, PostKind
from bot.usecases.chat.delivery_errors import Busy, Lost
from bot.usecases.requests.read_progress import PACE_SECONDS, SILENT_SECONDS, Reporter
from tests.usecases.messenger import Recorder

OLGA = Principal(team="T0001", user="U0001")


class Hand(SystemClock):
    """A clock that moves when told."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@dataclass(slots=True)
class Heard:
    """A clock and a messenger."""

    clock: Hand = field(default_factory=Hand)
    messenger: Recorder = field(default_factory=Recorder)
    pace: ChannelRateLimiter = field(init=False)

    def __post_init__(self) -> None:
        self.pace = ChannelRateLimiter(self.clock)


def reporter(heard: Heard, channel: str = "C0001") -> Reporter:
    return Reporter(heard.clock, heard.messenger, OLGA, channel, heard.pace)


def test_a_short_read_says_nothing() -> None:
    heard = Heard()
    report = reporter(heard)
    report(1, 2, "statuses")
    report.finish()
    assert heard.messenger.said == []


def test_a_long_read_is_told_at_a_pace_and_finished() -> None:
    heard = Heard()
    report = reporter(heard)
    heard.clock.now += SILENT_SECONDS
    report(10, 80, "statuses")
    report(11, 80, "statuses")
    heard.clock.now += PACE_SECONDS
    report(40, 80, "statuses")
    report.finish()
    told = [text for _, text in heard.messenger.said]
    assert [text[-len("10 of 80") :] for text in told[:2]] == ["10 of 80", "40 of 80"]
    assert told[-1].endswith("It is finished.")
    assert len(told) == 3


def test_what_does_not_get_out_stops_nothing() -> None:
    heard = Heard()
    report = reporter(heard)
    heard.messenger.fail("note", Lost("timeout"))
    heard.clock.now += SILENT_SECONDS
    report(10, 80, "statuses")
    report.finish()
    assert heard.messenger.said == []


@pytest.mark.parametrize("channel", [""])
def test_where_nobody_typed_nothing_is_told(channel: str) -> None:
    heard = Heard()
    report = reporter(heard, channel)
    heard.clock.now += SILENT_SECONDS
    report(10, 80, "statuses")
    assert heard.messenger.tried == []


def test_progress_waits_for_the_channels_next_moment_like_everything_else() -> None:
    heard = Heard()
    report = reporter(heard)
    heard.clock.now += SILENT_SECONDS
    assert heard.pace.take("C0001", PostKind.POST)
    report(10, 80, "statuses")
    assert heard.messenger.said == []
    heard.clock.now += 1
    report(11, 80, "statuses")
    assert len(heard.messenger.said) == 1


def test_a_channel_that_asks_progress_to_wait_rests_for_everybody() -> None:
    heard = Heard()
    heard.messenger.fail("note", Busy(30))
    report = reporter(heard)
    heard.clock.now += SILENT_SECONDS
    report(10, 80, "statuses")
    heard.clock.now += 29
    assert not heard.pace.take("C0001", PostKind.POST)
    heard.clock.now += 1
    assert heard.pace.take("C0001", PostKind.POST)
