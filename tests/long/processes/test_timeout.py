"""A test that hangs fails by itself, and its report says where each of its threads is."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
HANGS = """
import threading

def wait_for_the_answer(answer):
    answer.wait()

def test_hangs():
    answer = threading.Event()
    threading.Thread(target=wait_for_the_answer, args=(answer,), daemon=True).start()
    try:
        answer.wait()
    finally:
        answer.set()

def test_goes_on():
    pass
"""


def test_a_test_that_hangs_fails_and_the_next_one_runs(tmp_path: Path) -> None:
    path = tmp_path / "test_hanging.py"
    path.write_text(HANGS)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "timeout=1", str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    assert "1 failed, 1 passed" in ran.stdout
    assert re.search(r"^> +answer\.wait\(\)$", ran.stdout, re.MULTILINE)
    assert "in wait_for_the_answer" in ran.stdout


def test_every_test_has_a_limit() -> None:
    settings = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert settings["timeout"] >= 300
