"""What the calls of one process to one host share: its connections, its bucket, its breaker, its renewal lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from plugins.bitrix24.breaker import Breaker
from plugins.bitrix24.bucket import Bucket, LocalBucket
from plugins.bitrix24.client import HttpWire
from plugins.bitrix24.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One host as this process sees it. Holds no credentials."""

    wire: Wire
    bucket: Bucket = field(default_factory=LocalBucket)
    breaker: Breaker = field(default_factory=Breaker)
    renewing: threading.Lock = field(default_factory=threading.Lock)
    """Held by the thread that renews the tokens of this portal."""


def http_link(base: str) -> Link:
    """A link over HTTP; http itself is for loopback, as `endpoints` has made sure."""
    return Link(wire=HttpWire(loopback=base.startswith("http://")))


class Links:
    """The links of a process, made when first needed, by base address."""

    def __init__(self, make: Callable[[str], Link] = http_link) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._links: dict[str, Link] = {}

    def to(self, base: str) -> Link:
        with self._lock:
            if base not in self._links:
                self._links[base] = self._make(base)
            return self._links[base]
