"""Another process that works on the same file: it holds a lock until it is told to let go or killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLD_THE_FILE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""

TAKE_A_LOCK = """
import sys
from pathlib import Path
from bot.store.disk.process_lock import ProcessLocks
seats = ProcessLocks(Path(sys.argv[1]), [sys.argv[2]])
print("held", flush=True)
sys.stdin.read()
"""
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def neighbour(script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `script` in another process; it holds what it holds from here on, to the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


@contextmanager
def locked_by_another(path: Path, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Another process is in the middle of a transaction on the file."""
    with neighbour(HOLD_THE_FILE, str(path), begin):
        yield
