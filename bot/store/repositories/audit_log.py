"""The audit log: append-only, each record chained to the one before it with a key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from bot.core.audit.archive_chain import ArchiveRecord, examine_log, find_latest_archive
from bot.core.audit.audit_record import AuditRecord, Entry, Fact, Tag, facts_text, link, stored_tags
from bot.core.audit.chain import HIGHEST, START, Anchor, Findings, Place, recompute_chain
from bot.core.bot_errors import ConfigurationError
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row
from bot.store.engine.sql import newest_of, placeholders
from bot.store.engine.stored_chain import COLUMNS, LOWEST, StoredChain, links_in
from bot.store.repositories.audit_query import Wanted, all_tags, in_page, newest, page_end
from bot.store.sealing.keyring import Keyring

LOOKED_AT, PAGE = 100_000, 5_000
"""How many records a search looks through unless it is told to take all, and in how many at a time: between two pages
others get at the database."""
_ONE = "SELECT *, {} AS earlier FROM audit WHERE seq = ?"
_LAST = (
    "SELECT *, {} AS earlier FROM audit "
    "WHERE seq IN (SELECT max(seq) FROM audit WHERE tag IN ({}) GROUP BY subject) ORDER BY subject"
)
"""Records each with what it was chained to: one, and the last of each subject with one of some tags."""
_APPEND = "INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
"""A record, behind the last one."""
_GET = "SELECT * FROM audit WHERE seq = ?"
"""One record."""
_PAGE = "SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT +?"
"""A page of records from a number on."""
_END = "SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1"
"""Where the chain stands after the last record."""
_PLACE = "SELECT seq, mac FROM audit WHERE seq = ?"
"""Where it stood after one record."""
_FLOOR = "SELECT seq, mac FROM audit WHERE seq <= ? ORDER BY seq DESC LIMIT 1"
"""Where it stood after a record or the last one before it."""
_KEPT = "SELECT seq, previous FROM audit_kept"
"""The heads that kept records are chained to."""
_NEWEST = "SELECT * FROM audit WHERE seq IN (SELECT seq FROM ({}) AS found)"
_WITH_TAG = "SELECT seq FROM audit WHERE tag = ?"
"""The last records of some tags."""
_COUNT_AFTER = "SELECT count(*) AS n FROM audit WHERE seq > ?"
"""How many records there are behind a number."""
_COUNT = "SELECT count(*) AS n FROM audit"
"""How many records there are."""


class AuditReader(StoredChain):
    """The audit log, to be read."""

    def __init__(self, database: Engine, keys: Keyring) -> None:
        super().__init__(database.tuples, database.has_table)
        self._database = database
        self._keys = keys

    def key_of(self, key_id: str) -> bytes:
        """The key that records with this id are chained with. Raises ConfigurationError where nobody has it."""
        return self._keys.audit_key(key_id)

    def get(self, seq: int) -> AuditRecord | None:
        row = self._database.row(_GET, seq)
        return _record(row) if row else None

    def walk(self, *, after: int = 0, page: int = 500) -> Iterator[AuditRecord]:
        """Every record from the first, in pages, so that a long log fits in memory."""
        while rows := self._database.rows(_PAGE, after, page):
            yield from map(_record, rows)
            after = rows[-1]["seq"]

    def broken_at(self) -> int | None:
        """The number of the first record that is not as it was written, or is missing; None when the chain holds.

        Records cut off at the end leave a chain that holds: only a head known elsewhere shows that.
        """
        return self.examine().broken_at

    def examine(self, anchors: Iterable[Anchor] = ()) -> Findings:
        """Recompute all of it, and compare it with heads that were kept elsewhere."""
        return examine_log(self, self._keys.audit_key, anchors=anchors)

    def archived(self) -> ArchiveRecord:
        """Where it begins: what was archived last, as the record of that says, which was proved with its key."""
        return find_latest_archive(self, self._keys.audit_key)

    def place(self) -> Place | None:
        """Where the chain stands after the last record; None for an empty log."""
        return _place(self._database.row(_END))

    def place_at(self, seq: int) -> Place | None:
        """Where it stood after this record; None when there is no such record, and it is not the archived head."""
        found = _place(self._database.row(_PLACE, seq))
        end = self.archived().end if found is None and self.keeps else START
        return end if found is None and end.seq == seq else found

    def floor(self, seq: int) -> Place | None:
        """Where it stood after this record or the last one before it that is there."""
        found = _place(self._database.row(_FLOOR, seq))
        end = self.archived().end
        return end if (found.seq if found else 0) < end.seq <= seq else found

    def previous_heads(self) -> dict[int, bytes]:
        """The heads before those records whose predecessor was archived or was kept with them, by their numbers."""
        return dict(self._database.tuples(_KEPT)) if self.keeps else {}

    def newest(self, tag: Tag) -> AuditRecord | None:
        """The last record with this tag, under whichever of its names it is stored."""
        names = stored_tags(tag)
        row = self._database.row(_NEWEST.format(newest_of(_WITH_TAG, names, "seq")), *names, 1)
        return _record(row) if row else None

    def tags(self) -> list[str]:
        """The tags that stand in the log, each once, those of earlier releases as well."""
        return [row["tag"] for row in self._database.rows(*all_tags())]

    def count(self, *, after: int | None = None) -> int:
        """How many records there are, counted; only those behind a number if that is given."""
        behind = (_COUNT_AFTER, after)
        row = self._database.row(*(behind if after is not None else (_COUNT,)))
        return row["n"] if row else 0

    def stands(self, seq: int) -> bool:
        """Whether one record is as it was written after the one before it."""
        row = self._one(seq)
        return row is not None and self._follows(row)

    def vouches(self, record: AuditRecord) -> bool:
        """Whether somebody who holds a key of ours wrote this record; not so for one with a key nobody knows.

        What a search returned may be what stands in an index, and an index is nobody's word.
        """
        row = self._one(record.seq)
        return row is not None and self._is_ours(row) and _record(row) == record

    def last_words(self, *tags: Tag) -> list[tuple[AuditRecord, bool]]:
        """Of each subject the last record with one of these tags, and whether one can believe it as in `vouches`."""
        names = stored_tags(*tags)
        rows = self._database.rows(_LAST.format(self.earlier, placeholders(names)), *names)
        return [(_record(row), self._is_ours(row)) for row in rows]

    def _one(self, seq: int) -> Row | None:
        return self._database.row(_ONE.format(self.earlier), seq)

    def _is_ours(self, row: Row) -> bool:
        try:
            return self._follows(row)
        except ConfigurationError:
            return False

    def _follows(self, row: Row) -> bool:
        if row["seq"] < 1:
            return False
        known = isinstance(row["earlier"], bytes)
        start = Place(seq=row["seq"] - 1, mac=row["earlier"]) if known else START
        return (
            recompute_chain(
                links_in([tuple(row[name] for name in COLUMNS)]), self._keys.audit_key, start=start
            ).broken_at
            is None
        )

    def find(self, *, actor: str = "", subject: str = "", tag: str = "", limit: int = 20) -> list[AuditRecord]:
        """The newest records that match all that is given; `tag` may be the beginning of one, today's or an earlier."""
        wanted = Wanted(actor=actor, subject=subject, tag=tag)
        return [_record(row) for row in self._database.rows(*newest(wanted, limit))]

    def search(self, wanted: Wanted, *, limit: int, most: int = LOOKED_AT, page: int = PAGE) -> Found:
        """The newest records that match, among the newest `most` that an index gives for one of the filters.

        Filters that no index decides are tested page by page, so that nobody waits for more than a page.
        """
        if wanted.decided:
            return Found(records=[_record(row) for row in self._database.rows(*newest(wanted, limit))])
        found: list[AuditRecord] = []
        before, looked = HIGHEST, 0
        while len(found) < limit and looked < most:
            size = min(page, most - looked)
            end = self._database.row(*page_end(wanted, before, size))
            begin = end["seq"] if end else LOWEST
            found += map(_record, self._database.rows(*in_page(wanted, begin, before, limit - len(found))))
            if end is None:
                return Found(records=found)
            before, looked = end["seq"], looked + size
        more = self._database.row(*page_end(wanted, before, 1)) is not None
        return Found(records=found, older=looked >= most and more)


class AuditLog(AuditReader):
    """The same with what appends to it. A transaction has it, and nobody else; nothing changes a record."""

    def append(self, entry: Entry, *, at: int) -> int:
        """Write one record in the current unit of work; returns its number."""
        last = self.place() or START
        seq = last.seq + 1
        key_id = self._keys.primary
        mac = link(self._keys.audit_key(key_id), seq, last.mac, at, entry)
        self._database.execute(
            _APPEND,
            seq,
            at,
            entry.tag,
            entry.actor,
            entry.subject,
            facts_text(entry),
            key_id,
            mac,
        )
        return seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, the newest first. `older` says that there are older records that it has not looked at."""

    records: list[AuditRecord]
    older: bool = False


def _record(row: Row) -> AuditRecord:
    return AuditRecord(
        seq=row["seq"],
        at=row["at"],
        tag=row["tag"],
        actor=row["actor"],
        subject=row["subject"],
        facts=_facts(row["facts"]),
        key_id=row["key_id"],
        mac=row["mac"],
    )


def _place(row: Row | None) -> Place | None:
    return Place(seq=row["seq"], mac=row["mac"]) if row else None


def _facts(text: str) -> Mapping[str, Fact]:
    """The facts of a record; of one that was damaged on the disk what is left, which its place in the chain betrays."""
    try:
        facts = json.loads(text)
    except (TypeError, ValueError):
        facts = None
    return facts if isinstance(facts, dict) else {"damaged": str(text)}
