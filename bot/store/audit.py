"""The audit log: append-only, each record chained to the one before it with a key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hmac import compare_digest

from bot.core.audit import GENESIS, AnyEntry, AuditRecord, Entry, link
from bot.core.plans import canonical
from bot.store.database import Database, Row
from bot.store.keys import Keyring


class AuditLog:
    """Append and read. Nothing here can change a record."""

    def __init__(self, database: Database, keys: Keyring) -> None:
        self._database = database
        self._keys = keys

    def append(self, entry: Entry, *, at: int) -> int:
        """Write one record in the current unit of work; returns its number."""
        last = self._database.row("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1")
        seq = last["seq"] + 1 if last else 1
        previous = last["mac"] if last else GENESIS
        key_id = self._keys.primary
        mac = link(self._keys.audit_key(key_id), seq, previous, at, entry)
        self._database.execute(
            "INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            seq,
            at,
            entry.tag,
            entry.actor,
            entry.subject,
            canonical(dict(entry.facts)),
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

    def broken_at(self) -> int | None:
        """The number of the first record that is not as it was written, or is missing; None when the chain holds.

        Records cut off at the end leave a chain that holds: only a head known elsewhere shows that.
        """
        previous, expected = GENESIS, 1
        for record in self.walk():
            entry = AnyEntry(tag=record.tag, actor=record.actor, subject=record.subject, facts=record.facts)
            mac = link(self._keys.audit_key(record.key_id), record.seq, previous, record.at, entry)
            if record.seq != expected or not compare_digest(mac, record.mac):
                return min(record.seq, expected)
            previous, expected = record.mac, expected + 1
        return None

    def find(
        self, *, actor: str = "", subject: str = "", tag: str = "", text: str = "", limit: int = 20
    ) -> list[AuditRecord]:
        """The newest records that match all that is given; `tag` may be the beginning of one."""
        rows = self._database.rows(
            "SELECT * FROM audit WHERE (? = '' OR actor = ?) AND (? = '' OR subject = ?) "
            "AND substr(tag, 1, length(?)) = ? AND (? = '' OR instr(facts, ?) > 0) ORDER BY seq DESC LIMIT ?",
            *(actor, actor, subject, subject, tag, tag, text, text, limit),
        )
        return [_record(row) for row in rows]


def _record(row: Row) -> AuditRecord:
    return AuditRecord(
        seq=row["seq"],
        at=row["at"],
        tag=row["tag"],
        actor=row["actor"],
        subject=row["subject"],
        facts=json.loads(row["facts"]),
        key_id=row["key_id"],
        mac=row["mac"],
    )
