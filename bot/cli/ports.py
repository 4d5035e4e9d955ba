"""What to say when a port cannot be listened on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from bot.plugin import Refusal

REASONS = {
    errno.EADDRINUSE: "something else listens on it",
    errno.EACCES: "this account may not",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


@contextmanager
def listening(port: int) -> Iterator[None]:
    """Turn what the system says about an address into a sentence."""
    try:
        yield
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        raise Refusal(
            f"Port {port} cannot be listened on: {reason}.", hint="Choose another --port; 0 picks a free one."
        ) from None
