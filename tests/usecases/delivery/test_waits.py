"""How long a notice waits before it is tried again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.clock import SystemClock
from bot.core.messages.notices import Announcement, AuditNotice, CardNotice, Notice, PrivateNotice, ThreadNotice
from bot.plugin import Reply
from bot.store.repositories.outbox import Envelope
from bot.usecases.chat.channel_pace import LEAST_WAIT_MS
from bot.usecases.chat.delivery_errors import Broken, Busy, ChannelDead, DeliveryError, Impossible, Lost, Unchangeable
from bot.usecases.delivery.redelivery import (
    ASIDE_LEAST_MS,
    LONGEST_AUDIT_WAIT_MS,
    LONGEST_REFUSED_MS,
    LONGEST_WAIT_MS,
    STEPS_ASIDE_AFTER,
    FailedAttempt,
    is_final,
    keeps_turn,
    wait_ms,
)
from tests.tables.rows import each_row
from tests.usecases.core_bot import OLGA

CLOCK = SystemClock()


def trouble(notice: Notice, attempts: int, error: DeliveryError, *, others_pass: bool = False) -> FailedAttempt:
    envelope = Envelope(id=1, notice=notice, attempts=attempts)
    return FailedAttempt(envelope=envelope, error=error, others_pass=others_pass)


def waits() -> Iterator[tuple[Notice, int, DeliveryError, int, int]]:
    audit, answer = AuditNotice(seq=1), PrivateNotice(person=OLGA, channel="C1", reply=Reply(title="x"))
    yield answer, 1, Busy(2.5), 2_500, 2_500
    for attempts in (1, 2, 5, 9, 20, 1_000):
        most = 1_000 * 2 ** min(attempts - 1, 20)
        yield answer, attempts, Lost("x"), LEAST_WAIT_MS, min(LONGEST_WAIT_MS, most)
        yield audit, attempts, Lost("x"), LEAST_WAIT_MS, min(LONGEST_AUDIT_WAIT_MS, most)
        yield audit, attempts, ChannelDead("x"), LEAST_WAIT_MS, min(LONGEST_REFUSED_MS, most)
        yield answer, attempts, ChannelDead("x"), LEAST_WAIT_MS, min(LONGEST_REFUSED_MS, most)
        yield CardNotice(number=1), attempts, Broken("x"), LEAST_WAIT_MS, min(LONGEST_WAIT_MS, most)


@each_row(("notice", "attempts", "error", "least", "most"), list(waits()))
def test_a_wait_is_any_time_up_to_twice_as_long_with_each_attempt(
    notice: Notice, attempts: int, error: DeliveryError, least: int, most: int
) -> None:
    found = [wait_ms(trouble(notice, attempts, error), CLOCK) for _ in range(200)]
    assert least <= min(found)
    assert max(found) <= most
    if least < most:
        assert min(found) < least + (most - least) / 4, "tries of several processes are spread over all of it"
        assert max(found) > most - (most - least) / 4


POSTS: list[Notice] = [
    CardNotice(number=1),
    ThreadNotice(number=1, text="x"),
    Announcement(channel="C1", text="x"),
]
OTHERS: list[Notice] = [AuditNotice(seq=1), PrivateNotice(person=OLGA, channel="C1", reply=Reply(title="x"))]
ERRORS: list[DeliveryError] = [
    *(Busy(9), Lost("internal_error"), ChannelDead("never_heard_of"), Unchangeable("is_inactive")),
    *(Impossible("invalid_blocks"), Broken("x")),
]


@pytest.mark.parametrize("notice", POSTS)
def test_a_post_keeps_its_turn_and_then_lets_later_ones_of_its_channel_pass(notice: Notice) -> None:
    """After three refusals; when Slack answers nobody, nothing overtakes."""
    refused = ChannelDead("restricted_action")
    assert [wait_ms(trouble(notice, n, refused), CLOCK) for n in range(1, STEPS_ASIDE_AFTER)] == [0, 0]
    aside = [wait_ms(trouble(notice, STEPS_ASIDE_AFTER, refused), CLOCK) for _ in range(50)]
    assert min(aside) >= ASIDE_LEAST_MS, "long enough for a later one to pass"
    assert wait_ms(trouble(notice, 50, Lost("timeout")), CLOCK) == 0
    assert wait_ms(trouble(notice, 50, Lost("timeout"), others_pass=True), CLOCK) > 0
    assert wait_ms(trouble(notice, 50, Busy(9), others_pass=True), CLOCK) == 0


@pytest.mark.parametrize("notice", OTHERS)
def test_what_has_a_way_of_its_own_keeps_no_turn(notice: Notice) -> None:
    assert not any(keeps_turn(trouble(notice, 1, error)) for error in ERRORS)


@each_row("notice", [*POSTS, *OTHERS])
@each_row("error", ERRORS)
def test_only_a_refused_content_or_a_fault_of_our_own_makes_a_dead_letter(notice: Notice, error: DeliveryError) -> None:
    final = isinstance(error, Impossible) and not isinstance(notice, AuditNotice)
    ours = isinstance(error, Broken) and isinstance(notice, ThreadNotice | PrivateNotice)
    assert is_final(trouble(notice, 10_000, error)) is (final or ours)
