"""The failpoints inside a process of the bot: each one passed is written down, and at the chosen one it dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from tests.long.crash import sites
from tests.long.crash.harness.page import Page

READY = "ready:"
"""Before the port at which a process takes deliveries."""
HOST = "host:"
"""Before the name of a host that something goes to."""
DIED = "!"
"""Before the name of the failpoint that a process died at."""


BEGUN = (
    *(
        "*:commit:bot.usecases.execution.executor._start:*",
        "*:commit:bot.usecases.leases.lease_holding.*",
        "*:commit:bot.usecases.execution.recovery.*",
    ),
    *(
        "*:net:* < bot.usecases.execution.executor._perform:*",
        "*:net:* < bot.usecases.execution.executor.observe_target:*",
    ),
)
"""The failpoints of an execution from its intent on: what comes before may find an approval that is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Die at the `nth` pass of a failpoint whose name fits `at`, which may hold wildcards.

    Names are `before:`, `after:` or `joined:`, then `commit:` or `net:`, then the place or the places that led there.
    """

    at: str
    nth: int = 1

    def as_json(self) -> Mapping[str, Any]:
        return {"at": self.at, "nth": self.nth}


class Trip:
    """What one process knows of its failpoints. `journal` is a file that outlives the process."""

    def __init__(self, journal: Path, page: Page, kill: Kill | None) -> None:
        self.page = page
        self._file = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._kill = kill
        self._left = kill.nth if kill else 0
        self._lock = threading.Lock()

    def reach(self, name: str) -> None:
        """Write the failpoint down, and die if it is the one."""
        with self._lock:
            os.write(self._file, f"{name}\n".encode())
            self._step_clock(name)
            if self._kill is None or not fnmatchcase(name, self._kill.at):
                return
            self._left -= 1
            if self._left <= 0:
                os.write(self._file, f"{DIED}{name}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)

    def _step_clock(self, name: str) -> None:
        """At each failpoint of an execution the clock of the day is set by so much, or back again."""
        step = self.page.get("step_ms")
        if step and any(fnmatchcase(name, pattern) for pattern in BEGUN):
            self.page.put("set_ms", 0 if self.page.get("set_ms") else step)


class _Process:
    """The trip of this process; there is none in the fork server itself."""

    trip: Trip | None = None


def arm(trip: Trip) -> None:
    """From here on this process passes failpoints."""
    _Process.trip = trip


def ordered(word: str) -> int:
    """What the driver has put on the page under this word."""
    return _Process.trip.page.get(word) if _Process.trip is not None else 0


def commit(place: str) -> None:
    """The database's failpoint, named by the statement that holds the unit of work and those it was entered by."""
    if _Process.trip is not None:
        side, _, where = place.partition(":")
        chain = " < ".join(_led_here(sys._getframe(1), _commit_site)) or where
        _Process.trip.reach(f"{side}:commit:{chain}")


def note_host(url: str) -> None:
    """Write down where something is about to be sent."""
    if _Process.trip is not None:
        _Process.trip.reach(f"{HOST}{urlsplit(url).hostname}")


@contextmanager
def network(inside: str = "") -> Iterator[None]:
    """A failpoint on each side of what goes to the network, named by the sites that led there.

    `inside` names a function that is about to be called and holds one more site.
    """
    if _Process.trip is None:
        yield
        return
    own = [site.name for site in sites.network() if site.function == inside]
    chain = " < ".join([*own, *_led_here(sys._getframe(2), _network_site)])
    _Process.trip.reach(f"before:net:{chain}")
    yield
    _Process.trip.reach(f"after:net:{chain}")


def _led_here(frame: FrameType | None, look: Callable[[str, str, int], str]) -> Iterator[str]:
    while frame is not None:
        site = look(frame.f_globals.get("__name__", ""), frame.f_code.co_qualname, frame.f_lineno)
        if site:
            yield site
        frame = frame.f_back


@cache
def _commit_site(module: str, function: str, line: int) -> str:
    site = sites.find(sites.commits(), f"{module}.{function}:{line}")
    return site.name if site else ""


@cache
def _network_site(module: str, function: str, line: int) -> str:
    site = sites.find(sites.network(), f"{module}.{function}:{line}")
    return site.name if site else ""
