"""A tree with one module and its tests, for runs of mutations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.long.mutations.mutation import mutation
from tests.long.mutations.runs.records import Records

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
