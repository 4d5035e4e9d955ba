"""Every measure of the short form still runs: a benchmark that nobody could run would go unnoticed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks
from benchmarks.__main__ import NAMES
from benchmarks.side import load

ROOT = Path(benchmarks.__path__[0]).parent
SECONDS = 400
QUICK = [name for name in NAMES if load(f"measures.{name}").quick_rounds]


@pytest.mark.parametrize("name", QUICK)
def test_a_measure_finds_what_it_measures(name: str) -> None:
    words = [sys.executable, "-m", "benchmarks", name, "--quick"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "Not measured" not in ended.stdout, ended.stdout
