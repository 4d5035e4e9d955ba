"""Run pytest in a copy of the tree, and read from its output which tests failed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

LONGEST = 1_200
"""Seconds that the tests may take on a copy; what hangs has killed nothing."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


def run_tests(tests: Sequence[str], folder: Path, *options: str, keep_compiled: bool = False) -> tuple[int, str, float]:
    """Run tests in a copy: pytest's exit code (-1 when it took too long), what it printed, and seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("B24BOT_", "PYTEST_"))}
    environment = {**kept, "PYTHONPATH": str(folder), "B24BOT_MACHINE_SHRINK": "off", "PYTHONDONTWRITEBYTECODE": "1"}
    if keep_compiled:
        del environment["PYTHONDONTWRITEBYTECODE"]
    began = time.monotonic()
    words = (sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=line", "-p", "no:cacheprovider", *options, *tests)
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=None if keep_compiled else LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, "it took too long", time.monotonic() - began
    return done.returncode, done.stdout + done.stderr, time.monotonic() - began


def failed_tests(output: str) -> tuple[str, ...]:
    """Return the names of the tests that pytest said failed, each once."""
    return tuple(dict.fromkeys(_FAILED.findall(output)))


def without_row(test: str) -> str:
    """Return the name of a test without the row of its table."""
    return test.partition("[")[0]


def covers(word: str, test: str) -> bool:
    """Whether pytest runs this test for this argument."""
    word = word.rstrip("/")
    return word in (test, without_row(test)) or test.startswith((f"{word}::", f"{word}/"))


def is_there(test: str, folder: Path) -> bool:
    """Whether the tree has a test of this name. pytest runs nothing at all where one of its arguments is missing."""
    path, *_, name = without_row(test).split("::")
    file = folder / path
    return file.is_file() and f"def {name}(" in file.read_text(encoding="utf-8")
