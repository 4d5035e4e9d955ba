"""The page of the mutations: a row for each, with the test that killed it when it was last run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tests.long.mutations.mutation import Mutation, Result
from tests.long.mutations.runs.pytest_call import without_row

HEAD = """# Mutations

A test that nobody has seen fail may be unable to fail. Each row is a mutation: a small patch that puts a fault
into a copy of the tree. The tests of the row have to fail then. *Killed by* is the first test that failed in the last
run; it passes without the mutation. `scripts/mutations.py` writes this page; with names it runs only these mutations,
and refreshes only their rows.
"""
NOBODY = "**nobody**"
NOT_RUN = "not run yet"
_ROW = re.compile(r"\| (\S+) \| .* \| `[^`]+` \| ([^|]+) \|")
_WHOLE_RUN = re.compile(r"The last run of all (\d+) was of commit `(\w+)`\..*")


def killed_by(result: Result) -> str:
    """Return the last cell of a mutation's row, after it was run."""
    return f"`{without_row(result.killers[0])}`" if result.killed else NOBODY


def read_page(text: str) -> dict[str, str]:
    """Read the last cell of each row of the page, by the name of its mutation."""
    return {found[1]: found[2] for found in map(_ROW.fullmatch, text.splitlines()) if found}


def known_killers(cells: Mapping[str, str]) -> dict[str, str]:
    """Return the tests that these cells name, by the name of their mutation."""
    return {name: cell.strip("`") for name, cell in cells.items() if cell not in (NOBODY, NOT_RUN)}


def read_whole_run(text: str) -> str:
    """Read the sentence of the page about the last run of all mutations. Empty where there was none."""
    found = next(filter(None, map(_WHOLE_RUN.fullmatch, text.splitlines())), None)
    return found[0] if found else ""


def tell_whole_run(count: int, commit: str) -> str:
    """Return the sentence about a run of all mutations."""
    return f"The last run of all {count} was of commit `{commit}`. Rows that were run alone since then are newer."


def write_page(mutations: Iterable[Mutation], killers: Mapping[str, str], whole_run: str = "") -> str:
    """Return the page of these mutations, with the test that killed each."""
    return "\n".join(_lines(list(mutations), killers, whole_run)) + "\n"


def _lines(mutations: list[Mutation], killers: Mapping[str, str], whole_run: str) -> Iterator[str]:
    run = [killers[one.name] for one in mutations if killers.get(one.name, NOT_RUN) != NOT_RUN]
    left = len(mutations) - len(run)
    yield HEAD
    rest = f" Not run yet: {left}." if left else ""
    yield f"**{len(run) - run.count(NOBODY)} of {len(run)} were killed.**{rest}\n"
    if whole_run:
        yield f"{whole_run}\n"
    yield "| mutation | what it does | where | killed by |"
    yield "|---|---|---|---|"
    for one in mutations:
        yield f"| {one.name} | {one.what} | `{one.patches[0].file}` | {killers.get(one.name, NOT_RUN)} |"
