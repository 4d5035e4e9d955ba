"""What to say when a port cannot be listened on."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from bot.plugin import Message, Refusal, Text

REASONS = {
    errno.EADDRINUSE: Message("cli.port.in_use"),
    errno.EACCES: Message("cli.port.not_permitted"),
    errno.EADDRNOTAVAIL: Message("cli.port.no_such_address"),
}


def try_address(host: str, port: int) -> str:
    """One address for the name, after trying that it can be listened on. Raises OSError.

    Tried first, because a server that cannot listen leaves half of itself behind.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        # What cannot even be written as a name of a host, like `.bad`.
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL)) from None
    family, kind, protocol, _, address = min(found, key=lambda row: row[0] is not socket.AF_INET)
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    return str(address[0])


OTHER_PORT = Message("cli.port.choose_another")


@contextmanager
def explain_bind_errors(port: int, *, hint: Text = OTHER_PORT) -> Iterator[None]:
    """Turn what the system says about an address into a sentence."""
    try:
        yield
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        raise Refusal(Message("cli.port.unavailable", port=str(port), reason=reason), hint=hint) from None
