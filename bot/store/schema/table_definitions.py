"""Statements of steps of the schema that make tables, columns and triggers."""

from __future__ import annotations

ARCHIVES = (
    "CREATE TABLE audit_kept (seq INTEGER PRIMARY KEY, previous BLOB NOT NULL) STRICT",
    "DROP TRIGGER audit_no_delete",
    # What the record of an archiving names may go, but for what is kept. The chain shows whether the record was ours.
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       WHEN EXISTS (SELECT 1 FROM audit_kept WHERE seq = OLD.seq) OR NOT EXISTS (
           SELECT 1 FROM audit WHERE tag = 'audit:records:archived' AND seq > json_extract(facts, '$.seq')
           AND OLD.seq BETWEEN json_extract(facts, '$.first') AND json_extract(facts, '$.seq'))
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
)
"""What may be taken out of the audit log, and what of it is kept."""
REPLICAS = (
    "CREATE TABLE replicas (owner TEXT PRIMARY KEY, roles TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, "
    "version TEXT NOT NULL, started_at INTEGER NOT NULL, beat INTEGER NOT NULL, policy TEXT NOT NULL DEFAULT '', "
    "settings TEXT NOT NULL DEFAULT '') STRICT",
)
"""The processes that work, and digests of the rules and settings that each of them goes by."""
