"""A run of the mutations: what it runs first, what it keeps when it is stopped, and what it says on its page."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.long.mutations.mutation import Mutation, Result, mutation
from tests.long.mutations.page import NOBODY, write_page
from tests.long.mutations.runs.page_file import PageFile
from tests.long.mutations.runs.records import Records
from tests.long.mutations.runs.tree_copy import PAGE, digest_tree, read_commit
from tests.long.mutations.runs.trials import (
    PROVES_NOTHING,
    first_tests,
    order_mutations,
    pass_without_a_mutation,
    run_mutation,
)

SUM = "def add(a: int, b: int) -> int:\n    return a + b\n"
TESTS = """import pytest
from bot.sums import add

def test_small() -> None:
    with open("ran.txt", "a") as file:
        file.write("small ")
    assert add(1, 0) == 1

@pytest.mark.parametrize("most", [2, 3])
def test_large(most: int) -> None:
    assert add(most, most) == 2 * most
"""
FAILS_ANYHOW = "def test_fails() -> None:\n    assert False\n"
MINUS = mutation("minus", "a sum is a difference", ("bot/sums.py", "a + b", "a - b"), by="tests/test_sums.py")
SAME = mutation("same", "the order changes", ("bot/sums.py", "a + b", "b + a"), by="tests/test_sums.py")
SMALL, LARGE = "tests/test_sums.py::test_small", "tests/test_sums.py::test_large"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one module, its tests, and a test that fails without a mutation."""
    root = tmp_path / "tree"
    for name, text in (
        ("bot/__init__.py", ""),
        ("bot/sums.py", SUM),
        ("tests/test_sums.py", TESTS),
        ("tests/test_fails.py", FAILS_ANYHOW),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "kept" / "results.jsonl", "this tree")


def result_of(one: Mutation, code: int = 1) -> Result:
    return Result(mutation=one, code=code, killers=(f"{LARGE}[2]",) if code == 1 else (), seconds=1.0, output="said")


def test_a_mutation_is_killed_by_the_first_test_that_fails_and_passes_without_it(tree: Path, records: Records) -> None:
    result = run_mutation(MINUS, tree, {}, records)
    assert (result.killed, result.killers) == (True, (f"{LARGE}[2]",))
    assert (records.passed(f"{LARGE}[2]"), records.passed(f"{LARGE}[3]")) == (True, False)
    assert (tree / "bot/sums.py").read_text() == SUM


def test_a_row_with_a_blank_in_its_name_is_run_with_the_other_rows(tree: Path, records: Records) -> None:
    blank = TESTS.replace("[2, 3]", "[2, 3], ids=['number two', 'number three']")
    (tree / "tests/test_sums.py").write_text(blank)
    assert run_mutation(MINUS, tree, {}, records).killed


def test_of_many_arguments_those_that_passed_before_a_failure_are_kept(tree: Path, records: Records) -> None:
    words = [f"tests/test_{number:03}.py" for number in range(41)]
    for word in words:
        (tree / word).write_text("def test_nothing() -> None: ...\n")
    (tree / words[-1]).unlink()
    (failure,) = pass_without_a_mutation(words, tree, records, 1)
    assert "no tests ran" in failure
    assert [word for word in words if not records.passed(word)] == words[-1:]


def test_long_tests_are_not_run_in_advance(tree: Path, records: Records) -> None:
    assert pass_without_a_mutation(("tests/long/test_gone.py",), tree, records, 1) == ()


def test_the_known_killer_runs_alone_and_the_others_only_when_it_passes(tree: Path, records: Records) -> None:
    assert first_tests(MINUS, LARGE, tree) == (LARGE,)
    records.add_passed("tests/test_sums.py")
    alone = run_mutation(MINUS, tree, {"minus": LARGE}, records)
    after = run_mutation(MINUS, tree, {"minus": SMALL}, records)
    assert alone.killers == after.killers == (f"{LARGE}[2]",)
    assert "1 failed in" in alone.output
    assert "1 passed" in after.output


@pytest.mark.parametrize("killer", [None, "tests/test_sums.py::test_gone", "tests/gone.py::test_small"])
def test_a_known_killer_that_is_gone_is_not_run(tree: Path, killer: str | None) -> None:
    assert first_tests(MINUS, killer, tree) == ()


def test_a_known_killer_that_the_row_does_not_name_any_more_is_not_run(tree: Path) -> None:
    assert first_tests(replace(MINUS, tests=("tests/test_sum",)), LARGE, tree) == ()


def test_a_mutation_that_no_test_finds_survives(tree: Path, records: Records) -> None:
    result = run_mutation(SAME, tree, {"same": SMALL}, records)
    assert (result.killed, result.conclusive, result.code) == (False, True, 0)


def test_a_test_that_fails_without_the_mutation_too_kills_nothing(tree: Path, records: Records) -> None:
    result = run_mutation(replace(SAME, tests=("tests/test_fails.py",)), tree, {}, records)
    assert (result.killed, result.code) == (False, PROVES_NOTHING)
    assert records.results([SAME]) == []


@pytest.mark.parametrize("tests", [("tests/gone.py",), ("tests/test_sums.py", "-k", "nothing")])
def test_tests_that_did_not_run_prove_nothing_and_are_not_recorded(
    tree: Path, records: Records, tests: tuple[str, ...]
) -> None:
    assert not run_mutation(replace(MINUS, tests=tests), tree, {}, records).killed
    assert records.results([MINUS]) == []


def test_what_passes_without_a_mutation_is_run_once(tree: Path, records: Records) -> None:
    words = ("tests/test_fails.py", "tests/test_sums.py")
    assert pass_without_a_mutation(words, tree, records, 1) == ("tests/test_fails.py::test_fails",)
    assert (records.passed(SMALL), records.passed("tests/test_fails.py::test_fails")) == (True, False)
    assert pass_without_a_mutation(words[1:], tree, records, 1) == ()
    assert (tree / "ran.txt").read_text() == "small "


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
