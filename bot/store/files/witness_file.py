"""The witness file: heads of the audit log, appended to a file that is not the database's, and never rewritten."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from bot.core.audit.chain import Anchor, read_anchors
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.store.disk.file_permissions import chmod

TAIL_BYTES = 256 * 1024
"""How much of a long file is read when it is met: some 1,500 lines. `b24bot audit verify` reads all of it."""
OTHERS_MAY_WRITE = 0o022


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """The heads that were not looked at yet, and where in the file they end."""

    anchors: tuple[Anchor, ...]
    end: int
    file: int
    """Its number in the file system: a file of the same name may be another one."""


class Witness:
    """One file. Everything raises OSError for what the file system does not do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._accepted: Unread | None = None
        self.newest = 0
        """The highest record number in what was accepted of the file as it is now."""

    def probe(self) -> None:
        """See whether it could be read and written, changing nothing."""
        if self.path.exists():
            os.close(os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC))
        elif not os.access(self.path.parent, os.W_OK | os.X_OK):
            code = errno.EACCES if self.path.parent.is_dir() else errno.ENOENT
            raise OSError(code, os.strerror(code), str(self.path))

    def append(self, lines: Iterable[str]) -> None:
        """Write the lines and have them on the disk. A line that a crash left half written is ended first."""
        handle, fresh = self._open()
        try:
            size = os.fstat(handle).st_size
            torn = bool(size) and os.pread(handle, 1, size - 1) != b"\n"
            rest = ("\n" * torn + "".join(f"{line}\n" for line in lines)).encode()
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        if fresh:
            self._sync_folder()

    def _open(self) -> tuple[int, bool]:
        fresh = not self.path.exists()
        # Without waiting: a pipe that nobody reads would hold whoever opens it for good.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(self.path, flags, 0o600)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(f"{self.path} is no regular file")
        return handle, fresh

    def _sync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def unread(self) -> Unread:
        """What was written since `accept`, by anybody; the tail, when the file is new to us or has been cut."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._accepted, self.newest = None, 0
            return Unread(anchors=(), end=0, file=0)
        if self._accepted is None or self._accepted.file != found.st_ino or self._accepted.end > found.st_size:
            begin, self.newest = max(0, found.st_size - TAIL_BYTES), 0
        else:
            begin = self._accepted.end
        whole = self._read(begin, found.st_size)
        anchors = tuple(read_anchors(_lines(whole), str(self.path)))
        return Unread(anchors=anchors, end=begin + len(whole), file=found.st_ino)

    def tail(self) -> list[str]:
        """The last lines of the file, whoever wrote them; none where there is no file."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return []
        return _lines(self._read(max(0, size - TAIL_BYTES), size))

    def _read(self, begin: int, end: int) -> bytes:
        """What stands there, up to the last line break: a line that is being written, or was torn, waits."""
        with self.path.open("rb") as file:
            file.seek(begin)
            whole = file.read(end - begin)
        return whole[: whole.rfind(b"\n") + 1]

    def accept(self, unread: Unread) -> None:
        """These heads were looked at, and need not be again."""
        self._accepted = unread
        self.newest = max([self.newest, *(anchor.seq for anchor in unread.anchors)])


def _lines(whole: bytes) -> list[str]:
    return whole.decode(errors="replace").splitlines()


def witness_at(path: Path, *, home: Path) -> Witness:
    """The witness file of the settings; it need not be there yet, nor be reachable now.

    Raises ConfigurationError where it could be no witness: beside the database, or open to others.
    """
    if path.resolve().is_relative_to(home.resolve()):
        raise ConfigurationError(
            Message("store.witness.beside_database", file=str(path), folder=str(home)),
            hint=Message("store.witness.move"),
        )
    try:
        mode = path.stat().st_mode
    except OSError:
        return Witness(path)
    if not stat.S_ISREG(mode):
        raise ConfigurationError(
            Message("store.witness.irregular", file=str(path)), hint=Message("store.witness.set_another")
        )
    if mode & OTHERS_MAY_WRITE:
        raise ConfigurationError(Message("store.witness.writable", file=str(path)), hint=chmod(0o600, path))
    return Witness(path)
