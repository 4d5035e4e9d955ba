"""Records of the audit log in a file: one JSON object a line, and back, so that an export can be checked, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.audit.chain import NO_LINK, Link
from bot.core.encoding import canonical

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")
_WORDS = ("tag", "actor", "subject", "key_id")


def milliseconds(text: str) -> int:
    """The inverse of `iso`. Raises ValueError for any other spelling."""
    if not _ISO.match(text):
        raise ValueError(f"{text} is not a moment")
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def exported_links(lines: Iterable[str]) -> Iterator[Link]:
    """The records of an export, in the order in which they stand. A line that is none comes as one that never fits."""
    return (_link(line) for line in lines if line.strip())


def _link(line: str) -> Link:
    try:
        row: dict[str, Any] = json.loads(line)
        if type(row["seq"]) is not int or any(not isinstance(row[name], str) for name in _WORDS):
            return NO_LINK
        return Link(
            seq=row["seq"],
            at=milliseconds(row["at"]),
            facts=canonical(dict(row["facts"])),
            mac=bytes.fromhex(row["mac"]),
            **{name: row[name] for name in _WORDS},
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return NO_LINK
