"""Files of archived audit records: written, verified by reading them back, and then taken out of the database."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

from bot.core.audit.archive_chain import (
    ArchiveRecord,
    BoundRecord,
    KeptRecords,
    KeyOf,
    digest_kept_records,
    examine_archive,
)
from bot.core.audit.audit_record import AuditRecord, Tag, stored_tags
from bot.core.audit.chain import HIGHEST, NO_LINK, Anchor, Findings, LinkRow, Place, recompute_chain
from bot.core.audit.exports import read_archive_records, read_exported_bounds, read_exported_links
from bot.core.audit.stored_views import exported_row
from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import OPEN
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.store.engine.database import sync
from bot.store.engine.port import Engine
from bot.store.engine.sql import placeholders
from bot.store.files.backup import keep_owner
from bot.store.files.backup_reader import Tell, no_progress
from bot.store.repositories.audit_log import AuditReader

ALWAYS_KEPT = stored_tags(Tag.CHECKPOINT, Tag.ARCHIVED, Tag.APPROVAL_BYPASSED, Tag.BYPASS_REVIEWED)
"""Checkpoints and archivings tell what the log was; a break-glass change and its review decide who may use it again."""
_LAST_WORDS = stored_tags(Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED, Tag.ACCOUNT_LINKED, Tag.ACCOUNT_UNLINKED)
Rule = tuple[str, tuple[object, ...]]
KEPT: tuple[Rule, ...] = (
    (" ".join(("SELECT seq FROM audit WHERE tag IN (", placeholders(ALWAYS_KEPT), ")")), ALWAYS_KEPT),
    # The last word about each person and each linked account: what is stored of them is held against it.
    (
        " ".join(("SELECT max(seq) FROM audit WHERE tag IN (", placeholders(_LAST_WORDS), ") GROUP BY subject")),
        _LAST_WORDS,
    ),
    # All about change requests that have not ended.
    (
        " ".join(
            (
                "SELECT audit.seq FROM changes JOIN audit ON audit.subject = 'CR-' || changes.number",
                "WHERE changes.status IN (",
                placeholders(OPEN),
                ")",
            )
        ),
        OPEN,
    ),
    # What the audit channel has not got.
    ("SELECT CAST(substr(key, 7) AS INTEGER) FROM outbox WHERE kind = 'audit' AND state <> 'sent'", ()),
)
"""Which records are never archived: those that a decision is proved from, or that have still to be said."""
ROW_BYTES = 280
"""What a line of a file has beside the words of its record, at most."""
_BYTES = """SELECT count(*) * ? + 2 * sum(length(tag) + length(actor) + length(subject) + length(CAST(facts AS BLOB)))
        AS bytes FROM audit WHERE seq > ? AND seq <= ?"""
"""About how many bytes the records of a range take."""
_LAST_OLDER = """SELECT max(seq) AS seq FROM audit WHERE at < ?1 AND seq < coalesce(
    (SELECT min(seq) FROM audit WHERE at BETWEEN ?1 AND ?2), ?3)"""
"""The last record before a moment that no record follows of between that moment and now."""
_FORGET_KEPT = "DELETE FROM audit_kept WHERE seq = ?"
"""A record that was kept has its predecessor again."""
_KEEP = "INSERT INTO audit_kept (seq, previous) VALUES (?, coalesce((SELECT mac FROM audit WHERE seq = ? - 1), ?))"
"""Keep a record with the head that it is chained to."""
_KEPT = "SELECT seq, mac FROM audit WHERE seq <= ? AND seq IN (SELECT seq FROM audit_kept) ORDER BY seq"
"""The heads of the records that are kept."""
_TAKE_OUT = "DELETE FROM audit WHERE seq BETWEEN ? AND ? AND seq NOT IN (SELECT seq FROM audit_kept)"
"""Remove the records of a range that are not kept."""


def estimate_bytes(database: Engine, start: Place, end: Place) -> int:
    """How large the file of these records can become."""
    found = database.row(_BYTES, ROW_BYTES, start.seq, end.seq)
    return int(found["bytes"] or 0) if found else 0


def last_before(database: Engine, moment: int, *, now: int) -> int:
    """The number of the last record such that all records up to it are older than a moment; 0 for none.

    A time that is yet to come says that the clock was ahead: such a record is as old as the next one that is older.
    """
    found = database.row(_LAST_OLDER, moment, now, HIGHEST)
    return int(found["seq"] or 0) if found else 0


def kept_records(database: Engine, start: Place, end: Place) -> list[int]:
    """The numbers of the records of a range that are kept."""
    found = {row[0] for sql, values in KEPT for row in database.tuples(sql, *values)}
    return sorted(seq for seq in found if start.seq < seq <= end.seq)


class ExportedChain:
    """The chain in an export or an archive: JSON lines. Raises OSError.

    The lines are read through `told` when all records are asked for.
    """

    def __init__(self, path: Path, *, told: Callable[[Iterable[str]], Iterable[str]] = iter) -> None:
        self._path = path
        self._told = told

    def _lines(self) -> Iterator[str]:
        with self._path.open(encoding="utf-8", errors="replace") as lines:
            yield from lines

    def archivings(self) -> Iterator[BoundRecord]:
        """The records of archivings, the newest first."""
        return reversed(list(read_archive_records(self._lines())))

    def kept(self, end: int) -> Iterator[BoundRecord]:
        """The records up to a number, in their order."""
        return takewhile(lambda bound: bound.link.seq <= end, read_exported_bounds(self._lines()))

    def links(self, *, after: int | None = None) -> Iterator[LinkRow]:
        """The records after a number, or all."""
        return (link for link in read_exported_links(self._told(self._lines())) if after is None or link.seq > after)


def write_archive(
    audit: AuditReader, path: Path, start: Place, end: Place, *, tell: Tell = no_progress
) -> tuple[str, tuple[str, ...]]:
    """Write the records after a place up to another one to a new file, and verify it by reading it back.

    Returns its SHA-256 and the ids of the keys. `tell` hears how many records it has, and how many there are. The file
    is readable to its owner alone; it gets its name when it is whole and on the disk. Raises StoreUnavailable, and
    OSError.
    """
    part = path.with_name(f".{path.name}.part")
    # Nobody else archives now: what lies there was left by a process that died.
    for left in path.parent.glob(".audit-*.jsonl.part"):
        left.unlink()
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            for line in _lines_of(audit.walk(after=start.seq), start, end, tell):
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        found = read_back(audit, part, start)
        if found.broken_at is not None or found.place != end:
            broken = found.broken_at or found.place.seq + 1
            raise StoreUnavailable(
                Message("store.archive.differs", file=str(path), record=str(broken)),
                hint=Message("store.archive.check_disk"),
            )
        keep_owner(part, path.parent)
        digest = digest_of(part)
        os.rename(part, path)
        sync(path.parent)
    finally:
        with suppress(OSError):
            part.unlink()
    return digest, found.keys


def _lines_of(records: Iterable[AuditRecord], start: Place, end: Place, tell: Tell) -> Iterator[str]:
    for record in takewhile(lambda one: one.seq <= end.seq, records):
        first = record.seq == start.seq + 1
        yield json.dumps(exported_row(record, start.mac if first else None)) + "\n"
        if record.seq % 1_000 == 0 or record.seq == end.seq:
            tell(record.seq - start.seq, end.seq - start.seq)


def read_back(audit: AuditReader, path: Path, start: Place) -> Findings:
    """Recompute the chain in a file from the place before its first record."""
    return recompute_chain(ExportedChain(path).links(), audit.key_of, start=start)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveCheck:
    """What came of verifying the file of an archive. Without `archived` no record that is proved tells of it."""

    path: Path
    digest: str
    archived: ArchiveRecord | None = None
    found: Findings | None = None

    @property
    def is_written(self) -> bool:
        """Whether it is the file that was written, byte by byte."""
        return self.archived is not None and self.archived.digest == self.digest


def check_archive(
    path: Path, known: Sequence[ArchiveRecord], key_of: KeyOf, *, anchors: Iterable[Anchor]
) -> ArchiveCheck:
    """Verify the file of one of the archives that a log tells of. Raises OSError."""
    digest, exported = digest_of(path), ExportedChain(path)
    first, *_ = next(iter(exported.links()), NO_LINK)
    by_digest = next((one for one in known if one.digest == digest), None)
    archived = by_digest or next((one for one in known if one.first == first or one.name == path.name), None)
    if archived is None:
        return ArchiveCheck(path=path, digest=digest)
    found = examine_archive(exported.links(), archived, key_of, anchors=anchors)
    return ArchiveCheck(path=path, digest=digest, archived=archived, found=found)


def note_kept_records(database: Engine, start: Place, end: Place) -> KeptRecords:
    """Note which records of a range are kept, each with the head that it is chained to.

    Returns the sum of all that is kept up to the end of the range, by earlier archivings as well. Raises RuntimeError
    outside a unit of work.
    """
    # The first record after the last range is there so that it can be proved, and may go now.
    database.execute(_FORGET_KEPT, start.seq + 1)
    for seq in [*kept_records(database, start, end), end.seq + 1]:
        # Before the first record there is none in the table.
        database.execute(_KEEP, seq, seq, start.mac)
    rows = database.tuples(_KEPT, end.seq)
    return digest_kept_records((seq, mac) for seq, mac in rows)


def delete_archived(database: Engine, archived: ArchiveRecord) -> int:
    """Delete the records of an archiving that is on the record, but for those that are kept.

    The trigger on the table lets go what the record names, and nothing else. Raises RuntimeError outside a unit of
    work.
    """
    return database.execute(_TAKE_OUT, archived.first, archived.end.seq)
