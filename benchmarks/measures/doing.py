"""What needs no portal beside what does, and how many reads a portal at two requests a second can give."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.sampling import Given, Measure, Row, Sample, Samples
from benchmarks.street import Street, street
from bot.core.principals import Role

PEOPLE = 30
ASKER = f"Person{PEOPLE - 1}"
READS = ("connector list", "line list", "connector show myconnector", "connector show shopchat")
BURST = 60
"""Requests after which the portal's burst of fifty is spent, also where some seconds gave some back."""
CONNECTORS = 12
"""So few that their states on all lines fit into one batch."""
AT_ONCE = 8
"""Reads that wait at any time while the rate is measured."""


def samples(given: Given) -> Samples:
    while True:
        with tempfile.TemporaryDirectory() as folder, street(Path(folder)) as here:
            here.portal.portal.seed(connectors=[{"id": f"conn{number}"} for number in range(CONNECTORS)])
            here.inhabit({f"Person{number}": Role.OPERATOR for number in range(PEOPLE)})
            here.start()
            here.until_ready()
            yield {"whoami": _behind(here, given.pick(20, 80)), **_sustained(here, given.pick(15, 30))}


def _behind(here: Street, reads: int) -> float:
    """Seconds of a `whoami` typed behind so many reads; returns when those are answered, too."""
    here.slash_all([(_person(number), READS[number % len(READS)]) for number in range(reads)])
    before = _notes(here, ASKER)
    begun = time.perf_counter()
    here.slash(ASKER, "whoami")
    here.until(lambda: _notes(here, ASKER) > before, within=150, what="the answer to whoami")
    took = time.perf_counter() - begun
    here.until(lambda: _answered(here) > reads, within=150, what="the answers to all reads")
    return took


def _sustained(here: Street, window: int) -> Sample:
    """Lists answered a second, and requests meanwhile, while some wait all the time and the burst is spent."""
    _spend(here)
    answered, requests, begun = _answered(here), _requests(here), time.perf_counter()
    typed = 0
    while time.perf_counter() - begun < window:
        if typed - (_answered(here) - answered) < AT_ONCE:
            typed += 1
            here.slash(_person(typed), "connector list")
        time.sleep(0.005)
    took = time.perf_counter() - begun
    return {"rate": (_answered(here) - answered) / took, "requests": (_requests(here) - requests) / took}


def _spend(here: Street) -> None:
    """Read each connector, all at a time and again, until the burst is spent."""
    for _ in range(10):
        if _requests(here) >= BURST:
            return
        answered = _answered(here)
        here.slash_all([(_person(number), f"connector show conn{number}") for number in range(CONNECTORS)])
        here.until(partial(_are_answered, here, answered + CONNECTORS), within=90, what="reads")


def _are_answered(here: Street, number: int) -> bool:
    return _answered(here) >= number


def _person(number: int) -> str:
    return f"Person{number % (PEOPLE - 1)}"


def _notes(here: Street, name: str) -> int:
    return len(here.workspace.people[name].ephemerals)


def _answered(here: Street) -> int:
    return len(here.workspace.calls("response_url"))


def _requests(here: Street) -> int:
    return sum(not entry.in_batch for entry in here.portal.portal.world.journal.calls)


MEASURE = Measure(
    title="Reads of a portal at two requests a second (in the quick form 20 reads)",
    rows=(
        Row(key="whoami", label="whoami behind 80 reads", goal="≤ 1 s"),
        Row(key="rate", label="connector list answered, burst spent", unit="a second", goal="≥ 1.9"),
        Row(key="requests", label="requests of the portal meanwhile", unit="a second"),
    ),
    samples=samples,
    rounds=2,
    quick_rounds=0,
    seconds=500.0,
    note="Lists that people type during another read may share its requests.",
)
