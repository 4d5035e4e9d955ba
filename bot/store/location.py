"""Where the rows of a bot are: in a file of its folder, or on a server that the settings name."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from bot.plugin import Message
from bot.store.engine.database import FILE_NAME, Database
from bot.store.engine.failpoints import Failpoint
from bot.store.engine.port import Engine, OpenedRows
from bot.store.files.backup_reader import CopiedChain, Tell, chain_of, head_in, note_in
from bot.store.files.restore import look_at, swap_in
from bot.store.files.whole_copy import RowCounts, receive_file
from bot.store.schema.schema_version import migrate


class Location(Protocol):
    """Finds and opens the rows of a bot. Methods raise StoreUnavailable and ConfigurationError."""

    @property
    def name(self) -> str:
        """What people call it: a file, or a database of a server without its password."""
        ...

    @property
    def place(self) -> str:
        """Where it would be made: the folder of the file, or the server."""
        ...

    @property
    def exists(self) -> bool:
        """Whether there is something, be it empty."""
        ...

    @property
    def empty(self) -> bool:
        """Whether there are no rows of a bot. What cannot be looked at has some."""
        ...

    def find_other(self) -> Path | None:
        """Return a database file of this host beside it, with rows that nobody would read; None when there is none."""
        ...

    def open(
        self, *, read_only: bool = False, synchronous: str | None = None, failpoint: Failpoint | None = None
    ) -> OpenedRows:
        """Open the rows, of whatever schema they have."""
        ...

    def describe(self, engine: Engine) -> Message | None:
        """Say what is known of where the rows are, beyond its name."""
        ...

    def look(self) -> AbstractContextManager[Engine]:
        """Read the rows, also those that a process left in the middle of a transaction; nothing changes."""
        ...

    def assert_unused(self) -> None:
        """Raise AlreadyRunning while replicas work on the rows. It does not look at the locks of the folder."""
        ...

    def replace(self, staging: Path, *, at: int) -> str | None:
        """Put the database file of another folder in the place of the rows; returns where the former ones are.

        None where there were none. `at` is UTC epoch milliseconds, for its name. There is a database at every moment.
        """
        ...

    def receive(self, rows: Engine) -> RowCounts:
        """Take over all rows of another database, here where there are none: all of them, or none.

        Raises PluginError where the two differ in the end.
        """
        ...

    def chain(self, tell: Tell) -> AbstractContextManager[CopiedChain]:
        """Read the audit log where it is, also while a bot works on it; nothing changes."""
        ...

    def note(self, name: str) -> str:
        """Read what the bot has noted under a name; empty where it has not."""
        ...

    def head(self, seq: int) -> str:
        """Read the head at a record, 64 digits; empty where there is no such record."""
        ...


class FileLocation:
    """An SQLite file in the bot's folder."""

    def __init__(self, home: Path, name: str = FILE_NAME) -> None:
        self._home = home
        self._path = home / name

    @property
    def name(self) -> str:
        return str(self._path)

    @property
    def place(self) -> str:
        return str(self._home)

    @property
    def exists(self) -> bool:
        return self._path.exists()

    @property
    def empty(self) -> bool:
        try:
            return self._path.stat().st_size == 0
        except FileNotFoundError:
            return True
        except OSError:
            # Opening it says what is wrong with the folder.
            return False

    def find_other(self) -> None:
        return None

    def open(
        self, *, read_only: bool = False, synchronous: str | None = None, failpoint: Failpoint | None = None
    ) -> OpenedRows:
        file = Database(self._path, read_only=read_only, synchronous=synchronous, failpoint=failpoint)
        return OpenedRows(engine=file, migrate=lambda finish: migrate(file, finish=finish))

    def describe(self, engine: Engine) -> None:
        return None

    def look(self) -> AbstractContextManager[Engine]:
        return look_at(self._path)

    def assert_unused(self) -> None:
        """Only processes of this host work on a file, and the locks of its folder show them."""

    def replace(self, staging: Path, *, at: int) -> str | None:
        kept = swap_in(staging, self._home, self._home / f"replaced-{at}")
        return None if kept is None else str(kept)

    def receive(self, rows: Engine) -> RowCounts:
        return receive_file(self._path, rows)

    def chain(self, tell: Tell) -> AbstractContextManager[CopiedChain]:
        return chain_of(self._path, tell)

    def note(self, name: str) -> str:
        return note_in(self._path, name)

    def head(self, seq: int) -> str:
        return head_in(self._path, seq)


def locate(home: Path, url: str = "") -> Location:
    """Return where the rows are: on the server that the URL names, and without one in the bot's folder.

    The driver of a server is imported only for one. Raises ConfigurationError for a URL that names none.
    """
    if not url:
        return FileLocation(home)
    from bot.store.postgres.server_location import ServerLocation

    return ServerLocation(home, url)
