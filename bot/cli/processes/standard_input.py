"""Lines from standard input. Not a byte more is read than the line has, so that one can see whether another waits."""

from __future__ import annotations

import os
import select
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 64 * 1024
"""Bytes of a line; what is longer is nobody's answer."""


def read_line() -> str:
    """One line, without its end where there is none."""
    number = _descriptor()
    if number is None:
        return sys.stdin.readline()
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < LONGEST:
        more = os.read(number, 1)
        if not more:
            break
        line += more
    return line.decode(errors="replace")


def can_wait() -> bool:
    """Whether one can see that a line comes."""
    return _descriptor() is not None


def wait_for_line(seconds: float) -> bool:
    """Whether a line, or the end, comes within so many seconds."""
    number = _descriptor()
    return number is None or bool(select.select([number], [], [], seconds)[0])


@contextmanager
def hide_typing() -> Iterator[None]:
    """Show nothing of what is typed at a terminal meanwhile."""
    number = _descriptor()
    if number is None or not os.isatty(number):
        yield
        return
    former = termios.tcgetattr(number)
    hidden = termios.tcgetattr(number)
    hidden[3] &= ~termios.ECHO
    termios.tcsetattr(number, termios.TCSADRAIN, hidden)
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, former)


def _descriptor() -> int | None:
    """None where no file is behind it, as in tests."""
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError):
        return None
