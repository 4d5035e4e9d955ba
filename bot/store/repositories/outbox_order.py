"""Which notices go next: into each channel, to each person, and to the audit channel."""

from __future__ import annotations

from itertools import takewhile

from bot.core.messages.notices import AuditNotice, ThreadNotice, notice_from_json
from bot.plugin import Text
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine

_HEADS = """SELECT id, number, kind, channel, is_rewrite FROM (
    SELECT o.id, o.number, o.kind, coalesce(c.channel, o.channel) AS channel,
        o.kind = 'card' AND c.card IS NOT NULL AS is_rewrite,
        row_number() OVER (
            PARTITION BY coalesce(c.channel, o.channel), o.kind = 'card' AND c.card IS NOT NULL
            ORDER BY CASE WHEN o.kind = 'card' AND c.card IS NOT NULL THEN -o.urgency ELSE 0 END, o.id
        ) AS place
    FROM outbox o LEFT JOIN changes c ON c.number = o.number
    WHERE o.state = 'new' AND o.kind IN ('card', 'thread', 'announcement') AND +o.due_steady <= ?
    AND NOT (o.kind = 'thread' AND c.card IS NULL AND EXISTS (SELECT 1 FROM outbox k
        WHERE k.number = o.number AND k.kind = 'card' AND k.state IN ('new', 'sending')))) AS waiting
WHERE place = 1 ORDER BY id"""
_IN_TURN = """SELECT id, person FROM (
    SELECT id, person, row_number() OVER (PARTITION BY person ORDER BY id) AS turn
    FROM outbox WHERE state = 'new' AND kind = 'whisper' AND +due_steady <= ? AND (urgency < 0) = (? = 1)) AS waiting
ORDER BY turn, person <= ?, person LIMIT +?"""
_AUDIT_LINES = (
    "SELECT id, kind, payload, due_steady FROM outbox WHERE state = 'new' AND kind = 'audit' "
    "ORDER BY urgency DESC, id LIMIT +?"
)
"""Lines for the audit channel, in their order."""
_LINES = (
    "SELECT id, kind, payload FROM outbox WHERE number = ? AND kind = 'thread' AND state = 'new' "
    "AND +due_steady <= ? ORDER BY id LIMIT +?"
)
"""Lines for under a card that are due, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The notice that goes next into a channel, among those that get there in the same way."""

    id: int
    number: int
    channel: str
    is_line: bool
    is_rewrite: bool
    """A card that stands already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A person's next answer."""

    id: int
    person: str


class OutboxOrder:
    """Reads what waits in the outbox, and changes nothing.

    Thousands of audit lines may wait while something else is looked for. So what names a kind is found by the index
    over kinds: a plus keeps SQLite from going through all that is due. Times are milliseconds of the steady clock.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database

    def heads(self, steady: int) -> list[Head]:
        """What may go into each channel next, one post and one rewrite at most.

        The oldest post goes first. Of rewrites the most urgent does, and then the oldest: a card shows what is true
        when it goes out, so nothing is said in a wrong order by that. A line under a card waits until that stands.
        """
        return [
            Head(
                id=row["id"],
                number=row["number"],
                channel=row["channel"],
                is_line=row["kind"] == "thread",
                is_rewrite=bool(row["is_rewrite"]),
            )
            for row in self._database.rows(_HEADS, steady)
        ]

    def answers(self, steady: int, *, after: str, last: bool, most: int) -> list[Turn]:
        """The next answers to people who take turns, beginning behind one of them; each person's oldest first.

        Of what comes `last`, or of all that does not.
        """
        rows = self._database.rows(_IN_TURN, steady, last, after, most)
        return [Turn(id=row["id"], person=row["person"]) for row in rows]

    def audit_lines(self, steady: int, *, most: int) -> list[tuple[int, int]]:
        """The first lines for the audit channel that are due, up to one that waits for another try: id and record.

        By their urgency, then the oldest: one that somebody waits for overtakes others, and one that comes last lets
        others pass.
        """
        first = self._database.rows(_AUDIT_LINES, most)
        rows = takewhile(lambda row: bool(row["due_steady"] <= steady), first)
        due = [(int(row["id"]), notice_from_json(row["kind"], row["payload"])) for row in rows]
        return [(id, notice.seq) for id, notice in due if isinstance(notice, AuditNotice)]

    def lines(self, number: int, steady: int, *, most: int) -> list[tuple[int, Text]]:
        """The ids and words of the oldest due lines under one card."""
        rows = self._database.rows(_LINES, number, steady, most)
        notices = [(int(row["id"]), notice_from_json(row["kind"], row["payload"])) for row in rows]
        return [(id, notice.text) for id, notice in notices if isinstance(notice, ThreadNotice)]
