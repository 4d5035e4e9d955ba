"""One process a role: the intake and the worker each hold a lock file while they live, the worker the folder as well.

A lock file can be deleted, and whoever comes then makes another one and locks that. The folder of the database is not
as easily replaced, so the worker, of which a second one would do harm, locks the folder too. The database file is never
opened for a lock: closing any descriptor of it would drop the locks that SQLite holds on it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.core.bot_errors import AlreadyRunning
from bot.plugin import Message, Text

MOST_READ = 4_096
"""Bytes of a lock file that are read."""
INTAKE, WORKER, KEYS = "intake", "worker", "key-keeper"
ROLES: Mapping[str, Message] = {
    INTAKE: Message("store.lock.intake"),
    WORKER: Message("store.lock.worker"),
    KEYS: Message("store.lock.key_keeper"),
}
"""Each role as people read it."""


class ProcessLocks:
    """The roles this process holds. The kernel gives a lock back when the process dies, however it dies."""

    def __init__(self, home: Path, roles: Iterable[str]) -> None:
        self._files: list[tuple[Path, int]] = []
        self._named: list[int] = []
        self.former: set[str] = set()
        """The owners that held these roles last. They are dead, for their locks are free."""
        for role in roles:
            if role == WORKER:
                self._take(home, os.open(home, os.O_RDONLY | os.O_DIRECTORY), role, home / f"{role}.lock")
            path = home / f"{role}.lock"
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            self._take(path, handle, role, path)
            self._named.append(handle)
            self.former.update(os.pread(handle, MOST_READ, 0).decode(errors="replace").split()[1:])
            # The former owners stay until `name_owner`: whoever starts after a kill in between still finds them.
            _write(handle, self.former)

    def name_owner(self, owner: str) -> None:
        """Write into the lock files whose locks they are, for whoever takes them next."""
        for handle in self._named:
            _write(handle, [owner])

    def _take(self, locked: Path, handle: int, role: str, lock_file: Path) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            self.leave()
            raise AlreadyRunning(
                Message(
                    "store.lock.held",
                    process=_holder(lock_file),
                    role=ROLES.get(role, role),
                    folder=str(lock_file.parent),
                ),
                hint=Message("store.lock.stop_it"),
            ) from None
        self._files.append((locked, handle))

    def displaced(self) -> Message | None:
        """Say which lock would not keep another process out any more; None when all do."""
        return next((why for path, handle in self._files if (why := _displaced(path, handle))), None)

    def leave(self) -> None:
        self._named.clear()
        while self._files:
            os.close(self._files.pop()[1])


def is_held(home: Path, role: str) -> bool:
    """Whether some process has this role now: it holds a lock file for as long as it lives."""
    try:
        handle = os.open(home / f"{role}.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _write(handle: int, owners: Iterable[str]) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, "".join(f"{line}\n" for line in (os.getpid(), *owners)).encode(), 0)


def _holder(lock_file: Path) -> Text:
    unknown = Message("store.lock.unknown_process")
    try:
        return lock_file.read_text(errors="replace")[:32].partition("\n")[0].strip() or unknown
    except OSError:
        return unknown


def _displaced(path: Path, handle: int) -> Message | None:
    held = os.fstat(handle)
    return compare_identity(path, (held.st_dev, held.st_ino), may_be_linked=path.is_dir())


def compare_identity(path: Path, held: tuple[int, int], *, may_be_linked: bool = False) -> Message | None:
    """Say how the file at a path differs from the one that is held, or that it has another name too; else None."""
    try:
        found = os.stat(path)
    except OSError:
        return Message("store.file.gone", path=str(path))
    if (found.st_dev, found.st_ino) != held:
        return Message("store.file.replaced", path=str(path))
    if found.st_nlink > 1 and not may_be_linked:
        return Message("store.file.linked", path=str(path))
    return None
