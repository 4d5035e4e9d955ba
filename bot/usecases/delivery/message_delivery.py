"""One message on its way to Slack: what is in it, who carries it, and what nobody else may send meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from bot import clock as ids
from bot.plugin.frozen import dataclass
from bot.store.repositories.outbox import Envelope
from bot.store.repositories.outbox_order import Head
from bot.usecases.chat.channel_pace import ChannelRateLimiter, PostKind
from bot.usecases.chat.delivery_errors import Broken, Busy, DeliveryError
from bot.usecases.context import log

Lane = tuple[str, PostKind]
"""A channel and the way into it: one message at a time, so that none overtakes another."""


class Carrier(Protocol):
    """What takes one kind of notices to Slack."""

    def carry(self, delivery: Delivery) -> Result:
        """Say it; what came of it. Once it is said, nothing is stored before that is."""

    def follow_up(self, result: Result) -> None:
        """Whatever else follows, once the result is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message that is taken and not yet sent. An answer to a person has no lane: it waits for no other message."""

    carrier: Carrier
    envelopes: tuple[Envelope, ...]
    lane: Lane | None = None
    head: Head | None = None
    last: bool = False
    """Whether it is an answer that comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one message, to be stored in one transaction."""

    envelopes: tuple[Envelope, ...]
    error: DeliveryError | None
    marks: tuple[str, str] | None = None
    """A channel of which it tells whether it takes messages, and why not."""
    recovered: str = ""
    """A channel that takes messages again: what stepped aside is tried at once."""


class InFlight:
    """The deliveries that are being sent by the threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deliveries: list[Delivery] = []

    def begin(self, delivery: Delivery) -> None:
        with self._lock:
            self._deliveries.append(delivery)

    def end(self, delivery: Delivery) -> None:
        with self._lock:
            self._deliveries.remove(delivery)

    def is_free(self, lane: Lane) -> bool:
        """Whether nothing is on its way by this lane."""
        with self._lock:
            return all(delivery.lane != lane for delivery in self._deliveries)

    def holds(self, id: int) -> bool:
        """Whether this notice is on its way: queued anew meanwhile, it waits until it is known what came of it."""
        with self._lock:
            return any(envelope.id == id for delivery in self._deliveries for envelope in delivery.envelopes)

    def has_last(self) -> bool:
        """Whether an answer that comes last is on its way."""
        with self._lock:
            return any(delivery.last for delivery in self._deliveries)


def attempt(say: Callable[[], object]) -> DeliveryError | None:
    """Say it; what went wrong, if it did. What nobody foresaw must not end the queue."""
    try:
        say()
    except DeliveryError as error:
        return error
    except Exception as error:  # noqa: BLE001 - the edge of a delivery: the notice waits, the log has the rest
        log.exception("a delivery failed (%s)", ids.incident_id(), extra={"action": "delivery_fault"})
        return Broken(type(error).__name__)
    return None


def apply_backpressure(pace: ChannelRateLimiter, channel: str, error: DeliveryError | None) -> str:
    """Let a channel's answer to one message count for the next; the channel, if it takes messages again."""
    if isinstance(error, Busy):
        pace.pause(channel, error.seconds)
    return channel if error is None and pace.record_success(channel) else ""
