"""The audit log of any copy of a database: read where it lies, changing nothing, not even its schema."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.core.audit.chain import LinkRow
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.plugin import Message
from bot.store.engine.database import APPLICATION_ID, BUSY_SECONDS, is_at_rest
from bot.store.engine.faults import is_no_text, sqlite3
from bot.store.engine.stored_chain import COLUMNS, Fetch, StoredChain

Tell = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Nobody waits."""


class CopiedChain(StoredChain):
    """A chain that is read once, as in a copy. `tell` hears of each page up to which record it goes, and of the last
    record there is."""

    def __init__(self, fetch: Fetch, has_table: Callable[[str], bool], tell: Tell) -> None:
        super().__init__(fetch, has_table)
        self._tell = tell

        self._total = self._fetch("SELECT max(seq) FROM audit")[0][0]

    def note(self, seq: int) -> None:
        self._tell(seq, self._total)


@contextmanager
def chain_of(path: Path, tell: Tell = no_progress) -> Iterator[CopiedChain]:
    """The audit log of the file, also while a bot works on it. Raises ConfigurationError where none can be read."""
    if not path.is_file():
        raise ConfigurationError(Message("store.copy.missing", file=str(path)))
    try:
        with _opened(path) as connection:
            _require_ours(connection, path)
            yield CopiedChain(partial(_rows, connection), partial(_has_table, connection), tell)
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(Message("store.copy.busy", file=str(path), cause=str(error))) from None
    except sqlite3.DatabaseError as error:
        raise ConfigurationError(Message("store.copy.unreadable", file=str(path), cause=str(error))) from None


@contextmanager
def links_of(path: Path, tell: Tell = no_progress) -> Iterator[Iterator[LinkRow]]:
    """Every record of the file, as `chain_of` reads it."""
    with chain_of(path, tell) as chain:
        yield chain.links()


def note_in(path: Path, name: str) -> str:
    """What the bot has noted in the file under a name; empty where it has not, as in one of an older version."""
    try:
        with _opened(path) as connection:
            found = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    except sqlite3.DatabaseError:
        return ""
    return found[0] if found else ""


def head_in(path: Path, seq: int) -> str:
    """The head at a record of the file, 64 digits; empty where there is no such record."""
    with _opened(path) as connection:
        found = connection.execute("SELECT hex(mac) FROM audit WHERE seq = ?", (seq,)).fetchone()
    return str(found[0]).lower() if found else ""


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if not alone(path, "-wal") and not _beside(path, "-shm").exists():
        # Nobody has it open, so it can be copied; opening it here would put files beside it.
        with copy_privately(path) as copy, closing(_connect(copy, "mode=rw")) as connection:
            yield connection
        return
    try:
        connection = _connect(path, "immutable=1" if is_at_rest(path) else "mode=ro")
    except sqlite3.OperationalError:
        if alone(path, "-journal") and alone(path, "-wal"):
            raise
        # A process died in the middle of a transaction, which has to be undone first: in a copy.
        with copy_privately(path) as copy, closing(_connect(copy, "mode=rw")) as connection:
            yield connection
        return
    with closing(connection):
        yield connection


def _connect(path: Path, how: str) -> Any:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?{how}", uri=True, isolation_level=None, timeout=BUSY_SECONDS
    )
    try:
        connection.text_factory = _escaped
        connection.execute("PRAGMA trusted_schema=0")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def alone(path: Path, ending: str) -> bool:
    """Whether nothing lies in the file of that ending beside the database."""
    other = _beside(path, ending)
    return not other.exists() or other.stat().st_size == 0


@contextmanager
def copy_privately(path: Path) -> Iterator[Path]:
    """A private copy with all that belongs to it."""
    with TemporaryDirectory(prefix="b24bot-") as folder:
        for ending in ("", "-wal", "-journal"):
            if _beside(path, ending).exists():
                shutil.copyfile(_beside(path, ending), Path(folder) / f"copy{ending}")
        yield Path(folder) / "copy"


def _require_ours(connection: Any, path: Path) -> None:
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    has = {row[1] for row in connection.execute("PRAGMA table_info(audit)")}
    if owner != APPLICATION_ID or not has.issuperset(COLUMNS):
        raise ConfigurationError(Message("store.copy.foreign", file=str(path)))


def _rows(connection: Any, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """All rows. What is no text in UTF-8 was not written by us; it has to be read to be found broken."""
    try:
        # Python's own decoding costs least; what it refuses is read with the other one.
        connection.text_factory = str
        return _fetched(connection, sql, values)
    except sqlite3.OperationalError as error:
        if not is_no_text(error):
            raise
    connection.text_factory = _escaped
    return _fetched(connection, sql, values)


def _has_table(connection: Any, name: str) -> bool:
    return bool(_rows(connection, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", name))


def _fetched(connection: Any, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
    return rows


def _escaped(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
