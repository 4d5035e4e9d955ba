"""How long a notice waits before it is tried again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.notices import AuditNotice, CardNotice, Notice, ThreadNotice, Whisper
from bot.plugin import Reply
from bot.store.outbox import Envelope
from bot.usecases.deliver import DEAD_CHANNEL_RETRY_MS, LONGEST_AUDIT_WAIT_MS, LONGEST_WAIT_MS, wait_ms
from bot.usecases.pace import LEAST_WAIT_MS
from bot.usecases.undelivered import Broken, Busy, ChannelDead, DeliveryError, Lost
from tests.usecases.office import OLGA


def envelope(notice: Notice, attempts: int) -> Envelope:
    return Envelope(id=1, notice=notice, attempts=attempts)


def waits() -> Iterator[tuple[Notice, int, DeliveryError, int, int]]:
    audit, answer = AuditNotice(seq=1), Whisper(person=OLGA, channel="C1", reply=Reply(title="x"))
    yield answer, 1, Busy(2.5), 2_500, 2_500
    yield audit, 9, ChannelDead("x"), DEAD_CHANNEL_RETRY_MS, DEAD_CHANNEL_RETRY_MS
    for attempts in (1, 2, 5, 9, 20, 1_000):
        most = 1_000 * 2 ** min(attempts - 1, 20)
        yield answer, attempts, Lost("x"), LEAST_WAIT_MS, min(LONGEST_WAIT_MS, most)
        yield audit, attempts, Lost("x"), LEAST_WAIT_MS, min(LONGEST_AUDIT_WAIT_MS, most)
        yield CardNotice(number=1), attempts, Broken("x"), LEAST_WAIT_MS, min(LONGEST_WAIT_MS, most)


@pytest.mark.parametrize(("notice", "attempts", "error", "least", "most"), list(waits()))
def test_a_wait_is_any_time_up_to_twice_as_long_with_each_attempt(
    notice: Notice, attempts: int, error: DeliveryError, least: int, most: int
) -> None:
    found = [wait_ms(envelope(notice, attempts), error) for _ in range(200)]
    assert least <= min(found)
    assert max(found) <= most
    if least < most:
        assert min(found) < least + (most - least) / 4, "tries of several processes are spread over all of it"
        assert max(found) > most - (most - least) / 4


@pytest.mark.parametrize("error", [Busy(9), Lost("x"), ChannelDead("x")])
@pytest.mark.parametrize("notice", [CardNotice(number=1), ThreadNotice(number=1, text="x")])
def test_what_goes_into_a_channel_keeps_its_turn_and_waits_with_its_channel(
    notice: Notice, error: DeliveryError
) -> None:
    assert wait_ms(envelope(notice, 5), error) == 0
