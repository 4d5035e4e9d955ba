"""The audit log: append-only, each record chained to the one before it with a key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.core.audit.audit_record import AuditRecord, Entry, Fact, Tag, facts_text, link
from bot.core.audit.chain import HIGHEST, NO_LINK, START, LinkRow, Place, examine
from bot.core.bot_errors import ConfigurationError
from bot.plugin.frozen import dataclass
from bot.store.engine.database import Database, Row
from bot.store.repositories.audit_query import LOWEST, Wanted, all_tags, in_page, newest, page_end
from bot.store.sealing.keyring import Keyring

LOOKED_AT, PAGE = 100_000, 5_000
"""How many records a search looks through unless it is told to take all, and in how many at a time: between two pages
others get at the database."""
COLUMNS = {"seq": int, "at": int, "tag": str, "actor": str, "subject": str, "facts": str, "key_id": str, "mac": bytes}
"""What a record is made of. A file that was damaged, or that somebody wrote anew, may hold anything in their place."""
ONE = "SELECT *, (SELECT mac FROM audit AS a WHERE a.seq = audit.seq - 1) AS earlier FROM audit WHERE seq = ?"
LAST = (
    "SELECT *, (SELECT mac FROM audit AS a WHERE a.seq = audit.seq - 1) AS earlier FROM audit "
    "WHERE seq IN (SELECT max(seq) FROM audit WHERE tag IN (?, ?) GROUP BY subject) ORDER BY subject"
)
"""Records each with what it was chained to: one, and the last of each subject with either of two tags."""


LINKS = f"SELECT {', '.join(COLUMNS)} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - our names
"""A page of records, in the order of `Link`."""
_KINDS = list(COLUMNS.values())


def links_in(rows: Iterable[tuple[Any, ...]]) -> list[LinkRow]:
    """Rows of these columns as links of the chain; one that fits nowhere for what is no record."""
    return [row if [*map(type, row)] == _KINDS else NO_LINK for row in rows]


class AuditLog:
    """Append and read. Nothing here can change a record."""

    def __init__(self, database: Database, keys: Keyring) -> None:
        self._database = database
        self._keys = keys

    def append(self, entry: Entry, *, at: int) -> int:
        """Write one record in the current unit of work; returns its number."""
        last = self.place() or START
        seq = last.seq + 1
        key_id = self._keys.primary
        mac = link(self._keys.audit_key(key_id), seq, last.mac, at, entry)
        self._database.execute(
            "INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
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

    def get(self, seq: int) -> AuditRecord | None:
        row = self._database.row("SELECT * FROM audit WHERE seq = ?", seq)
        return _record(row) if row else None

    def walk(self, *, after: int = 0, page: int = 500) -> Iterator[AuditRecord]:
        """Every record from the first, in pages, so that a long log fits in memory."""
        while rows := self._database.rows("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, page):
            yield from map(_record, rows)
            after = rows[-1]["seq"]

    def links(self, *, after: int | None = None, page: int = 2_000) -> Iterator[LinkRow]:
        """Every record as it stands in the file, for checking the chain: also one that has no business there."""
        low = LOWEST if after is None else after
        while rows := self._database.tuples(LINKS, low, page):
            yield from links_in(rows)
            low = rows[-1][0]

    def broken_at(self) -> int | None:
        """The number of the first record that is not as it was written, or is missing; None when the chain holds.

        Records cut off at the end leave a chain that holds: only a head known elsewhere shows that.
        """
        return examine(self.links(), self._keys.audit_key).broken_at

    def place(self) -> Place | None:
        """Where the chain stands after the last record; None for an empty log."""
        return _place(self._database.row("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1"))

    def place_at(self, seq: int) -> Place | None:
        """Where it stood after this record; None when there is no such record."""
        return _place(self._database.row("SELECT seq, mac FROM audit WHERE seq = ?", seq))

    def newest(self, tag: Tag) -> AuditRecord | None:
        """The last record with this tag."""
        row = self._database.row("SELECT * FROM audit WHERE tag = ? ORDER BY seq DESC LIMIT 1", tag)
        return _record(row) if row else None

    def tags(self) -> list[str]:
        """The tags that stand in the log, each once."""
        return [row["tag"] for row in self._database.rows(*all_tags())]

    def count(self, *, after: int | None = None) -> int:
        """How many records there are, counted; only those behind a number if that is given."""
        behind = ("SELECT count(*) AS n FROM audit WHERE seq > ?", after)
        row = self._database.row(*(behind if after is not None else ("SELECT count(*) AS n FROM audit",)))
        return row["n"] if row else 0

    def stands(self, seq: int) -> bool:
        """Whether one record is as it was written after the one before it."""
        row = self._database.row(ONE, seq)
        return row is not None and self._follows(row)

    def vouches(self, record: AuditRecord) -> bool:
        """Whether somebody who holds a key of ours wrote this record; not so for one with a key nobody knows.

        What a search returned may be what stands in an index, and an index is nobody's word.
        """
        row = self._database.row(ONE, record.seq)
        return row is not None and self._is_ours(row) and _record(row) == record

    def last_words(self, one: Tag, other: Tag) -> list[tuple[AuditRecord, bool]]:
        """Of each subject the last record with either of two tags, and whether one can believe it as in `vouches`."""
        rows = self._database.rows(LAST, one, other)
        return [(_record(row), self._is_ours(row)) for row in rows]

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
            examine(links_in([tuple(row[name] for name in COLUMNS)]), self._keys.audit_key, start=start).broken_at
            is None
        )

    def find(self, *, actor: str = "", subject: str = "", tag: str = "", limit: int = 20) -> list[AuditRecord]:
        """The newest records that match all that is given; `tag` may be the beginning of one."""
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
