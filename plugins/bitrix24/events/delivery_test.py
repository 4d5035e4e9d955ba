"""The end-to-end test of posted events: the portal is asked for a test event, and it has to arrive at our address.

It proves at once that the application is installed and paid, that the portal reaches us, and that the application token
is the expected one.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from bot.plugin import CallVerdict, Services
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.events import online_events

WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.5


class Delivery(StrEnum):
    """What came of a test event."""

    ARRIVED = "arrived"
    SILENT = "silent"
    """The portal took the request, and nothing came."""
    REFUSED = "refused"
    """The portal did not take the request."""
    NO_ADDRESS = "no-address"
    """The bot has no public address that events could be posted to."""


def try_delivery(services: Services, caller: Caller) -> Delivery:
    """Ask for a test event and wait for it. The address has to be bound already, as the watch does."""
    address = online_events.event_address(services)
    if not address:
        return Delivery.NO_ADDRESS
    clock = services.clock
    seed = f"{address} {clock.now_ms()} {clock.monotonic()} {clock.jitter(1.0)}"
    nonce = hashlib.sha256(seed.encode()).hexdigest()[:32]
    if caller.change("event.test", {"nonce": nonce}).verdict is not CallVerdict.DONE:
        return Delivery.REFUSED
    until = clock.monotonic() + WAIT_SECONDS
    while not online_events.has_arrived(services, nonce):
        if clock.monotonic() >= until:
            return Delivery.SILENT
        clock.sleep(LOOK_SECONDS)
    return Delivery.ARRIVED
