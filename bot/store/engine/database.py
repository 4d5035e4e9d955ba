"""The SQLite file: how it is opened, how it is kept safe, and the one way to open a transaction."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message
from bot.store.disk.folders import FILE_NAME as FILE_NAME
from bot.store.disk.process_lock import compare_identity
from bot.store.engine.announcement import OfOneHost
from bot.store.engine.failpoints import Failpoint as Failpoint
from bot.store.engine.failpoints import place_of
from bot.store.engine.faults import FAULTS, FILE_FAULTS, is_no_text, trouble, unreadable, unwritable
from bot.store.engine.faults import sqlite3 as sqlite3
from bot.store.engine.journal import JOURNAL, WAL, Journal
from bot.store.engine.kept_commits import KeptCommits
from bot.store.engine.port import Dialect, Row
from bot.store.engine.unshared import Unshared

if TYPE_CHECKING:
    from sqlite_utils import Database as Utils

BUSY_SECONDS = 2.0
"""Under the three seconds in which Slack wants its answer, so that a locked file is told and not timed out."""
PRAGMA_PAUSE = 0.02
"""Seconds between two tries to set a PRAGMA while the file is locked."""
STATEMENTS = 512
"""How many prepared statements are kept: more than the bot has, so that each is compiled once."""
MOST_JOURNAL = 16 * 1024**2
"""Bytes of a journal that are kept for the next time; what a long copy made it grow to goes."""
STEP_PAGES = 256
"""How many pages a copy takes at a time: a megabyte."""
APPLICATION_ID = 0x62323462
_WAL_MARK = b"\x02\x02"
"""Where a file says of itself that its journal is a WAL."""
T = TypeVar("T")


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, last through a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


DIALECT = Dialect(row_id="rowid", greatest="max", now="CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")
_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
_LEVELS = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3}


class Database(KeptCommits, OfOneHost, Unshared):
    """One connection to one file, shared by the threads of a process behind a lock.

    `synchronous` overrides the durability level, for what is thrown away and for a benchmark that leaves out the disk.
    `journal` is another one than is best with this SQLite, for tests. `busy_seconds` is how long to wait for
    another process that holds the file. `read_only` is for looking at a copy: the file has to be there, and not a
    byte of it changes. `failpoint` is for tests that end the process on either side of a commit.
    """

    def __init__(
        self,
        path: Path,
        *,
        synchronous: str | None = None,
        journal: Journal | None = None,
        busy_seconds: float = BUSY_SECONDS,
        read_only: bool = False,
        failpoint: Failpoint | None = None,
    ) -> None:
        self.path = path
        self.dialect = DIALECT
        self._failpoint = failpoint
        self._busy_seconds = busy_seconds
        self._read_only = read_only
        self._lock = threading.RLock()
        self.journal, level = journal or JOURNAL
        self._level = synchronous or level
        try:
            self._connection = self._open()
        except FILE_FAULTS as error:
            raise trouble(error, Message("store.database.unopenable", file=str(path), cause=str(error))) from None
        # By its name: a second descriptor of the file would, when it is closed, drop SQLite's locks on it.
        found = path.stat()
        self._identity = (found.st_dev, found.st_ino)

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def utils(self) -> Utils:
        """sqlite-utils over the same connection: for the steps of the schema, and to look at tables.

        It is imported when somebody asks for it: that takes longer than all else of a start that has no step to apply.
        Its own reads and transactions are not for the bot: `query()` keeps a savepoint open while it is read from, and
        `atomic()` does not begin as `BEGIN IMMEDIATE` does.
        """
        from sqlite_utils import Database as Utils

        return Utils(self._connection)

    def displaced(self) -> Message | None:
        """Say how the file under the database's name differs from the one that is open; None when it does not."""
        return compare_identity(self.path, self._identity)

    def lost(self) -> Message | None:
        """Say why nobody would find what is written now; None when the open file has its name, whatever others too."""
        return compare_identity(self.path, self._identity, may_be_linked=True)

    def _open(self) -> Any:
        if not self.path.exists() and not self._read_only:
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        how = (
            "immutable=1" if self._read_only and is_at_rest(self.path) else "mode=ro" if self._read_only else "mode=rw"
        )
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?{how}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=self._busy_seconds,
            cached_statements=STATEMENTS,
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: Any) -> None:
        safe: dict[str, str | int] = {"trusted_schema": 0, "cell_size_check": 1}
        durable: dict[str, str | int] = {
            "journal_mode": self.journal,
            "synchronous": _LEVELS[self._level],
            "foreign_keys": 1,
            "recursive_triggers": 1,
            "secure_delete": 1,
            "journal_size_limit": MOST_JOURNAL,
            "application_id": APPLICATION_ID,
        }
        wanted = safe if self._read_only else {**safe, **durable}
        # Our mark is set before our first table is made. In this order nobody who starts beside us sees it otherwise.
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        owner = connection.execute("PRAGMA application_id").fetchone()[0]
        if owner != APPLICATION_ID and (owner or tables or self._read_only):
            raise ConfigurationError(Message("store.database.foreign", file=str(self.path)))
        for name, value in wanted.items():
            if connection.execute(f"PRAGMA {name}").fetchone()[0] != value:
                self._set_pragma(connection, name, value)
            found = connection.execute(f"PRAGMA {name}").fetchone()[0]
            if found != value:
                raise ConfigurationError(
                    Message(
                        "store.database.pragma",
                        file=str(self.path),
                        wanted=f"{name}={value}",
                        found=f"{name}={found}",
                    )
                )

    def _set_pragma(self, connection: Any, name: str, value: str | int) -> None:
        """Set a PRAGMA; try again while another process that begins the file sets it: SQLite does not wait there."""
        for left in range(round(self._busy_seconds / PRAGMA_PAUSE), -1, -1):
            try:
                connection.execute(f"PRAGMA {name}={value}").fetchall()
            except sqlite3.OperationalError as error:
                if not left or "locked" not in str(error):
                    raise
                threading.Event().wait(PRAGMA_PAUSE)
            else:
                return

    def unit_of_work(self) -> AbstractContextManager[None]:
        """One immediate transaction: all of it happens, or none. Raises StoreUnavailable when it cannot begin or end.

        One inside another joins it. Never hold one across a network call.
        """
        return self.unit_with(None)

    @contextmanager
    def unit_with(self, given: T) -> Iterator[T]:
        """The same for whoever hands something into it."""
        with self._lock:
            if self._connection.in_transaction:
                self._pass("joined")
                yield given
                return
            self._guarded("BEGIN IMMEDIATE")
            try:
                yield given
                self._pass("before")
                self._guarded("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._pass("after")

    def _pass(self, side: str) -> None:
        if self._failpoint is not None:
            self._failpoint(f"{side}:{place_of(sys._getframe(1))}")

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.in_transaction)

    def _guarded(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except FAULTS as error:
            raise unwritable(error, hint=Message("store.database.try_again")) from None

    def execute(self, sql: str, *values: object) -> int:
        """Run one statement that changes rows; returns how many. Only inside a unit of work of the same thread."""
        # The lock keeps another thread's change out of this thread's transaction.
        with self._lock:
            self.require_unit()
            try:
                return int(self._connection.execute(sql, values).rowcount)
            except FAULTS as error:
                raise unwritable(error) from None

    def require_unit(self) -> None:
        """Raise RuntimeError outside a unit of work: what is read for a change has to stay as it is until then."""
        if not self._connection.in_transaction:
            raise RuntimeError("a change outside a unit of work")

    def returning(self, sql: str, *values: object) -> list[Row]:
        """Run one statement that changes rows and returns them. Only inside a unit of work of the same thread."""
        with self._lock:
            self.require_unit()
            try:
                return self._query(sql, values)
            except FAULTS as error:
                raise unwritable(error) from None

    def insert(self, sql: str, *values: object) -> int:
        """Run one INSERT that returns the row's number. Only inside a unit of work of the same thread."""
        return int(next(iter(self.returning(sql, *values)[0].values())))

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a query, as dictionaries."""
        return self._read(self._query, sql, values)

    def tuples(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query, as they come: for what is read by the million."""
        return self._read(self._fetch, sql, values)

    def _read(self, query: Callable[[str, Iterable[object]], list[T]], sql: str, values: Iterable[object]) -> list[T]:
        with self._lock:
            try:
                return query(sql, values)
            except FAULTS as error:
                if is_no_text(error):
                    return self._read_damaged_text(query, sql, values)
                raise unreadable(error) from None

    def _fetch(self, sql: str, values: Iterable[object]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._connection.execute(sql, values).fetchall()
        return rows

    def _query(self, sql: str, values: Iterable[object]) -> list[Row]:
        cursor = self._connection.execute(sql, values)
        rows = cursor.fetchall()
        # Most questions are whether there is something to do.
        names = [column[0] for column in cursor.description] if rows else []
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _read_damaged_text(
        self, query: Callable[[str, Iterable[object]], list[T]], sql: str, values: Iterable[object]
    ) -> list[T]:
        """A byte that is no text any more must not keep the rest from being read; what is chained shows it."""
        self._connection.text_factory = _decoded
        try:
            return query(sql, values)
        except FAULTS as error:
            raise unreadable(error) from None
        finally:
            self._connection.text_factory = str

    def where(
        self, table: str, condition: str, values: Iterable[str | int | None], *, order_by: str, limit: int
    ) -> list[Row]:
        """Rows of a table that meet a condition with ? marks."""
        sql = " ".join(("SELECT * FROM", table, "WHERE", condition, "ORDER BY", order_by, "LIMIT +?"))
        return self.rows(sql, *values, limit)

    def has_table(self, name: str) -> bool:
        return bool(self.tuples(_TABLE, name))

    def size(self) -> int:
        return self.path.stat().st_size

    def write_anew(self) -> None:
        """Write the whole file anew, so that nothing is left in it of what was changed. Raises StoreUnavailable."""
        with self._lock:
            self._guarded("VACUUM")

    def copy_to(self, target: Path, *, after_step: Callable[[Path], None] = sync) -> None:
        """Copy all of it, as it is at one moment, into an empty file. Raises StoreUnavailable, or OSError.

        With WAL it goes in steps and by a connection of its own: others read and write meanwhile, and no step leaves
        the disk more to write than a moment takes. With a rollback journal whoever writes waits until it is copied: a
        connection that copies in steps would begin again with each commit of another.
        """
        if self.journal != WAL[0]:
            self.rows("VACUUM INTO ?", str(target))
            return
        source = Database(self.path, read_only=True, journal=WAL)
        try:
            source._copy_in_steps(target, after_step)
        finally:
            source.close()

    def _copy_in_steps(self, target: Path, after_step: Callable[[Path], None]) -> None:
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            # What is read from here on is of this moment, however many steps it takes.
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            copy.execute("PRAGMA journal_mode=OFF").fetchall()
            copy.execute("PRAGMA synchronous=OFF")
            copy.execute(f"PRAGMA cache_size={STEP_PAGES}")
            self._connection.backup(copy, pages=STEP_PAGES, progress=lambda *_: after_step(target))
            # A copy is one file: nothing has to lie beside it, and nothing is left there by looking.
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        except FAULTS as error:
            raise trouble(error, Message("store.database.uncopyable", cause=str(error))) from None
        finally:
            copy.close()

    def version(self) -> tuple[int, int] | None:
        """Another one after each change to what is stored, by whichever process; None while the caller changes rows.

        What was read after it was asked for holds as long as it stays the same. Bytes that somebody writes into the
        file without SQLite are no change by this.
        """
        with self._lock:
            if self._connection.in_transaction:
                return None
            others = self.rows("PRAGMA data_version")[0]["data_version"]
            return others, self._connection.total_changes

    def row(self, sql: str, *values: object) -> Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _decoded(text: bytes) -> str:
    return text.decode(errors="replace")


def is_at_rest(path: Path) -> bool:
    """Whether the file has a WAL by its own word and nobody has it open: only to look would put files beside it."""
    if any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-shm")):
        return False
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == _WAL_MARK
    except OSError:
        return False
