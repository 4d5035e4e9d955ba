"""In which order several workers take the tests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, islice
from typing import TypeVar

T = TypeVar("T")

TAKE_LONG = ("test_machine.py", "test_chaos.py", "test_crash_matrix.py", "test_kill.py")
"""Each of their tests takes seconds, and needs nothing that the one before it has set up."""


def shared_out(tests: Sequence[T], long: Sequence[bool], workers: int) -> list[T]:
    """The same tests, so that each worker's share begins with long ones.

    The shares are as long as each other and lie one after the other (`--dist worksteal`). What is left towards the end
    is short then, and all workers end together.
    """
    many = list(compress(tests, long))
    short = iter(list(compress(tests, (not one for one in long))))
    order: list[T] = []
    for share in range(workers):
        order += many[share::workers]
        end = round(len(tests) * (share + 1) / workers)
        order += islice(short, max(0, end - len(order)))
    return order
