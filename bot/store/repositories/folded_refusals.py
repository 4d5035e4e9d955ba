"""Refusals of one person and kind that follow each other closely: one record for the first, one for the rest."""

from __future__ import annotations

import json

from bot.core.audit.audit_record import Entry, Tag, current_tag
from bot.core.encoding import encode
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row

FOLD_MS = 60_000
MOST_SUBJECTS = 20
"""Different ones that are kept of what was refused; the rest is only counted."""
_GET = "SELECT * FROM refusals WHERE person = ? AND kind = ?"
"""What was refused to a person in one way."""
_ALL = "SELECT * FROM refusals ORDER BY since, person, {row_id}"
"""All of them, the oldest first."""
_BEGIN = (
    "INSERT INTO refusals (person, kind, since, entry) VALUES (?, ?, ?, ?) ON CONFLICT (person, kind) "
    "DO UPDATE SET since = excluded.since, entry = excluded.entry, count = 0, subjects = '[]'"
)
"""The first one of a kind, in place of what was folded before."""
_ADD = "UPDATE refusals SET count = count + 1, subjects = ? WHERE person = ? AND kind = ?"
"""Another one of the same kind."""
_REMOVE = "DELETE FROM refusals WHERE person = ? AND kind = ?"
"""They are all on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What was refused to one person in one way since a moment. `count` leaves out the first, which is recorded.

    `entry` is what the records of all of them share, in the name of the account that the first was refused to.
    """

    person: str
    kind: str
    since: int
    count: int
    subjects: tuple[str, ...]
    entry: Entry

    def is_over(self, now: int) -> bool:
        """Whether the next one is a record of its own. A clock that was set back ends it, too."""
        return not 0 <= now - self.since < FOLD_MS


class FoldedRefusalReader:
    """What has been refused lately and is not all on record yet; it is kept, so that a restart loses none of it."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._all = database.dialect.spell(_ALL)

    def get(self, person: str, kind: str) -> Refusals | None:
        row = self._database.row(_GET, person, kind)
        return _refusals(row) if row else None

    def all(self) -> list[Refusals]:
        return [_refusals(row) for row in self._database.rows(self._all)]


class FoldedRefusals(FoldedRefusalReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def begin(self, person: str, kind: str, entry: Entry, *, at: int) -> None:
        """The first one is on record; `entry` is what that record shares with those of the rest."""
        self._database.execute(_BEGIN, person, kind, at, encode(entry))

    def add(self, one: Refusals, subject: str) -> None:
        """Count another one, with what tells it from the others; an empty subject is only counted."""
        new = subject and subject not in one.subjects and len(one.subjects) < MOST_SUBJECTS
        subjects = (*one.subjects, subject) if new else one.subjects
        self._database.execute(_ADD, json.dumps(subjects, ensure_ascii=False), one.person, one.kind)

    def remove(self, one: Refusals) -> bool:
        """Forget it, once it is recorded; False when it was gone."""
        return bool(self._database.execute(_REMOVE, one.person, one.kind))


def _refusals(row: Row) -> Refusals:
    kept = {name: row[name] for name in ("person", "kind", "since", "count")}
    entry = json.loads(row["entry"])
    return Refusals(
        **kept,
        subjects=tuple(json.loads(row["subjects"])),
        entry=Entry(**{**entry, "tag": Tag(current_tag(entry["tag"]))}),
    )
