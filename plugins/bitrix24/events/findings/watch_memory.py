"""What the watch remembers of a portal between two readings: what ought to be, and what it has told.

The record of kind `watch`; its key is the portal's identity, so that each application of a portal has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from bot.plugin import Json, Records
from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.findings.portal_facts import Pair

KIND = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchMemory:
    """`version` grows with each reading. Times are in milliseconds.

    `read_at` is None before the first reading. `way` is how changes are noticed, and `queue` tells whether the offline
    queue is used. `posted_at` and `unheard` are what `silence.Ways` knows. `expected` are the connectors and lines that
    ought to be connected, `open` the keys of findings that were told and are not over, and `told` when each of these
    that is repeated was told last. `linked` is the `client_id` of the application whose links open b24bot's page, and
    `subscribed` what b24bot has subscribed to, as `own_subscriptions` lists it.
    """

    version: int = 0
    read_due: int = 0
    queue_due: int = 0
    queue_barred_until: int = 0
    read_at: int | None = None
    way: str = ""
    queue: bool = False
    last_event_at: int | None = None
    posted_at: int | None = None
    unheard: Mapping[str, int] = field(default_factory=dict)
    app_id: int = 0
    app_version: str = ""
    expected: frozenset[Pair] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[int, str] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    told: Mapping[str, int] = field(default_factory=dict)
    linked: str = ""
    subscribed: frozenset[str] = frozenset()

    def value(self) -> Mapping[str, Json]:
        """The record's JSON."""
        return {
            "version": self.version,
            "read_due": self.read_due,
            "queue_due": self.queue_due,
            "queue_barred_until": self.queue_barred_until,
            "read_at": self.read_at,
            "way": self.way,
            "queue": self.queue,
            "last_event_at": self.last_event_at,
            "posted_at": self.posted_at,
            "unheard": dict(self.unheard),
            "app_id": self.app_id,
            "app_version": self.app_version,
            "expected": [[connector, line] for connector, line in sorted(self.expected)],
            "names": dict(self.names),
            "lines": {str(number): name for number, name in self.lines.items()},
            "scopes": sorted(self.scopes),
            "open": sorted(self.open),
            "told": dict(self.told),
            "linked": self.linked,
            "subscribed": sorted(self.subscribed),
        }


def read_memory(records: Records, identity: str) -> WatchMemory | None:
    """What is remembered of a portal; None when it was never looked at."""
    value = records.get(KIND, identity)
    return None if value is None else _read(value)


def _read(value: Mapping[str, Any]) -> WatchMemory:
    return WatchMemory(
        version=value["version"],
        read_due=value["read_due"],
        queue_due=value["queue_due"],
        queue_barred_until=value["queue_barred_until"],
        read_at=value["read_at"],
        way=value["way"],
        queue=value["queue"],
        last_event_at=value["last_event_at"],
        # What an earlier version wrote has none of these.
        posted_at=value.get("posted_at"),
        unheard=value.get("unheard", {}),
        app_id=value["app_id"],
        app_version=value.get("app_version", ""),
        expected=frozenset((connector, line) for connector, line in value["expected"]),
        names=value["names"],
        lines={int(number): name for number, name in value["lines"].items()},
        scopes=frozenset(value["scopes"]),
        open=frozenset(value["open"]),
        told=value.get("told", {}),
        linked=value.get("linked", ""),
        subscribed=frozenset(value.get("subscribed", ())),
    )
