"""Other processes that work on the same rows: one holds a lock until it is told to let go, several race for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
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


def race_processes(commands: Sequence[Sequence[str]]) -> list[str]:
    """Start a Python for each command, let all go on together, and return what each printed behind `ready`.

    Each prints `ready` once it has loaded, and then waits for a line. All have to end without an error.
    """
    racers = [
        subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for command in commands
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    told = [racer.communicate(timeout=60) for racer in racers]
    assert [errors for _, errors in told] == [""] * len(racers)
    assert [racer.returncode for racer in racers] == [0] * len(racers)
    return [output for output, _ in told]


@contextmanager
def locked_by_another(path: Path, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Another process is in the middle of a transaction on the file."""
    with neighbour(HOLD_THE_FILE, str(path), begin):
        yield
