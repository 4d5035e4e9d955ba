"""Answers to many people at once on a Slack that takes its time: none of them may wait for the others."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.sampling import Given, Measure, Row, Samples
from benchmarks.street import Street, street
from bot.core.principals import Role

SLOW = 0.15
PEOPLE = 50


def samples(given: Given) -> Samples:
    with tempfile.TemporaryDirectory() as folder, street(Path(folder)) as here:
        here.inhabit({f"Person{number}": Role.VIEWER for number in range(PEOPLE)})
        here.start()
        here.until_ready()
        while True:
            found: dict[str, float] = {}
            for name, latency in (("fast", 0.0), ("slow", SLOW)):
                here.slow_slack(latency)
                middle, last = _answers(here, given.pick(20, 200))
                found |= {f"middle {name}": middle, f"all {name}": last}
            here.slow_slack(0.0)
            yield found


def _answers(here: Street, commands: int) -> tuple[float, float]:
    """Seconds from the first delivery until the middle one and the last one of the answers were taken."""
    before = len(here.workspace.calls("response_url"))
    begun = time.perf_counter()
    typed = [(f"Person{number % PEOPLE}", "whoami") for number in range(commands)]
    typing = threading.Thread(target=here.slash_all, args=(typed,), name="typing")
    typing.start()
    arrived: list[float] = []

    def all_there() -> bool:
        there = len(here.workspace.calls("response_url")) - before
        arrived.extend([time.perf_counter() - begun] * (there - len(arrived)))
        return there >= commands

    here.until(all_there, within=100, what="all answers")
    typing.join(timeout=30)
    return statistics.median(arrived), arrived[-1]


MEASURE = Measure(
    title="200 answers by their answer addresses (in the quick form 20)",
    rows=(
        Row(key="middle slow", label="Slack takes 150 ms a call: the middle one", goal="≤ 1.5 s"),
        Row(key="all slow", label="Slack takes 150 ms a call: all", goal="≤ 5 s"),
        Row(key="middle fast", label="Slack answers at once: the middle one"),
        Row(key="all fast", label="Slack answers at once: all"),
    ),
    samples=samples,
    rounds=3,
    seconds=150.0,
)
