"""The matrix: which failpoint, under which fault of the portal, at which pass; and what a run of it came to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.long.crash import scenario
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.trip import DIED, Kill
from tests.long.crash.invariants import check_invariants
from tests.long.crash.scenario import Scenario
from tests.store.server.postgres_server import Server

SIDES = ("before:", "after:")
TRIES = 3
"""Which thread comes first is not always the same: so often a run is repeated that did not die where it should."""
CLOCK_STEPS = (0, 600, -600)
SECOND_WITHIN = 14
"""The process after the kill dies as well, at one of so many failpoints that it passes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the portal does to the call; None is nothing."""

    name: str
    options: Mapping[str, Any] | None


FAULTS = (
    Fault(name="none", options=None),
    Fault(name="lost before the effect", options={"kind": "lost_before"}),
    Fault(name="lost after the effect", options={"kind": "lost_after"}),
    Fault(name="effect 59 s late", options={"kind": "late_effect", "seconds": 59}),
    Fault(name="503 with a code", options={"kind": "query_limit"}),
    Fault(name="503 without", options={"kind": "unavailable"}),
    Fault(name="500 after the effect", options={"kind": "error_html", "effect": True}),
    Fault(name="false in 200", options={"kind": "false_nested"}),
    Fault(name="HTML in 200", options={"kind": "html"}),
)
EXECUTION = (
    "*:commit:bot.usecases.execution.executor.*",
    "*:commit:bot.usecases.leases.lease_holding.*",
    "*:net:* < bot.usecases.execution.executor.*",
)
CALL = "executor._perform:"
"""In the name of each failpoint right around the call."""
MAIN = (*EXECUTION, "*:commit:bot.usecases.requests.reviews.handle_button:*")
"""The failpoints of what the safety of a change hangs on: each is died at under every fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: where the process is to die, at which pass, under which fault, and where the next one dies."""

    story: Scenario
    at: str
    fault: Fault
    nth: int = 1
    second: int = 1
    clock_step: int = 0
    """By how many seconds the clock of the day is set at each failpoint of the execution, and back at the next."""

    def __str__(self) -> str:
        clock = f", the clock steps by {self.clock_step} s" if self.clock_step else ""
        return f"{self.story.name}, pass {self.nth} of {self.at}, {self.fault.name}, then at pass {self.second}{clock}"


@dataclass(slots=True)
class Totals:
    """What a number of runs came to."""

    failpoints: set[str] = field(default_factory=set)
    runs: int = 0
    kills: int = 0
    slowest: float = 0.0
    """Seconds from the start after a kill until the bot took deliveries again."""
    wrong: list[str] = field(default_factory=list)


class Matrix:
    """Runs in a folder of its own, over one fork server. With a `database` each has a schema there for its rows."""

    def __init__(self, server: ForkServer, folder: Path, template: Path, database: Server | None = None) -> None:
        self._server = server
        self._database = database
        self._folder = folder
        self._template = template
        self._count = 0

    def rehearse(self, story: Scenario) -> tuple[str, ...]:
        """Let a story happen without the kill under test; the failpoints it passes, each once, in order."""
        passes, died, wrong = self._play(story, FAULTS[0], [])
        if wrong:
            raise AssertionError(f"{story.name} without a kill: {wrong}")
        if len(died) < len(story.first):
            raise AssertionError(f"{story.name} begins with kills, and a failpoint of these was not passed")
        return tuple(dict.fromkeys(passes))

    def die(self, run: Run, totals: Totals) -> bool:
        """Do a run, again when the failpoint was not passed this time; False when it never was.

        Under some faults a story does not come as far as the failpoint, so the last tries are without one.
        """
        for fault in (run.fault, run.fault, *FAULTS[:1] * TRIES) if run.nth == 1 else (run.fault,):
            kills = [Kill(at=run.at, nth=run.nth), Kill(at="*", nth=run.second)]
            _, died, wrong = self._play(run.story, fault, kills, totals, clock_step=run.clock_step)
            totals.runs += 1
            totals.kills += len(died)
            totals.wrong += [f"[{run}] {line}" for line in wrong]
            if run.at in died or wrong:
                totals.failpoints.add(run.at)
                return True
        return False

    def die_twice(self, runs: Sequence[Run], totals: Totals) -> list[Run]:
        """Do two runs of one story in one: the process after the first kill dies at the second failpoint.

        Not more: what was begun three times and never finished is given up. Returns those whose failpoint was not
        passed, to be done by themselves.
        """
        first = runs[0]
        _, died, wrong = self._play(first.story, first.fault, [Kill(at=run.at) for run in runs], totals)
        totals.runs += 1
        totals.kills += len(died)
        totals.wrong += [
            f"[{first.story.name}, {first.fault.name}, {[run.at for run in runs]}] {line}" for line in wrong
        ]
        totals.failpoints.update(run.at for run in runs if run.at in died)
        return [] if wrong else [run for run in runs if run.at not in died]

    @contextmanager
    def _new_schema(self) -> Iterator[str]:
        """The address of an empty schema, which is dropped afterwards; empty where the rows are in a file."""
        if self._database is None:
            yield ""
            return
        schema = self._database.new_schema()
        yield f"{self._database.url}&schema={schema}"
        self._database.drop_schema(schema)

    def _play(
        self, story: Scenario, fault: Fault, kills: list[Kill], totals: Totals | None = None, *, clock_step: int = 0
    ) -> tuple[list[str], list[str], list[str]]:
        """The failpoints passed, those died at, and what was wrong."""
        self._count += 1
        folder = self._folder / f"run-{self._count}"
        with self._new_schema() as url, story.scene(self._server, folder, self._template, *kills, url=url) as scene:
            scene.page.put("step_ms", clock_step * 1_000)
            try:
                story.play(scene, fault.options)
                wrong = check_invariants(scene)
            except AssertionError as error:
                wrong = [*scene.problems, str(error)]
            if totals is not None:
                totals.slowest = max([totals.slowest, *scene.recoveries])
            told = scene.passes(), scene.died_at, wrong
        if not wrong:
            shutil.rmtree(folder)
        return told


def failpoints(passes: tuple[str, ...]) -> Iterator[str]:
    """Those of the passes that are one side of a commit or of a way to the network."""
    return (name for name in passes if name.startswith(SIDES))


def own(rehearsals: Mapping[str, tuple[str, ...]], story: Scenario) -> list[str]:
    """The failpoints that no story before this one passes."""
    earlier: set[str] = set()
    for other in scenario.ALL:
        mine = [name for name in failpoints(rehearsals[other.name]) if name not in earlier]
        if other is story:
            return mine
        earlier.update(mine)
    return []


def some(rehearsal: tuple[str, ...], seed: int, most: int = 4) -> list[str]:
    """A few of the failpoints of a story, others with each seed."""
    names = sorted(failpoints(rehearsal))
    return [names[(seed * 7 + number * len(names) // most) % len(names)] for number in range(most)]


def after_first_kills(rehearsal: tuple[str, ...]) -> tuple[str, ...]:
    """What it passes after the kills that the story begins with: another one has its turn only then."""
    return rehearsal[max((at for at, name in enumerate(rehearsal, start=1) if name.startswith(DIED)), default=0) :]


def main_failpoints(rehearsal: tuple[str, ...]) -> list[str]:
    return [name for name in failpoints(rehearsal) if any(fnmatchcase(name, pattern) for pattern in MAIN)]


def a_part(names: list[str], turn: int) -> list[str]:
    """Every fourth of them, and others with each turn; those right around the call each time."""
    return [name for number, name in enumerate(names) if number % 4 == turn % 4 or CALL in name]


def one_each(story: Scenario, names: list[str], seed: int) -> Iterator[Run]:
    """Each failpoint once, the faults in turn."""
    for number, name in enumerate(names, start=seed):
        fault = FAULTS[number % len(FAULTS)]
        yield Run(story=story, at=name, fault=fault, second=1 + number * 5 % SECOND_WITHIN)


def every_fault(story: Scenario, names: list[str], fault: Fault, seed: int) -> Iterator[Run]:
    """Each failpoint under one fault, in turn with a clock that goes on, is set forward and is set back."""
    for number, name in enumerate(names, start=seed + FAULTS.index(fault)):
        step = CLOCK_STEPS[number % len(CLOCK_STEPS)]
        yield Run(story=story, at=name, fault=fault, second=1 + number * 5 % SECOND_WITHIN, clock_step=step)
