"""What needs no portal beside what does, and how many reads a portal at two requests a second can give."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.sampling import Given, Measure, Row, Sample
from benchmarks.street import Street, street
from bot.core.principals import Role

PEOPLE = 30
READS = ("connector list", "line list", "connector show myconnector", "connector show shopchat")
SPENDING = 60
"""Reads that spend the burst of fifty requests, also where each costs one."""


def samples(given: Given) -> Iterator[Sample]:
    while True:
        with tempfile.TemporaryDirectory() as folder, street(Path(folder)) as here:
            here.inhabit({f"Person{number}": Role.OPERATOR for number in range(PEOPLE)})
            here.start()
            here.until_ready()
            yield _one(here, given.pick(20, 80), given.pick(3, 20))


def _one(here: Street, reads: int, window: int) -> Sample:
    """A `whoami` typed behind so many reads, and what of reads is answered in a window after the burst."""
    for number in range(reads):
        here.slash(f"Person{number % (PEOPLE - 1)}", READS[number % len(READS)])
    asker = f"Person{PEOPLE - 1}"
    before = _notes(here, asker)
    begun = time.perf_counter()
    here.slash(asker, "whoami")
    here.until(lambda: _notes(here, asker) > before, within=120, what="the answer to whoami")
    found = {"whoami": time.perf_counter() - begun}
    return {**found, **_sustained(here, reads, window)}


def _sustained(here: Street, typed: int, window: int) -> Sample:
    """Answers a second while more reads wait than can be done, when the portal's burst is spent."""
    for number in range(max(0, SPENDING - typed) + 4 * window):
        here.slash(f"Person{number % (PEOPLE - 1)}", "connector list")
    here.until(lambda: _requests(here) >= SPENDING, within=100, what="the burst is spent")
    answered, requests, begun = _answered(here), _requests(here), time.perf_counter()
    time.sleep(window)
    took = time.perf_counter() - begun
    return {"rate": (_answered(here) - answered) / took, "requests": (_requests(here) - requests) / took}


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
    seconds=240.0,
)
