"""What an engine need not do whose rows are reached by processes of one host only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager


class Unshared:
    """Locks in the folder keep a second process out, and the kernel ends them with their process."""

    shared = False
    unit_of_work: Callable[[], AbstractContextManager[None]]
    execute: Callable[..., int]

    def act_as(self, owner: str) -> None:
        """Nobody takes a process of this host for dead while it holds its lock."""

    def run_beside(self, sql: str, *values: object) -> int:
        """Run it as a unit of work: nobody hangs with the file."""
        with self.unit_of_work():
            return self.execute(sql, *values)
