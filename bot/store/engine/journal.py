"""The journal that this process uses with the SQLite that is there."""

from __future__ import annotations

from bot.store.engine.faults import sqlite3

_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Releases from which the WAL-reset race is mended, each in its own line (docs/safety.md M11)."""
Journal = tuple[str, str]
"""A journal mode, and the synchronous level that makes each commit last with it."""
WAL, ROLLBACK = ("wal", "FULL"), ("truncate", "EXTRA")


def journal_for(version: tuple[int, int, int]) -> Journal:
    """The journal for an SQLite version: WAL only where it cannot corrupt the file."""
    mended = version >= _FIXED[0] or any(version[:2] == fixed[:2] and version >= fixed for fixed in _FIXED)
    return WAL if mended else ROLLBACK


SQLITE_VERSION = str(sqlite3.sqlite_version)
JOURNAL = journal_for(sqlite3.sqlite_version_info)
"""What this process uses."""
