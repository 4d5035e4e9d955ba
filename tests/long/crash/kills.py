"""Kill the bot at some failpoints of a story, each once or under every fault, and say what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from tests.long.crash import scenario
from tests.long.crash.matrix import FAULTS, Matrix, Run, Totals, every_fault, one_each
from tests.long.crash.scenario import Scenario
from tests.long.form import LONG

SEED = int(os.environ.get("B24BOT_TEST_SEED", "1"))
MOST_PASSES = 40
Rehearsals = Mapping[str, tuple[str, ...]]
Note = Callable[[str, object], None]


def kill_at_each(matrix: Matrix, rehearsals: Rehearsals, story: Scenario, names: Sequence[str], totals: Totals) -> int:
    """Kill it at each of the failpoints: once, and in the long form under every fault and at every pass.

    Returns how many of them only a slow moment led to. Raises AssertionError for one that is passed and not died at.
    """
    if LONG:
        for fault in FAULTS:
            every_pass(matrix, every_fault(story, list(names), fault, SEED), totals)
        return 0
    by_chance = 0
    for pair in pairs(one_each(story, list(names), SEED)):
        unhit = [run for run in matrix.die_twice(pair, totals) if not matrix.die(run, totals)]
        assert [str(run) for run in unhit if not passed_by_chance(run, matrix, rehearsals, totals)] == []
        by_chance += len(unhit)
    return by_chance


def passed_by_chance(run: Run, matrix: Matrix, rehearsals: Rehearsals, totals: Totals) -> bool:
    """Whether only a slow moment led this story there; the bot is then killed there in another story that passes it."""
    others = [
        story for story in scenario.ALL if story.name != run.story.name and run.at in rehearsals.get(story.name, ())
    ]
    if any(matrix.die(replace(run, story=story), totals) for story in others):
        return True
    return run.at not in matrix.rehearse(run.story)


def pairs(runs: Iterable[Run]) -> Iterator[list[Run]]:
    everything = list(runs)
    return (everything[start : start + 2] for start in range(0, len(everything), 2))


def every_pass(matrix: Matrix, runs: Iterator[Run], totals: Totals) -> None:
    """Die at the first pass, at the second, and so on, until a run is not killed."""
    for first in runs:
        for nth in count(1):
            run = Run(story=first.story, at=first.at, fault=first.fault, nth=nth, second=first.second)
            if nth > MOST_PASSES or not matrix.die(run, totals):
                break


def conclude(totals: Totals, record_property: Note, *, of: str = "crash") -> None:
    """Put the totals on record, and fail with all that was wrong."""
    record_property(f"{of}: runs", totals.runs)
    record_property(f"{of}: kills", totals.kills)
    record_property(f"{of}: most milliseconds from a restart to the next delivery", round(totals.slowest * 1000))
    shown = "\n\n".join(totals.wrong[:5])
    assert not totals.wrong, f"seed {SEED}, {len(totals.wrong)} things wrong in {totals.runs} runs\n{shown}"
