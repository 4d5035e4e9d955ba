"""What a run found out, kept in a file: a run that was stopped goes on from there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from tests.long.mutations.mutation import Mutation, Result
from tests.long.mutations.runs.pytest_call import covers


class Records:
    """The results of one tree, and the tests that passed on it without a mutation. Threads may share it.

    The file keeps those of other trees too. A line that a kill cut off is passed over.
    """

    def __init__(self, file: Path, tree: str) -> None:
        self._file, self._tree, self._lock = file, tree, Lock()
        self._results: dict[str, Mapping[str, Any]] = {}
        self._passed: set[str] = set()
        for line in _read_lines(file):
            if line.get("tree") == tree:
                self._take(line)

    def add_result(self, result: Result) -> None:
        self._add(
            mutation=result.mutation.name,
            code=result.code,
            killers=result.killers,
            seconds=round(result.seconds, 1),
            output=result.output[-2_000:],
        )

    def add_passed(self, word: str) -> None:
        self._add(passed=word)

    def passed(self, test: str) -> bool:
        """Whether a test, or pytest's argument that covers it, passed without a mutation."""
        with self._lock:
            return any(covers(word, test) for word in self._passed)

    def results(self, mutations: Iterable[Mutation]) -> list[Result]:
        """Return what is known of these mutations on this tree."""
        with self._lock:
            return [_result(one, self._results[one.name]) for one in mutations if one.name in self._results]

    def _add(self, **line: Any) -> None:
        with self._lock:
            self._take(line)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                # It begins on a line of its own, also after one that a kill cut off.
                file.write(f"\n{json.dumps({'tree': self._tree, **line})}")

    def _take(self, line: Mapping[str, Any]) -> None:
        if "passed" in line:
            self._passed.add(line["passed"])
        else:
            self._results[line["mutation"]] = line


def _read_lines(file: Path) -> Iterator[dict[str, Any]]:
    for text in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line


def _result(mutation: Mutation, line: Mapping[str, Any]) -> Result:
    return Result(
        mutation=mutation,
        code=line["code"],
        killers=tuple(line["killers"]),
        seconds=line["seconds"],
        output=line["output"],
    )
