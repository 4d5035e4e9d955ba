"""Runs of mutations: which tests are run, in which order, and what each run proves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.long.mutations.runs.records import Records
from tests.long.mutations.runs.trials import (
    PROVES_NOTHING,
    first_tests,
    pass_without_a_mutation,
    run_mutation,
)
from tests.scripts.sum_tree import LARGE, MINUS, SAME, SMALL, TESTS
from tests.scripts.sum_tree import records as records
from tests.scripts.sum_tree import tree as tree


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


def test_the_known_killer_runs_alone_and_the_others_only_when_it_passes(tree: Path, records: Records) -> None:
    assert first_tests(MINUS, LARGE, tree) == (LARGE,)
    records.add_passed("tests/test_sums.py")
    alone = run_mutation(MINUS, tree, {"minus": LARGE}, records)
    after = run_mutation(MINUS, tree, {"minus": SMALL}, records)
    assert alone.killers == after.killers == (f"{LARGE}[2]",)
    assert "1 failed in" in alone.output
    assert "1 passed" in after.output


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
