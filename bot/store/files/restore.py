"""Putting a copy in the place of the database: what it is compared with, and a swap that can be cut short anywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from bot.core.audit.audit_record import Tag, stored_tags
from bot.core.audit.chain import START
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.plugin.frozen import dataclass
from bot.store.engine.database import FILE_NAME, Database, sync
from bot.store.engine.port import Engine
from bot.store.engine.sql import placeholders
from bot.store.files.backup import Backup, keep_owner
from bot.store.files.backup_reader import alone, copy_privately
from bot.store.files.consistency import assert_fits
from bot.store.repositories.audit_log import AuditReader
from bot.store.schema.schema_version import refuse_newer
from bot.store.sealing.keyring import Keyring

STAGING = ".restoring"
"""The folder in the database's folder where a copy is made ready."""
SIDECARS = ("-journal", "-wal", "-shm")
BOOKKEEPING = stored_tags(Tag.BACKUP_MADE, Tag.CHECKPOINT, Tag.PROCESS_STARTED, Tag.ARCHIVED)
"""Records that say nothing of what people did; being behind by them is being up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreComparison:
    """How a copy stands to the database that is there. `lost` are the records it lacks; None where nobody can tell."""

    lost: int | None
    last: int = 0
    """The number of the last record of the database that is there."""
    kin: bool = True
    """Whether the copy is an earlier state of it."""


def open_copy(file: Path, keys: Keyring) -> Engine:
    """Open a copy to read it. Raises ConfigurationError for one that a newer b24bot wrote or that has other keys."""
    copy = Database(file, read_only=True)
    try:
        refuse_newer(copy, copy.name)
        assert_fits(copy, keys)
    except BaseException:
        copy.close()
        raise
    return copy


def compare_backup(readable: AbstractContextManager[Engine], copy: Backup, keys: Keyring) -> RestoreComparison:
    """Compare a copy that was looked through with the database that is there, as far as that can be read."""
    try:
        with (
            readable as present,
            closing(Database(copy.path, read_only=True)) as other,
        ):
            return _compare(present, AuditReader(present, keys), AuditReader(other, keys), copy.seq)
    except (StoreUnavailable, ConfigurationError, OSError):
        return RestoreComparison(lost=None)


@contextmanager
def look_at(path: Path) -> Iterator[Engine]:
    """The database that is there. A transaction that a dead process left open is undone in a copy of it: so far
    nothing is to change."""
    try:
        present = Database(path, read_only=True)
    except StoreUnavailable:
        if alone(path, "-journal"):
            raise
        with copy_privately(path) as copy, closing(Database(copy)) as undone:
            yield undone
        return
    with closing(present):
        yield present


def _compare(present: Engine, log: AuditReader, other: AuditReader, end: int) -> RestoreComparison:
    last, archived = (log.place() or START).seq, log.archived().end.seq
    kin = _is_kin(log, other, min(last, end))
    sql = " ".join(("SELECT count(*) AS n FROM audit WHERE seq > ? AND tag NOT IN (", placeholders(BOOKKEEPING), ")"))
    # Of what was archived since, nobody can tell what was bookkeeping.
    found = present.row(sql, max(end, archived), *BOOKKEEPING)
    return RestoreComparison(lost=max(0, archived - end) + (found["n"] if found else 0), last=last, kin=kin)


def _is_kin(log: AuditReader, other: AuditReader, shared: int) -> bool:
    """Whether two logs went through the same place, at the last record up to a number that is in both of them."""
    while True:
        mine, others = log.floor(shared) or START, other.floor(shared) or START
        if mine.seq == others.seq:
            return mine == others
        shared = min(mine.seq, others.seq)


def make_ready(file: Path, home: Path) -> Path:
    """Copy the file into the staging folder, alone there; returns that folder, which is a home of its own.

    SQLite copies it, with what lies in a journal beside it: that was looked through and counted as well.
    """
    staging = home / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    target = staging / FILE_NAME
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(Database(file, read_only=True)) as source:
        source.rows("VACUUM INTO ?", str(target))
    sync(target)
    return staging


def forget_queues(database: Engine) -> None:
    """Drop what waited in the copy to be done or to be said to somebody: since then it was.

    Raises RuntimeError outside a unit of work.
    """
    database.execute("DELETE FROM jobs")
    # Those that worked with the database of the copy do not work with this one.
    database.execute("DELETE FROM replicas")
    # A freeze that was pending becomes one within a minute; what the others would stop is closed.
    database.execute("DELETE FROM stops WHERE kind <> 'freeze'")
    database.execute(
        "UPDATE outbox SET state = 'dead', payload = '', error = 'restored' WHERE state IN ('new', 'sending') "
        "AND kind IN ('whisper', 'thread', 'form')"
    )


def swap_in(staging: Path, home: Path, aside: Path) -> Path | None:
    """Put what is ready in the place of the database; returns where the former one is, None when there was none.

    There is a database at every moment: the former one gets a second name before its first is given to the copy.
    """
    present = home / FILE_NAME
    kept = None
    keep_owner(staging / FILE_NAME, present if present.exists() else home)
    if present.exists():
        _finish(present)
        aside.mkdir(mode=0o700)
        kept = aside / FILE_NAME
        os.link(present, kept)
        _put_sidecars_aside(present, aside)
        sync(aside)
    os.replace(staging / FILE_NAME, present)
    sync(home)
    shutil.rmtree(staging, ignore_errors=True)
    return kept


def _finish(present: Path) -> None:
    """Let SQLite bring to an end what a process that died has left half done, while the file still has its name."""
    try:
        Database(present).close()
    except (StoreUnavailable, ConfigurationError):
        # It is damaged or not ours: it is kept as it is, with what lies beside it.
        return


def _put_sidecars_aside(present: Path, aside: Path) -> None:
    """A journal of the former file, found beside the copy, would be played into it."""
    for suffix in SIDECARS:
        beside = present.with_name(present.name + suffix)
        if beside.exists():
            os.replace(beside, aside / beside.name)
