"""The fork server as the driver sees it, and the processes that come from it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.store.disk.process_lock import INTAKE, WORKER
from tests.long.crash.harness.trip import Kill

ROOT = Path(__file__).resolve().parents[4]


class Process:
    """One of the bot's processes. It is the fork server's child, so its exit code is asked for there."""

    def __init__(self, server: ForkServer, pid: int) -> None:
        self.pid = pid
        self._server = server
        self._handle = os.pidfd_open(pid)
        self._code: int | None = None

    @property
    def alive(self) -> bool:
        return self._code is None and not select.select([self._handle], [], [], 0)[0]

    def kill(self) -> None:
        """End it as the kernel would, and wait until it is gone."""
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Its exit code; -9 when it was killed."""
        if self._code is None:
            self._code = int(self._server.ask({"do": "wait", "pid": self.pid})["status"])
            os.close(self._handle)
        return self._code


class ForkServer:
    """Starts once, takes about half a second; then a process of the bot costs some milliseconds."""

    def __init__(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.long.crash.harness.server"],
            cwd=ROOT,
            env={**kept, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._heard()

    def ask(self, order: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._process.stdin is None:
            raise RuntimeError("the fork server has no input")
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Mapping[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("the fork server has ended")
        answer: Mapping[str, Any] = json.loads(line)
        return answer

    def boot(
        self, folder: Path, settings: Mapping[str, str], kill: Kill | None, roles: Sequence[str] = (INTAKE, WORKER)
    ) -> Process:
        """A bot that serves and works, or does one of both, over the files in `folder`."""
        return self._start({"do": "serve", "roles": list(roles), **_order(folder, settings, kill)})

    def terminal(self, folder: Path, settings: Mapping[str, str], words: Sequence[str], kill: Kill | None) -> Process:
        """`b24bot WORDS…`, in a process that ends by itself."""
        return self._start({"do": "terminal", "words": list(words), **_order(folder, settings, kill)})

    def _start(self, order: Mapping[str, Any]) -> Process:
        return Process(self, int(self.ask(order)["pid"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(timeout=10)


def _order(folder: Path, settings: Mapping[str, str], kill: Kill | None) -> Mapping[str, Any]:
    return {"folder": str(folder), "settings": dict(settings), "kill": dict(kill.as_json()) if kill else None}
