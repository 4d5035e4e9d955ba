"""What to say when a port cannot be listened on."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from bot.plugin import Refusal

REASONS = {
    errno.EADDRINUSE: "something else listens on it",
    errno.EACCES: "this account may not",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def resolved(host: str) -> str:
    """One address for a name: a server listens on one. Raises OSError for a name that nobody knows."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    found.sort(key=lambda row: row[0] is not socket.AF_INET)
    return str(found[0][4][0])


@contextmanager
def listening(port: int) -> Iterator[None]:
    """Turn what the system says about an address into a sentence."""
    try:
        yield
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        raise Refusal(
            f"Port {port} cannot be listened on: {reason}.",
            hint="Choose another --port (0 picks a free one) or --host.",
        ) from None
