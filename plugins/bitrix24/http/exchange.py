"""What goes out and what comes back, as values. Nothing here sends, and nothing here knows what an answer means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Protocol, TypeAlias

from bot.plugin import Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.redaction.secret import Secret

POOL = 4
"""Connections to one portal at a time: more from one address is what the vendor advises against."""
MAX_ANSWER = 1024 * 1024
"""Bytes of an answer that are read; a longer one is not usable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Time-outs in seconds: to connect, between two bytes of the answer, and for the whole exchange after connecting.

    Without the last, an answer that drips in byte by byte would hold its thread for ever.
    """

    connect: float = 3.05
    read: float = 20.0
    total: float = 60.0

    @property
    def longest(self) -> float:
        """Seconds from the first byte of the request to the last moment in which something of it can be sent or read.

        Head and body are two writes, each of which may wait as long as a connection.
        """
        return 2 * self.connect + self.total


MaySend = Callable[[float], bool]
"""Says right before the first byte whether an exchange that takes at most so many seconds may begin."""
READING = Timeouts()
CHANGING = Timeouts(read=65.0, total=90.0)
"""The portal may work on a request for 60 s, so a change is waited for a little longer than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One HTTP request. `query` is used by a single fallback of the token endpoint and by nothing else."""

    verb: str
    url: str
    content_type: str = ""
    body: Secret = field(default_factory=lambda: Secret(""))
    query: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """One HTTP answer, read to its end. `location` is where a redirect points to."""

    status: int
    body: bytes = field(repr=False, default=b"")
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """No usable answer. `sent` is False only when provably not one byte of the request left."""

    sent: bool
    reason: Text
    """For people; never the text of a library's exception."""
    withheld: bool = False
    """Whether it was not sent because it may not be."""


Exchange: TypeAlias = HttpAnswer | Undelivered


def redact_exchange(exchange: Exchange, *secrets: Secret) -> Exchange:
    """The same exchange with these secrets redacted, should the other side have echoed them."""
    if isinstance(exchange, Undelivered):
        return exchange
    body, location = exchange.body, exchange.location
    for secret in filter(None, secrets):
        body = body.replace(secret.reveal().encode(), b"***")
        location = location.replace(secret.reveal(), "***")
    return HttpAnswer(status=exchange.status, body=body, location=location)


class Wire(Protocol):
    """What carries requests to one host."""

    def send(self, request: HttpRequest, timeouts: Timeouts, may_send: MaySend | None = None) -> Exchange: ...

    def close(self) -> None: ...
