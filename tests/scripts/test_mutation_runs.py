"""A run of the mutations: what it runs first, what it keeps when it is stopped, and what it says on its page."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.long.mutations.mutation import Mutation, Result
from tests.long.mutations.page import NOBODY, write_page
from tests.long.mutations.runs.page_file import PageFile
from tests.long.mutations.runs.records import Records
from tests.long.mutations.runs.tree_copy import PAGE, digest_tree, read_commit
from tests.long.mutations.runs.trials import (
    first_tests,
    order_mutations,
    pass_without_a_mutation,
    run_mutation,
)
from tests.scripts.sum_tree import LARGE, MINUS, SAME, SUM
from tests.scripts.sum_tree import records as records
from tests.scripts.sum_tree import tree as tree


def result_of(one: Mutation, code: int = 1) -> Result:
    return Result(mutation=one, code=code, killers=(f"{LARGE}[2]",) if code == 1 else (), seconds=1.0, output="said")


def test_a_mutation_is_killed_by_the_first_test_that_fails_and_passes_without_it(tree: Path, records: Records) -> None:
    result = run_mutation(MINUS, tree, {}, records)
    assert (result.killed, result.killers) == (True, (f"{LARGE}[2]",))
    assert (records.passed(f"{LARGE}[2]"), records.passed(f"{LARGE}[3]")) == (True, False)
    assert (tree / "bot/sums.py").read_text() == SUM


def test_long_tests_are_not_run_in_advance(tree: Path, records: Records) -> None:
    assert pass_without_a_mutation(("tests/long/test_gone.py",), tree, records, 1) == ()


@pytest.mark.parametrize("killer", [None, "tests/test_sums.py::test_gone", "tests/gone.py::test_small"])
def test_a_known_killer_that_is_gone_is_not_run(tree: Path, killer: str | None) -> None:
    assert first_tests(MINUS, killer, tree) == ()


def test_a_known_killer_that_the_row_does_not_name_any_more_is_not_run(tree: Path) -> None:
    assert first_tests(replace(MINUS, tests=("tests/test_sum",)), LARGE, tree) == ()


def test_a_run_goes_on_from_what_an_earlier_one_recorded(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    first = Records(file, "this tree")
    first.add_result(result_of(MINUS))
    first.add_passed("tests/core/")
    again = Records(file, "this tree")
    assert again.results([MINUS, SAME]) == [result_of(MINUS)]
    assert order_mutations([MINUS, SAME], again.results([MINUS, SAME]), {}) == [SAME]
    assert (again.passed("tests/core/test_a.py::test_b"), again.passed("tests/cored.py::test_b")) == (True, False)
    assert Records(file, "another tree").results([MINUS]) == []


def test_a_line_that_a_kill_cut_off_loses_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    Records(file, "this tree").add_result(result_of(MINUS))
    file.write_text(file.read_text()[:-20])
    Records(file, "this tree").add_result(result_of(SAME))
    assert Records(file, "this tree").results([MINUS, SAME]) == [result_of(SAME)]


def test_mutations_that_nothing_is_known_to_kill_run_first() -> None:
    assert order_mutations([MINUS, SAME], [], {"minus": LARGE}) == [SAME, MINUS]


def test_a_digest_is_of_the_files_and_not_of_the_page(tree: Path) -> None:
    before = digest_tree(tree)
    (tree / PAGE).parent.mkdir(parents=True)
    (tree / PAGE).write_text("a page")
    (tree / "bot/sums.pyc").write_text("compiled")
    assert digest_tree(tree) == before
    (tree / "bot/sums.py").rename(tree / "bot/totals.py")
    assert digest_tree(tree) != before


def test_a_run_of_all_names_its_commit_until_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text(write_page([MINUS, SAME], {}))
    PageFile(file, [MINUS, SAME], "abc123").write([result_of(SAME, 0)])
    assert "commit" not in file.read_text()
    PageFile(file, [MINUS, SAME], None).write([result_of(MINUS), result_of(SAME, 0)])
    assert "commit" not in file.read_text()
    PageFile(file, [MINUS, SAME], "abc123").write([result_of(MINUS), result_of(SAME, 0)])
    assert "**1 of 2 were killed.**\n\nThe last run of all 2 was of commit `abc123`." in file.read_text()
    assert NOBODY in file.read_text()
    PageFile(file, [MINUS, SAME], "def456").write([result_of(SAME), result_of(SAME, 0)])
    assert "**2 of 2 were killed.**\n\nThe last run of all 2 was of commit `abc123`." in file.read_text()


def test_a_commit_is_named_only_where_nothing_but_the_page_differs_from_it(tree: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(("git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words), cwd=tree, check=True)

    assert read_commit(tree) is None
    (tree / PAGE).parent.mkdir(parents=True)
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "first")):
        git(*words)
    commit = read_commit(tree)
    assert commit is not None
    (tree / PAGE).write_text("a page")
    git("add", "-A")
    assert read_commit(tree) == commit
    (tree / "bot/sums.py").write_text("")
    assert read_commit(tree) is None
