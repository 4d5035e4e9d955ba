"""The list of planted bugs fits the code as it is. Whether each is noticed is shown by scripts/planted_bugs.py."""

from __future__ import annotations

import ast

import pytest

from tests.programmes.planted.bugs import BUGS
from tests.programmes.planted.page import NOBODY, NOT_RUN, noticed_by, read_page, write_page
from tests.programmes.planted.plant import ROOT, Bug, Result, patched


def test_there_are_enough_of_them_each_with_its_own_name_and_place() -> None:
    assert len(BUGS) >= 25
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert len({bug.patches for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_can_still_be_planted(bug: Bug) -> None:
    """A patch that does not fit any more, or leaves no program, would be killed by anything."""
    for text in patched(bug).values():
        ast.parse(text)
    assert all(patch.before != patch.after for patch in bug.patches)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_programme_of_a_bug_is_there(bug: Bug) -> None:
    paths = [word for word in bug.programme if word.startswith("tests/")]
    assert paths
    for path in paths:
        assert (ROOT / path.partition("::")[0]).exists(), path


def test_a_page_keeps_what_is_known_of_the_bugs_that_are_not_run_again() -> None:
    first, second, third = BUGS[:3]
    page = write_page(BUGS[:3], {first.name: "`tests/a.py::test_one`", second.name: NOBODY, "removed": "`tests/b.py`"})
    assert "**1 of 2 were noticed.** Not run yet: 1." in page
    known = read_page(page)
    assert known == {first.name: "`tests/a.py::test_one`", second.name: NOBODY, third.name: NOT_RUN}
    for bug in (second, third):
        ran = Result(bug=bug, code=1, killers=("tests/c.py::test_two[1]",), seconds=1.0, output="")
        known[bug.name] = noticed_by(ran)
    page = write_page(BUGS[:3], known)
    assert "**3 of 3 were noticed.**\n" in page
    assert list(read_page(page).values()) == ["`tests/a.py::test_one`", *["`tests/c.py::test_two`"] * 2]


def test_a_bug_that_no_test_fails_of_is_noticed_by_nobody() -> None:
    broken = Result(bug=BUGS[0], code=2, killers=("tests/c.py",), seconds=1.0, output="")
    assert noticed_by(broken) == NOBODY
