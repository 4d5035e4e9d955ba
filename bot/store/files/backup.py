"""Copies of the database: made beside a bot that works, looked through before they count, and kept for a while."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.bot_errors import StoreDamaged, StoreUnavailable
from bot.plugin import BACKUP_DAYS, Message
from bot.plugin.frozen import dataclass
from bot.store.engine.database import Database, sync
from bot.store.engine.faults import trouble
from bot.store.engine.port import Engine
from bot.store.files.consistency import assert_sound
from bot.store.repositories.audit_log import AuditReader
from bot.store.sealing.keyring import Keyring

HOURLY, DAILY = 48, BACKUP_DAYS
"""How many copies are kept: the newest ones, and the newest one of each of so many days."""
HOUR_MS = 3_600_000
_NAME = re.compile(r"\Ab24bot-(\d{8}T\d{9})Z\.sqlite3\Z")
_PART = re.compile(r"\A\.b24bot-.*\.(\d+)\.part(-journal|-wal|-shm)?\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that was looked through: the last audit record it holds, 0 for none, and the head there."""

    path: Path
    seq: int
    head: str


def back_up(
    database: Engine,
    keys: Keyring,
    folder: Path,
    *,
    at: int,
    why: str = "",
    after_step: Callable[[Path], None] = sync,
) -> Backup:
    """Copy the database into a folder, and look the copy through. Raises StoreUnavailable, or ConfigurationError.

    Not inside a transaction. The copy is of one moment. With WAL nobody waits for it; with a rollback journal whoever
    writes waits while it is copied, and not while the copy is looked through. `at` is UTC epoch milliseconds and gives
    the name, `why` is added to it. `after_step` is for tests that look at, or end, a copy that is half made.
    """
    name = f"b24bot-{_stamp(at)}Z{f'-{why}' if why else ''}.sqlite3"
    part = folder / f".{name}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_leftovers(folder)
        # SQLite takes a file that is there and empty, and so nobody else can ever read this one.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        database.copy_to(part, after_step=after_step)
        sync(part)
        made = look_through(part, keys, chain=not why)
        os.replace(part, folder / name)
        sync(folder)
    except StoreUnavailable as error:
        sentence = Message("store.backup.failed", folder=str(folder), cause=error.sentence)
        raise type(error)(sentence, hint=error.hint) from None
    except OSError as error:
        sentence = Message("store.backup.refused_by_system", folder=str(folder), cause=error.strerror or str(error))
        raise trouble(error, sentence) from None
    finally:
        # Whatever went wrong; of a copy that is made it has become the name.
        _unlink(part)
    return Backup(path=folder / name, seq=made.seq, head=made.head)


def _unlink(part: Path) -> None:
    with suppress(OSError):
        part.unlink()


def look_through(path: Path, keys: Keyring, *, chain: bool = True) -> Backup:
    """Read a copy from end to end. Raises StoreDamaged when it is no sound database or its chain does not hold.

    Without `chain` a log that was changed is copied as it is.
    """
    database = Database(path, read_only=True)
    try:
        assert_sound(database, deep=True)
        log = AuditReader(database, keys)
        broken = log.broken_at() if chain else None
        if broken is not None:
            raise StoreDamaged(Message("store.backup.log_broken", file=str(path), record=str(broken)))
        last = next(iter(log.find(limit=1)), None)
        return Backup(path=path, seq=last.seq if last else 0, head=last.head if last else "")
    finally:
        database.close()


def keep_owner(path: Path, former: Path) -> None:
    """Root, who makes a file anew that is somebody else's, leaves it to them: the bot has to open it."""
    if os.geteuid() == 0:
        owner = former.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def remove_leftovers(folder: Path) -> None:
    """Take away what processes that died in the middle of a copy have left. Not while this one copies.

    Whoever had our own number died before us: in a container each start has the same.
    """
    for path in folder.iterdir():
        found = _PART.match(path.name)
        if found and (int(found[1]) == os.getpid() or not _lives(int(found[1]))):
            path.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def latest_copy(folder: Path) -> Path | None:
    """The copy in a folder with the newest name, for whatever reason it was made."""
    return max(folder.glob("b24bot-*.sqlite3"), default=None) if folder.is_dir() else None


def find_newest_time(folder: Path, *, until: int) -> int | None:
    """When the newest copy in a folder was made, in UTC epoch milliseconds; None without one.

    Copies from after `until` were made before the clock was set back, and do not count.
    """
    return max((at for at, _ in _copies(folder) if at <= until), default=None)


def prune_copies(folder: Path, *, until: int) -> list[Path]:
    """Take away the copies that are too old to be kept; returns them. What was copied for a reason stays.

    Copies from after `until` take nobody's place: there can be so many that the one just made would go. They stay.
    """
    copies = [(at, path) for at, path in _copies(folder) if at <= until]
    kept = keep(at for at, _ in copies)
    dropped = [path for at, path in copies if at not in kept]
    for path in dropped:
        path.unlink(missing_ok=True)
    return dropped


def keep(times: Iterable[int]) -> set[int]:
    """Which of these times are kept: the newest 48, and the newest of each of the last 30 days that have one."""
    by_age = sorted(set(times), reverse=True)
    days: dict[str, int] = {}
    for at in by_age:
        days.setdefault(_stamp(at)[:8], at)
    return {*by_age[:HOURLY], *list(days.values())[:DAILY]}


def _copies(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    named = ((_time(found[1]), path) for path in sorted(folder.iterdir()) if (found := _NAME.match(path.name)))
    return [(at, path) for at, path in named if at is not None]


def _stamp(at: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=at)
    return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}"


def _time(stamp: str) -> int | None:
    """None for digits that are no time: then somebody else has named the file."""
    try:
        moment = datetime.strptime(f"{stamp}000", "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1)
