"""The statements that find audit records: what an index decides, and what is then tested record by record."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from bot.core.audit.audit_record import Tag
from bot.plugin.frozen import dataclass

LAST_LETTER = chr(0x10FFFF)
"""Comes after whatever a tag may go on with."""
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
    SELECT one.seq FROM known JOIN audit AS one ON one.tag = known.tag AND one.seq >= coalesce(
        (SELECT seq FROM audit WHERE tag = known.tag ORDER BY seq DESC LIMIT 1 OFFSET ?), -9223372036854775808)
    ORDER BY one.seq DESC LIMIT ?) ORDER BY seq DESC"""
OF_TAGS = " ".join((_TAGS, _OF_TAGS))
"""The newest records of a range of tags: of each tag no more are looked at than are wanted of all."""

_NEWEST = "SELECT * FROM audit WHERE {} ORDER BY seq DESC LIMIT ?"
"""The newest records that meet conditions."""
_PAGE_END = "SELECT seq FROM audit WHERE {} ORDER BY seq DESC LIMIT 1 OFFSET ?"
"""The number of a record so many further back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What records have to match, as far as it is given. `tag` may be the beginning of one, `text` is in the facts."""

    actor: str = ""
    subject: str = ""
    tag: str = ""
    text: str = ""

    @property
    def narrowed_by(self) -> str:
        """What chooses the index: the one filter that leaves the fewest records; empty where none does."""
        if self.subject or self.actor:
            return "subject" if self.subject else "actor"
        whole = [tag for tag in Tag if tag.startswith(self.tag)] == [self.tag]
        return "tag" if whole else ""

    @property
    def by_beginning(self) -> bool:
        """Whether the beginning of a tag is all that is given."""
        return bool(self.tag) and not self.narrowed_by and self == Wanted(tag=self.tag)

    @property
    def decided(self) -> bool:
        """Whether indexes decide all of it, so that no record is looked at that does not match."""
        return self.by_beginning or not self.tested

    @property
    def narrow(self) -> Condition:
        """The condition that an index decides."""
        name = self.narrowed_by
        return (f"{name} = ?", (getattr(self, name),)) if name else ("TRUE", ())

    @property
    def tested(self) -> list[Condition]:
        """The conditions that each record is tested for. An expression keeps an index from being taken."""
        chosen = self.narrowed_by
        given: tuple[tuple[str, Condition], ...] = (
            ("actor", ("actor || '' = ?", (self.actor,))),
            ("tag", ("substr(tag, 1, length(?)) = ?", (self.tag, self.tag))),
            ("text", ("instr(facts, ?) > 0", (self.text,))),
        )
        return [condition for name, condition in given if getattr(self, name) and name != chosen]


def newest(wanted: Wanted, limit: int) -> Statement:
    """The statement for the newest records that match, however far back they are."""
    if wanted.by_beginning:
        return _statement(OF_TAGS, *_tag_range(wanted.tag), limit - 1, limit)
    where, values = _joined([wanted.narrow, *wanted.tested])
    return _statement(_NEWEST.format(where), *values, limit)


def page_end(wanted: Wanted, before: int, size: int) -> Statement:
    """The statement for the number of the oldest of so many records that an index gives, before a number."""
    where, values = _joined([wanted.narrow, ("seq < ?", (before,))])
    return _statement(_PAGE_END.format(where), *values, size - 1)


def in_page(wanted: Wanted, begin: int, before: int, limit: int) -> Statement:
    """The statement for the newest records that match between two numbers, the first one included."""
    where, values = _joined([wanted.narrow, ("seq >= ?", (begin,)), ("seq < ?", (before,)), *wanted.tested])
    return _statement(_NEWEST.format(where), *values, limit)


def all_tags() -> Statement:
    """The statement for the tags that stand in the log, in their order."""
    return _statement(ALL_TAGS, *_tag_range(""))


def _tag_range(beginning: str) -> tuple[str, str, str]:
    """Where the tags that begin so begin and end, as `_TAGS` takes it."""
    end = f"{beginning}{LAST_LETTER}"
    return beginning, end, end


def _statement(sql: str, *values: str | int) -> Statement:
    return (sql, *values)


def _joined(conditions: Iterable[Condition]) -> Condition:
    parts, values = zip(*conditions, strict=True)
    return " AND ".join(parts), tuple(chain.from_iterable(values))
