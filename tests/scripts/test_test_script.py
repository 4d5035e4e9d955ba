"""What `scripts/test` runs: the specification alone, all tests, the long form, or what it is told to."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = ("TEST_WORKERS", "B24BOT_LONG_TESTS", "B24BOT_QUICK_TESTS")
PYTHON = """#!/bin/sh
echo "$*" >>calls.txt
echo "${B24BOT_LONG_TESTS:-0}${B24BOT_QUICK_TESTS:-0}" >>forms.txt
case "$*" in *"$FAILING"*) exit 3 ;; esac
"""
NOT_RUN = "not run: tests/long, and most rows of large tables; scripts/test --all runs them"
LEFT_OUT = ["--ignore=tests/long/crash", "--ignore=tests/long/test_races.py"]
IN_PARALLEL = ["-m", "pytest", "-q", "-n", "4", "--dist", "worksteal"]
ALONE = [*IN_PARALLEL[:4], "3", *IN_PARALLEL[5:]]


class Tree:
    """The script over a tree with two long tests, and a Python that writes down what it is called with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("scripts", "tests/__pycache__", "tests/long/crash", "tests/core", ".venv/bin"):
            (folder / name).mkdir(parents=True)
        for name in ("test_races.py", "test_mutations.py", "form.py"):
            (folder / "tests" / "long" / name).touch()
        for name, text in (("sized", "from tests.long.form import sized\n"), ("policy", "import pytest\n")):
            (folder / "tests" / "core" / f"test_{name}.py").write_text(text)
        shutil.copy(ROOT / "scripts" / "test", folder / "scripts")
        for name, text in (("scripts/setup", "#!/bin/sh\n"), (".venv/bin/python", PYTHON)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)

    def run(self, *words: str, failing: str = "nothing does") -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in OWN}
        return subprocess.run(
            [self.folder / "scripts" / "test", *words],
            env={**environment, "FAILING": failing},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[list[str]]:
        return [line.split() for line in (self.folder / "calls.txt").read_text().splitlines()]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_it_runs_the_specification_and_says_last_what_it_left_out(tree: Tree) -> None:
    """The check that the mutations fit is in tests/long, and part of the specification."""
    run = tree.run()
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, NOT_RUN)
    assert tree.calls() == [[*ALONE, *LEFT_OUT]]


def test_with_all_it_leaves_nothing_out(tree: Tree) -> None:
    run = tree.run("--all")
    assert (run.returncode, run.stdout) == (0, "")
    assert tree.calls() == [IN_PARALLEL]


@pytest.mark.parametrize("words", [("--all", "--coverage"), ("--coverage", "--all")])
def test_coverage_of_all_tests_is_held_against_what_is_wanted(tree: Tree, words: tuple[str, str]) -> None:
    assert tree.run(*words).returncode == 0
    tests, overall, core = tree.calls()
    assert tests == [*IN_PARALLEL, "--cov", "--cov-report="]
    assert "--fail-under=95" in overall
    assert {"--fail-under=100", "--include=bot/core/*"} <= {*core}


def test_coverage_goes_with_the_specification_alone_as_well(tree: Tree) -> None:
    assert tree.run("--coverage").stdout.splitlines() == [NOT_RUN]
    assert tree.calls()[0] == [*ALONE, *LEFT_OUT, "--cov", "--cov-report="]


@pytest.mark.parametrize("words", [(), ("--all",), ("--coverage",), ("--long",), ("tests/core",)])
def test_it_ends_as_the_tests_do(tree: Tree, words: tuple[str, ...]) -> None:
    """A failure is still one after the last line; what failing tests cover is not looked at."""
    assert tree.run(*words, failing="pytest").returncode == 3
    assert len(tree.calls()) == 1


@pytest.mark.parametrize("failing", ["--fail-under=95", "--fail-under=100"])
def test_it_fails_where_too_little_is_covered(tree: Tree, failing: str) -> None:
    assert tree.run("--all", "--coverage", failing=failing).returncode == 3


def test_the_long_form_takes_all_tests_that_have_one_or_those_that_are_named(tree: Tree) -> None:
    tree.run("--long")
    tree.run("--long", "tests/long/crash")
    tree.run("--all")
    every = [*IN_PARALLEL, "tests/long", "tests/core/test_sized.py"]
    assert tree.calls() == [every, [*IN_PARALLEL, "tests/long/crash"], IN_PARALLEL]
    assert (tree.folder / "forms.txt").read_text().split() == ["10", "10", "00"]


@pytest.mark.parametrize("words", [("--all",), ("--coverage",), ("--long",), ("tests/core",)])
def test_only_the_specification_alone_takes_a_part_of_large_tables(tree: Tree, words: tuple[str, ...]) -> None:
    tree.run()
    tree.run(*words)
    alone, other, *_ = (tree.folder / "forms.txt").read_text().split()
    assert (alone, other[1]) == ("01", "0")


def test_other_arguments_go_to_pytest(tree: Tree) -> None:
    assert tree.run("tests/core", "-k", "policy").returncode == 0
    assert tree.calls() == [["-m", "pytest", "tests/core", "-k", "policy"]]


def test_other_arguments_do_not_go_with_all(tree: Tree) -> None:
    """Or somebody would take a part for everything."""
    assert tree.run("--all", "tests/core").returncode == 2
    assert not (tree.folder / "calls.txt").exists()


def test_what_a_change_has_to_pass_runs_all_tests() -> None:
    assert "\nscripts/test --all --coverage\n" in (ROOT / ".ci" / "run").read_text("utf-8")
