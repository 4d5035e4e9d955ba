"""The statements that find audit records: what an index decides, and what is then tested record by record."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from bot.core.audit.audit_record import EARLIER_TAGS, Tag, stored_tags
from bot.plugin.frozen import dataclass
from bot.store.engine.sql import newest_of, placeholders

LAST_CHARACTER = chr(0x10FFFF)
"""Comes after whatever a tag may go on with."""
KNOWN_TAGS = (*Tag, *EARLIER_TAGS)
"""The tags of today and of earlier releases."""
KEPT_MEANINGS = 100
"""For how many beginnings of tags it is kept which tags they stand for: the table of tags is gone through once each."""
Values = tuple[str | int, ...]
Condition = tuple[str, Values]
"""A condition with ? marks, and its values."""
Statement = tuple[str, *Values]
"""A statement and its values, as a query takes them."""

_TAGS = """WITH RECURSIVE known (tag) AS (
    SELECT min(tag) FROM audit WHERE tag >= ? AND tag < ?
    UNION ALL SELECT (SELECT min(tag) FROM audit WHERE tag > known.tag AND tag < ?) FROM known WHERE tag IS NOT NULL)"""
"""The tags in a range, each by one step into the index and not by all of its records."""
ALL_TAGS = " ".join((_TAGS, "SELECT tag FROM known WHERE tag IS NOT NULL"))
_OF_TAGS = """SELECT * FROM audit WHERE seq IN (
    SELECT one.seq FROM {} JOIN audit AS one ON one.tag = known.tag AND one.seq >= coalesce(
        (SELECT seq FROM audit WHERE tag = known.tag ORDER BY seq DESC LIMIT 1 OFFSET ?), -9223372036854775808)
    ORDER BY one.seq DESC LIMIT +?) ORDER BY seq DESC"""
OF_TAGS = " ".join((_TAGS, _OF_TAGS))
"""The newest records of a range of tags, and of some beside it: of each tag no more are looked at than are wanted of
all."""

_MORE_KNOWN, _ONE_MORE = "(SELECT tag FROM known {} ) AS known", "UNION ALL SELECT ?"
"""The same with some tags beside those that are known."""

_NEWEST = "SELECT * FROM audit WHERE {} ORDER BY seq DESC LIMIT +?"
"""The newest records that meet conditions."""
_BEFORE = "SELECT seq FROM audit WHERE {}"
_OFFSET = "OFFSET ?"
"""The numbers of records that an index gives, and how many of them are passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """The stored tags that a tag, or the beginning of one, stands for beside those that begin so."""

    names: tuple[str, ...]
    renamed: tuple[str, ...]


@lru_cache(maxsize=KEPT_MEANINGS)
def _meanings(beginning: str) -> Meanings:
    begun = [tag for tag in KNOWN_TAGS if tag.startswith(beginning)]
    names = stored_tags(*begun)
    return Meanings(
        names=names if begun == [beginning] else (),
        renamed=tuple(tag for tag in names if not tag.startswith(beginning)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What records have to match, as far as it is given. `tag` may be the beginning of one, `text` is in the facts.

    A tag that was renamed is meant by each of its names, and by the beginning of each.
    """

    actor: str = ""
    subject: str = ""
    tag: str = ""
    text: str = ""

    @property
    def narrowed_by(self) -> str:
        """What chooses the index: the one filter that leaves the fewest records; empty where none does."""
        if self.subject or self.actor:
            return "subject" if self.subject else "actor"
        return "tag" if self.names else ""

    @property
    def names(self) -> tuple[str, ...]:
        """All stored tags that are meant where a whole tag is given; none for the beginning of several."""
        return _meanings(self.tag).names

    @property
    def renamed(self) -> tuple[str, ...]:
        """The stored tags that do not begin as what is given, and have another name that does."""
        return _meanings(self.tag).renamed

    @property
    def by_beginning(self) -> bool:
        """Whether a tag is all that is given, and records with several stored tags match it."""
        return bool(self.tag) and len(self.names) != 1 and self == Wanted(tag=self.tag)

    @property
    def decided(self) -> bool:
        """Whether indexes decide all of it, so that no record is looked at that does not match."""
        return self.by_beginning or not self.tested

    @property
    def narrow(self) -> Condition:
        """The condition that an index decides."""
        conditions = self.branches
        if len(conditions) == 1:
            return conditions[0]
        return f"tag IN ({placeholders(self.names)})", self.names

    @property
    def branches(self) -> list[Condition]:
        """The same as conditions of which each record meets one at most, and an index gives each in its order."""
        name = self.narrowed_by
        values = self.names if name == "tag" else (getattr(self, name),) if name else ()
        return [(f"{name} = ?", (value,)) for value in values] or [("TRUE", ())]

    @property
    def tested(self) -> list[Condition]:
        """The conditions that each record is tested for. An expression keeps an index from being taken."""
        chosen, renamed = self.narrowed_by, self.renamed
        begins: Condition = ("substr(tag, 1, length(?)) = ?", (self.tag, self.tag))
        if renamed:
            begins = (f"({begins[0]} OR tag IN ({placeholders(renamed)}))", (*begins[1], *renamed))
        given: tuple[tuple[str, Condition], ...] = (
            ("actor", ("actor || '' = ?", (self.actor,))),
            ("tag", begins),
            ("text", ("instr(facts, ?) > 0", (self.text,))),
        )
        return [condition for name, condition in given if getattr(self, name) and name != chosen]


def newest(wanted: Wanted, limit: int) -> Statement:
    """The statement for the newest records that match, however far back they are."""
    if wanted.by_beginning:
        more = " ".join(_ONE_MORE for _ in wanted.renamed)
        known = _MORE_KNOWN.format(more) if more else "known"
        return _statement(OF_TAGS.format(known), *_tag_range(wanted.tag), *wanted.renamed, limit - 1, limit)
    where, values = _joined([wanted.narrow, *wanted.tested])
    return _statement(_NEWEST.format(where), *values, limit)


def page_end(wanted: Wanted, before: int, size: int) -> Statement:
    """The statement for the number of the oldest of so many records that an index gives, before a number."""
    branches = [_joined([branch, ("seq < ?", (before,))]) for branch in wanted.branches]
    sql = newest_of(_BEFORE.format(branches[0][0]), branches, "seq")
    return _statement(f"{sql} {_OFFSET}", *chain.from_iterable(values for _, values in branches), 1, size - 1)


def in_page(wanted: Wanted, begin: int, before: int, limit: int) -> Statement:
    """The statement for the newest records that match between two numbers, the first one included."""
    where, values = _joined([wanted.narrow, ("seq >= ?", (begin,)), ("seq < ?", (before,)), *wanted.tested])
    return _statement(_NEWEST.format(where), *values, limit)


def all_tags() -> Statement:
    """The statement for the tags that stand in the log, in their order."""
    return _statement(ALL_TAGS, *_tag_range(""))


def _tag_range(beginning: str) -> tuple[str, str, str]:
    """Where the tags that begin so begin and end, as `_TAGS` takes it."""
    end = f"{beginning}{LAST_CHARACTER}"
    return beginning, end, end


def _statement(sql: str, *values: str | int) -> Statement:
    return (sql, *values)


def _joined(conditions: Iterable[Condition]) -> Condition:
    parts, values = zip(*conditions, strict=True)
    return " AND ".join(parts), tuple(chain.from_iterable(values))
