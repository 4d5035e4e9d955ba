"""The chain as it stands in a database: its records in pages, those that were kept, and those of archivings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.core.audit.archive_chain import BoundRecord, missing_link
from bot.core.audit.audit_record import Tag
from bot.core.audit.chain import NO_LINK, Link, LinkRow

LOWEST = -(2**63)
"""Below every number SQLite can hold, so that not even a record before the first is overlooked."""
COLUMNS = {"seq": int, "at": int, "tag": str, "actor": str, "subject": str, "facts": str, "key_id": str, "mac": bytes}
"""What a record is made of. A file that was damaged, or that somebody wrote anew, may hold anything in their place."""
_NAMES = ", ".join(COLUMNS)
LINKS = f"SELECT {_NAMES} FROM audit WHERE seq > ? ORDER BY seq LIMIT +?"  # noqa: S608 - our names
"""A page of records, in the order of `Link`."""
_KINDS = list(COLUMNS.values())
PAGE = 2_000

BESIDE = "(SELECT mac FROM audit AS a WHERE a.seq = audit.seq - 1)"
"""The head that a record is chained to, in a database in which nothing was ever archived."""
EARLIER = f"coalesce({BESIDE}, (SELECT previous FROM audit_kept AS k WHERE k.seq = audit.seq))"  # noqa: S608 - our names
"""The same, also of a record whose predecessor was archived."""
_MISSING = """SELECT seq FROM audit_kept WHERE seq <= ? AND NOT EXISTS (SELECT 1 FROM audit WHERE seq = audit_kept.seq)
    ORDER BY seq LIMIT 1"""

Fetch = Callable[..., list[tuple[Any, ...]]]
"""Runs a query, with its values, and returns all its rows."""


def links_in(rows: Iterable[tuple[Any, ...]]) -> list[LinkRow]:
    """Rows of these columns as links of the chain; one that fits nowhere for what is no record."""
    return [row if [*map(type, row)] == _KINDS else NO_LINK for row in rows]


class StoredChain:
    """Reads the chain in a database, of this release or of an earlier one, and changes nothing."""

    def __init__(self, fetch: Fetch, has_table: Callable[[str], bool]) -> None:
        self._fetch = fetch
        self._has_table = has_table
        self._keeps = False

    @property
    def keeps(self) -> bool:
        """Whether the schema of the file knows of archives."""
        self._keeps = self._keeps or self._has_table("audit_kept")
        return self._keeps

    @property
    def earlier(self) -> str:
        """The head that a record is chained to, as an expression of SQL."""
        return EARLIER if self.keeps else BESIDE

    def links(self, *, after: int | None = None, page: int = PAGE) -> Iterator[LinkRow]:
        """Every record as it stands in the file, for checking the chain: also one that has no business there."""
        low = LOWEST if after is None else after
        # Read in pages that are fetched whole: a query that stays open would keep the bot from writing.
        while rows := self._fetch(LINKS, low, page):
            yield from links_in(rows)
            low = rows[-1][0]
            self.note(low)

    def note(self, seq: int) -> None:
        """Hear up to which record a page went. Nobody does here."""

    def archivings(self) -> Iterator[BoundRecord]:
        """The records of archivings, the newest first."""
        return self._bounds("WHERE tag = ? ORDER BY seq DESC", Tag.ARCHIVED)

    def kept(self, end: int) -> Iterator[BoundRecord]:
        """The records up to a number, in their order. One that is known to be missing comes first."""
        if self.keeps:
            yield from (missing_link(seq) for (seq,) in self._fetch(_MISSING, end))
        low = LOWEST
        while bounds := list(self._bounds("WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT +?", low, end, PAGE)):
            yield from bounds
            low = bounds[-1].link.seq

    def _bounds(self, where: str, *values: object) -> Iterator[BoundRecord]:
        sql = " ".join(("SELECT", _NAMES, ",", self.earlier, "FROM audit", where))
        for *row, earlier in self._fetch(sql, *values):
            (link,) = links_in([tuple(row)])
            known = link is not NO_LINK and isinstance(earlier, bytes)
            yield BoundRecord(Link._make(link), earlier) if known else missing_link(row[0])
