"""One process a role: the intake and the worker each hold a lock file while they live."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

from bot.core.errors import AlreadyRunning

INTAKE, WORKER, KEYS = "intake", "worker", "key-keeper"


class Seats:
    """The roles this process holds. The kernel gives a lock back when the process dies, however it dies."""

    def __init__(self, home: Path, roles: Iterable[str]) -> None:
        self._files: list[int] = []
        for role in roles:
            self._take(home / f"{role}.lock", role)

    def _take(self, path: Path, role: str) -> None:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            self.leave()
            raise AlreadyRunning(
                f"Another b24bot (process {holder}) is already the {role} of {path.parent}.",
                hint="Stop it first, or set B24BOT_HOME to another folder.",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._files.append(handle)

    def leave(self) -> None:
        while self._files:
            os.close(self._files.pop())
