"""The table of mutations fits the code as it is. Whether each is killed is shown by scripts/mutations.py."""

from __future__ import annotations

import ast

from tests.long.mutations.mutation import ROOT, Mutation, Result, patched
from tests.long.mutations.page import NOBODY, NOT_RUN, killed_by, read_page, write_page
from tests.long.mutations.table import MUTATIONS
from tests.tables.rows import each_row


def test_there_are_enough_of_them_each_with_its_own_name_and_place() -> None:
    assert len(MUTATIONS) >= 25
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)
    assert len({one.patches for one in MUTATIONS}) == len(MUTATIONS)


@each_row("mutation", MUTATIONS)
def test_a_mutation_can_still_be_applied(mutation: Mutation) -> None:
    """A patch that does not fit any more, or leaves no program, would be killed by anything."""
    for text in patched(mutation).values():
        ast.parse(text)
    assert all(patch.before != patch.after for patch in mutation.patches)


@each_row("mutation", MUTATIONS)
def test_the_tests_of_a_mutation_are_there(mutation: Mutation) -> None:
    paths = [word for word in mutation.tests if word.startswith("tests/")]
    assert paths
    for path in paths:
        assert (ROOT / path.partition("::")[0]).exists(), path


def test_a_page_keeps_what_is_known_of_the_mutations_that_are_not_run_again() -> None:
    first, second, third = MUTATIONS[:3]
    page = write_page(
        MUTATIONS[:3], {first.name: "`tests/a.py::test_one`", second.name: NOBODY, "removed": "`tests/b.py`"}
    )
    assert "**1 of 2 were killed.** Not run yet: 1." in page
    known = read_page(page)
    assert known == {first.name: "`tests/a.py::test_one`", second.name: NOBODY, third.name: NOT_RUN}
    for one in (second, third):
        ran = Result(mutation=one, code=1, killers=("tests/c.py::test_two[1]",), seconds=1.0, output="")
        known[one.name] = killed_by(ran)
    page = write_page(MUTATIONS[:3], known)
    assert "**3 of 3 were killed.**\n" in page
    assert list(read_page(page).values()) == ["`tests/a.py::test_one`", *["`tests/c.py::test_two`"] * 2]


def test_a_mutation_that_no_test_fails_of_is_killed_by_nobody() -> None:
    broken = Result(mutation=MUTATIONS[0], code=2, killers=("tests/c.py",), seconds=1.0, output="")
    assert killed_by(broken) == NOBODY
