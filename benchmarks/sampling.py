"""How everything here is measured: candidates take turns, each round anew, and what is reported is a ratio with spread.

A measure is a table of rows and a generator of samples. It runs in a process of its own with the interpreter of a
checkout, so that two checkouts are measured in one run: another one by its own benchmarks, which fit its modules, or by
these where it has none. Between two of its samples it waits for its next turn.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent
Sample = Mapping[str, float | str]
"""Seconds or other amounts by row; a word in place of one says why it could not be measured."""
Samples = Generator[Sample, None, None]
"""One sample after the other; closed, it takes down what it has put up."""

_BOOT = (
    "import sys, types; package = types.ModuleType('benchmarks'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['benchmarks'] = package; from benchmarks.side import main; main(sys.argv[2:])"
)
"""The benchmarks are those of the folder that is named, whatever the interpreter would find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number of a measure. `base` is the row that it is a multiple of, `goal` is what the issue of it asks for."""

    key: str
    label: str
    unit: str = "s"
    base: str = ""
    goal: str = ""
    more_is_better: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a measure is told: whether it has to be short, and where aged homes are kept."""

    quick: bool = False
    cache: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    """What a peer has to know of what it is measured at."""

    def pick(self, quick: int, full: int) -> int:
        return quick if self.quick else full


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One table. `seconds` bounds a sample; `quick_rounds` 0 leaves it out of the quick form."""

    title: str
    rows: Sequence[Row]
    samples: Callable[[Given], Samples]
    rounds: int = 3
    quick_rounds: int = 1
    seconds: float = 60.0
    alone: bool = False
    """It compares clients with each other and is not measured in another checkout."""
    note: str = ""


TIMEOUT = 20.0
"""Seconds that a measure has to take down what it has put up, before and after it was told to end."""


class NotMeasured(Exception):
    """A measure could not be made; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A checkout with its own interpreter, and the benchmarks that fit its modules."""

    name: str
    python: str
    benchmarks: Path = HERE

    @classmethod
    def here(cls) -> Side:
        return cls(name="here", python=sys.executable)

    @classmethod
    def at(cls, checkout: Path) -> Side:
        """Another checkout, set up as this one. Raises NotMeasured."""
        python = checkout / ".venv" / "bin" / "python"
        if not python.exists():
            raise NotMeasured(f"{checkout} has no .venv: run scripts/setup there.")
        own = checkout / "benchmarks"
        return cls(name="there", python=str(python), benchmarks=own if (own / "side.py").exists() else HERE)


class Child:
    """A process that gives a sample each time it is asked."""

    def __init__(self, side: Side, name: str, given: Given, *, seconds: float) -> None:
        self._seconds = seconds
        self._process = subprocess.Popen(
            [side.python, "-P", "-c", _BOOT, str(side.benchmarks), name, json.dumps(asdict(given))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def sample(self) -> Sample:
        """The next one. Raises NotMeasured when it fails or takes too long."""
        assert self._process.stdin
        assert self._process.stdout
        # One that has ended has said why, if it could.
        with contextlib.suppress(OSError):
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        found, _, _ = select.select([self._process.stdout], [], [], self._seconds)
        if not found:
            raise NotMeasured(f"not done after {self._seconds:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            raise NotMeasured(f"the process has ended with {self._process.wait(5)}")
        answer: dict[str, Any] = json.loads(line)
        if "trouble" in answer:
            raise NotMeasured(answer["trouble"])
        return answer

    def close(self) -> None:
        """End it and everything that it has started."""
        with contextlib.suppress(OSError):
            assert self._process.stdin
            self._process.stdin.close()
        if not self._ended():
            self._process.terminate()
            self._ended()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(5)
        if self._process.stdout:
            self._process.stdout.close()

    def _ended(self) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(TIMEOUT)
        return self._process.poll() is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(slots=True, kw_only=True)
class Found:
    """The samples of one side, by row, and what kept it from giving more."""

    samples: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """Of single rows, why they could not be measured."""
    trouble: str = ""

    def add(self, sample: Sample) -> None:
        for key, value in sample.items():
            if isinstance(value, str):
                self.missing[key] = value
            else:
                self.samples.setdefault(key, []).append(value)

    def median(self, key: str) -> float | None:
        """The middle of the samples; None without any."""
        values = self.samples.get(key)
        return statistics.median(values) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times the other one, with the least and the most of the pairs."""

    middle: float
    least: float
    most: float


def ratio_of(values: Sequence[float], others: Sequence[float]) -> Ratio | None:
    """The ratios of what was sampled in the same round."""
    pairs = [one / other for one, other in zip(values, others, strict=False) if other]
    return Ratio(middle=statistics.median(pairs), least=min(pairs), most=max(pairs)) if pairs else None


def take_turns(
    name: str, measure: Measure, sides: Sequence[Side], given: Given, *, until: float = float("inf")
) -> dict[str, Found]:
    """Sample all sides in turn, round by round; what fails on one side stops that side alone."""
    if time.monotonic() >= until:
        return {side.name: Found(trouble="no time was left") for side in sides}
    found = {side.name: Found() for side in sides}
    rounds = max(1, measure.quick_rounds) if given.quick else measure.rounds
    with contextlib.ExitStack() as stack:
        children = {
            side.name: stack.enter_context(Child(side, f"measures.{name}", given, seconds=measure.seconds))
            for side in sides
        }
        for number in range(rounds):
            # Whoever is first has the colder machine: they take turns in that, too.
            for side in sides if number % 2 == 0 else reversed(sides):
                if not found[side.name].trouble and time.monotonic() < until:
                    _sample(children[side.name], found[side.name])
    return found


def _sample(child: Child, found: Found) -> None:
    try:
        found.add(child.sample())
    except NotMeasured as error:
        found.trouble = str(error)
