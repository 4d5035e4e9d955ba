"""Records of the audit log in a file: one JSON object a line, and back, so that an export can be checked, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.audit.archive_chain import BoundRecord
from bot.core.audit.audit_record import Tag
from bot.core.audit.chain import NO_LINK, START, Link
from bot.core.encoding import canonical

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")
_WORDS = ("tag", "actor", "subject", "key_id")


def parse_iso_time(text: str) -> int:
    """The inverse of `iso`. Raises ValueError for any other spelling."""
    if not _ISO.match(text):
        raise ValueError(f"{text} is not a moment")
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def read_exported_links(lines: Iterable[str]) -> Iterator[Link]:
    """The records of an export, in the order in which they stand. A line that is none comes as one that never fits."""
    return (_link(line) for line in lines if line.strip())


def read_exported_bounds(lines: Iterable[str]) -> Iterator[BoundRecord]:
    """The same, each with the head that it is chained to: that of the line before, or the one that it names itself.

    Where the record before one was archived, its line has the head of that as `previous`.
    """
    seq, mac = START.seq, START.mac
    for line in lines:
        if line.strip():
            link = _link(line)
            yield BoundRecord(link, mac if link.seq == seq + 1 else _previous(line))
            seq, mac = link.seq, link.mac


def read_archive_records(lines: Iterable[str]) -> Iterator[BoundRecord]:
    """The records of archivings in an export, in their order. Only their lines, and those before them, are read."""
    before = ""
    for line in lines:
        if not line.strip():
            continue
        if f'"{Tag.ARCHIVED}"' in line:
            *_, last = read_exported_bounds([before, line])
            yield last
        before = line


def _previous(line: str) -> bytes:
    """The head that a line names as the one before its record; empty where it names none."""
    try:
        return bytes.fromhex(json.loads(line)["previous"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return b""


def _link(line: str) -> Link:
    try:
        row: dict[str, Any] = json.loads(line)
        if type(row["seq"]) is not int or any(not isinstance(row[name], str) for name in _WORDS):
            return NO_LINK
        return Link(
            seq=row["seq"],
            at=parse_iso_time(row["at"]),
            facts=canonical(dict(row["facts"])),
            mac=bytes.fromhex(row["mac"]),
            **{name: row[name] for name in _WORDS},
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return NO_LINK
