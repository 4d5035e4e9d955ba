"""What the calls of one process share: connections to a host, and what is kept about a portal. Holds no credentials."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import field

from bot.plugin import Clock, Message, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.http.exchange import Wire
from plugins.bitrix24.traffic.circuit_breaker import CircuitBreaker
from plugins.bitrix24.traffic.last_seen import LastSeen
from plugins.bitrix24.traffic.operating_limit import OperatingTime
from plugins.bitrix24.traffic.rate_limit import Bucket, pace
from plugins.bitrix24.traffic.read_cache import ReadCache
from plugins.bitrix24.traffic.server_bucket import make_bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where connections go, and by which authorities they know that they are there.

    `address` is the only address that the host's name may lead to; empty: any on the open internet. `authorities` are
    PEM certificates of authorities that count beside those of the system.
    """

    base: str
    address: str = ""
    authorities: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One host as this process sees it."""

    wire: Wire
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalState:
    """What all calls to one portal have in common, under whatever host name they go."""

    bucket: Bucket
    operating: OperatingTime
    renewing: threading.Lock = field(default_factory=threading.Lock)
    """Held by the thread that renews the tokens of this portal."""
    moving: threading.Lock = field(default_factory=threading.Lock)
    """Held by the thread that finds out where a renamed portal is."""
    remarks: set[Message] = field(default_factory=set)
    """What is wrong with the bytes of its answers, each told once in the log."""
    hints: LastSeen = field(default_factory=LastSeen)
    kept: ReadCache = field(default_factory=ReadCache)


def make_http_link(to: Destination, clock: Clock) -> Link:
    """A link over HTTP; http itself is for loopback, as `endpoints` has made sure."""
    # It takes `requests` along, which nobody needs who calls no portal.
    from plugins.bitrix24.http.transport import HttpWire, make_tls

    return Link(
        wire=HttpWire(
            clock,
            loopback=to.base.startswith("http://"),
            address=to.address,
            tls=lambda: make_tls(to.authorities),
        )
    )


def make_portal_state(services: Services, member_id: str) -> PortalState:
    """What is kept about a portal, at the pace that the settings say."""
    bucket = make_bucket(services, member_id, pace(services.settings))
    return PortalState(bucket=bucket, operating=OperatingTime(services.log))


class Connections:
    """The links and the traffic of a process, made when first needed."""

    def __init__(
        self,
        make: Callable[[Destination, Clock], Link] = make_http_link,
        keep: Callable[[Services, str], PortalState] = make_portal_state,
    ) -> None:
        self._make = make
        self._keep = keep
        self._lock = threading.Lock()
        self._links: dict[Destination, Link] = {}
        self._traffic: dict[str, PortalState] = {}

    def for_host(self, destination: Destination, clock: Clock) -> Link:
        """The link to a destination. Another address or other authorities make another link."""
        with self._lock:
            if destination not in self._links:
                self._links[destination] = self._make(destination, clock)
            return self._links[destination]

    def close(self) -> None:
        """Close every connection that rests. What is known of hosts and portals stays, and a call makes a new one."""
        with self._lock:
            for link in self._links.values():
                link.wire.close()

    def last_seen(self, member_id: str) -> LastSeen | None:
        """What this process saw on a portal when it read it last; None for one that it did not read."""
        with self._lock:
            state = self._traffic.get(member_id)
            return state.hints if state else None

    def traffic(self, services: Services, member_id: str) -> PortalState:
        """What is kept about the portal that `member_id` names."""
        with self._lock:
            if member_id not in self._traffic:
                self._traffic[member_id] = self._keep(services, member_id)
            return self._traffic[member_id]
