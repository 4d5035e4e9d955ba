"""The queue of jobs with a backlog: what taking the next one costs, and how many commands a second are done."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.aged import DatabaseSize
from benchmarks.measures.queries import middle, opened
from benchmarks.sampling import Given, Measure, Row, Samples
from benchmarks.street import Street, street
from bot.core.principals import Role
from bot.store.store import Store

PEOPLE = 20
MEMORY = Path("/dev/shm")
"""A file system in memory, where there is one: what the disk costs is measured elsewhere."""


def samples(given: Given) -> Samples:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        store = opened(stack, given, Path(folder) / "store", DatabaseSize(records=20, jobs=given.pick(1_000, 50_000)))
        memory = stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None))
        here = stack.enter_context(street(Path(memory), rate_limit=False))
        here.inhabit({f"Person{number}": Role.VIEWER for number in range(PEOPLE)})
        here.start()
        here.until_ready()
        while True:
            rate = _a_second(here, given.pick(60, 600))
            yield {"claim": middle(lambda: _claim(store)), "waiting": middle(lambda: _waiting(store)), "rate": rate}


def _claim(store: Store) -> None:
    with store.unit_of_work() as tx:
        assert tx.jobs.claim(store.clock.now_ms()) is not None


def _waiting(store: Store) -> None:
    assert store.jobs.waiting(store.clock.now_ms())


def _a_second(here: Street, commands: int) -> float:
    """Commands from many people, as fast as they are acknowledged, until the last one is answered."""
    before = _answered(here)
    begun = time.perf_counter()
    here.slash_all([(f"Person{number % PEOPLE}", "whoami") for number in range(commands)])
    here.until(lambda: _answered(here) - before >= commands, within=100, what="all answers")
    return commands / (time.perf_counter() - begun)


def _answered(here: Street) -> int:
    return len(here.workspace.calls("response_url"))


MEASURE = Measure(
    title="The queue: 50,000 commands wait (in the quick form 1,000)",
    rows=(
        Row(key="claim", label="take the next one, disk left out", unit="ms", goal="≤ 0.3 ms"),
        Row(key="waiting", label="whether one waits", unit="ms"),
        Row(key="rate", label="whoami done, deliveries to last answer, in memory", unit="a second", goal="≥ 250"),
    ),
    samples=samples,
    rounds=5,
    seconds=180.0,
    note="Both simulators and eight typists are one process, whose work counts, too.",
)
