"""The page of the mutations: a row for each, with the test that killed it when it was last run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tests.long.mutations.mutation import Mutation, Result

HEAD = """# Mutations

A test that nobody has seen fail may be unable to fail. Each row is a mutation: a small patch that puts a fault
into a copy of the tree. The tests of the row have to fail then. *Killed by* is the first test that failed in the last
run. `scripts/mutations.py` writes this page; with names it runs only these mutations, and refreshes only their rows.
So the rows are not from one commit: a row is refreshed when its mutation or its code changes.
"""
NOBODY = "**nobody**"
NOT_RUN = "not run yet"
_ROW = re.compile(r"\| (\S+) \| .* \| `[^`]+` \| ([^|]+) \|")


def killed_by(result: Result) -> str:
    """Return the last cell of a mutation's row, after it was run."""
    return f"`{result.killers[0].partition('[')[0]}`" if result.killed else NOBODY


def read_page(text: str) -> dict[str, str]:
    """Read the last cell of each row of the page, by the name of its mutation."""
    return {found[1]: found[2] for found in map(_ROW.fullmatch, text.splitlines()) if found}


def write_page(mutations: Iterable[Mutation], killers: Mapping[str, str]) -> str:
    """Return the page of these mutations, with the test that killed each."""
    return "\n".join(_lines(list(mutations), killers)) + "\n"


def _lines(mutations: list[Mutation], killers: Mapping[str, str]) -> Iterator[str]:
    run = [killers[one.name] for one in mutations if killers.get(one.name, NOT_RUN) != NOT_RUN]
    left = len(mutations) - len(run)
    yield HEAD
    rest = f" Not run yet: {left}." if left else ""
    yield f"**{len(run) - run.count(NOBODY)} of {len(run)} were killed.**{rest}\n"
    yield "| mutation | what it does | where | killed by |"
    yield "|---|---|---|---|"
    for one in mutations:
        yield f"| {one.name} | {one.what} | `{one.patches[0].file}` | {killers.get(one.name, NOT_RUN)} |"
