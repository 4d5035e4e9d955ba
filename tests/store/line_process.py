"""A process of the tests that takes tasks as lines of JSON, answers each with a line, and ends with its input."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 120.0


class LineProcess:
    """`python -m MODULE`, started at once and kept for several tasks because a start takes a while.

    `within` is how many seconds an answer may take.
    """

    def __init__(self, module: str, *, within: float = TIMEOUT) -> None:
        self._within = within
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self._process.stdin
        assert self._process.stdout
        self._input, self._output = self._process.stdin, self._process.stdout

    def tell(self, task: Any) -> None:
        self._input.write(f"{json.dumps(task)}\n")
        self._input.flush()

    def hear(self) -> Any:
        """Return the next answer. A process that hangs is ended, so that the test fails instead of waiting."""
        watch = threading.Timer(self._within, self._process.kill)
        watch.start()
        try:
            line = self._output.readline()
        finally:
            watch.cancel()
        assert line, "the process ended without an answer"
        return json.loads(line)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._input.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._output.close()
