"""The page of the planted bugs: a row for each, with the test that noticed it when it was last run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tests.programmes.planted.plant import Bug, Result

HEAD = """# Planted bugs

A test that has never been seen to fail proves nothing. Each row is a small patch that puts a bug into a copy of the
tree, and the programme that has to notice it; *noticed by* is the first test that failed when it was last run. Written
by `scripts/planted_bugs.py`, which is the last part of `scripts/test --long`; with names it runs only these bugs, and
refreshes only their rows.
"""
NOBODY = "**nobody**"
NOT_RUN = "not run yet"
_ROW = re.compile(r"\| (\S+) \| .* \| `[^`]+` \| ([^|]+) \|")


def noticed_by(result: Result) -> str:
    """The last cell of a bug's row, after it was run."""
    return f"`{result.killers[0].partition('[')[0]}`" if result.killed else NOBODY


def read_page(text: str) -> dict[str, str]:
    """The last cell of each row of the page, by the name of its bug."""
    return {found[1]: found[2] for found in map(_ROW.fullmatch, text.splitlines()) if found}


def write_page(bugs: Iterable[Bug], noticed: Mapping[str, str]) -> str:
    """The page over these bugs, with what is known of who noticed each."""
    return "\n".join(_lines(list(bugs), noticed)) + "\n"


def _lines(bugs: list[Bug], noticed: Mapping[str, str]) -> Iterator[str]:
    run = [noticed[bug.name] for bug in bugs if noticed.get(bug.name, NOT_RUN) != NOT_RUN]
    left = len(bugs) - len(run)
    yield HEAD
    rest = f" Not run yet: {left}." if left else ""
    yield f"**{len(run) - run.count(NOBODY)} of {len(run)} were noticed.**{rest}\n"
    yield "| bug | what it does | where | noticed by |"
    yield "|---|---|---|---|"
    for bug in bugs:
        yield f"| {bug.name} | {bug.what} | `{bug.patches[0].file}` | {noticed.get(bug.name, NOT_RUN)} |"
