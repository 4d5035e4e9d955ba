"""How long a notice waits before it is tried again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.notices import AuditNotice, CardNotice, Notice
from bot.store.outbox import Envelope
from bot.usecases.deliver import (
    DEAD_CHANNEL_RETRY_MS,
    LONGEST_WAIT_MS,
    Busy,
    ChannelDead,
    DeliveryError,
    Lost,
    wait_ms,
)


def envelope(notice: Notice, attempts: int) -> Envelope:
    return Envelope(id=1, notice=notice, attempts=attempts)


def waits() -> Iterator[tuple[Notice, int, DeliveryError, int, int]]:
    card, audit = CardNotice(number=1), AuditNotice(seq=1)
    yield card, 1, Busy(2.5), 2_500, 2_500
    yield card, 9, ChannelDead("x"), DEAD_CHANNEL_RETRY_MS, DEAD_CHANNEL_RETRY_MS
    for attempts in (1, 2, 5, 9, 20, 1_000):
        most = min(LONGEST_WAIT_MS, 500 * 2 ** min(attempts, 12))
        yield card, attempts, Lost("x"), most // 2, most
        yield audit, attempts, Lost("x"), min(most, DEAD_CHANNEL_RETRY_MS) // 2, min(most, DEAD_CHANNEL_RETRY_MS)


@pytest.mark.parametrize(("notice", "attempts", "error", "least", "most"), list(waits()))
def test_a_wait_lies_between_half_and_all_of_what_grows_with_each_attempt(
    notice: Notice, attempts: int, error: DeliveryError, least: int, most: int
) -> None:
    assert all(least <= wait_ms(envelope(notice, attempts), error) <= most for _ in range(20))
