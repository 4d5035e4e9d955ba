"""Ports for servers that a test starts by a fixed number, because it has to know that before they listen."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack, suppress

RANGE = range(15_000, 32_000)
"""Systems give the client's end of a connection a port above these: none is lost to a client before it is used."""


def free_port(*, in_a_row: int = 1) -> int:
    """The first of so many ports, one after the other, on which nobody listens."""
    while True:
        first = random.choice(RANGE)
        with ExitStack() as held, suppress(OSError):
            for port in range(first, first + in_a_row):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
