"""The list of planted bugs fits the code as it is. Whether each is noticed is shown by scripts/planted_bugs.py."""

from __future__ import annotations

import ast

import pytest

from tests.programmes.planted.bugs import BUGS
from tests.programmes.planted.plant import ROOT, Bug, patched


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
