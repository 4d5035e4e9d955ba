"""The offline queue: what other people did on the portal, kept there for us (docs/portal-behaviour.md P125 to P127).

A row is stored here before it is removed there, so that no kill loses one, and it is stored under the name that the
portal gives it, so that none counts twice. The records are of kind `portal_event`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.plugin import CallVerdict, Json, Records, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.connectors import model
from plugins.bitrix24.events.event_body import LINE_DELETE, STATUS_DELETE, read_target
from plugins.bitrix24.events.findings.finding import Hint
from plugins.bitrix24.events.findings.portal_facts import EventHandler, Pair

KIND = "portal_event"
WATCHED = (LINE_DELETE, STATUS_DELETE)
"""The events that tell of a change of a connector on a line."""
FOLD_MS = 2_500
"""So long one event waits for others of the same cause."""
POSTED_KEY = "posted/"
"""The keys of events that were posted begin so."""
PAGE = 50
MOST_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event that was stored and not yet answered with a reading. Times are in milliseconds; line 0 is no line.

    `ready_at`: from then on it waits for no other event of the same cause.
    """

    key: str
    name: str
    connector: str
    line: int
    user: int | None
    at: int
    ready_at: int

    @property
    def posted(self) -> bool:
        """Whether it was posted to the public address, and not taken from the queue."""
        return self.key.startswith(POSTED_KEY)


class StoredEvents:
    """The stored events of one application of a portal, by its identity."""

    def __init__(self, records: Records, identity: str) -> None:
        self._records = records
        self._prefix = f"{identity}/"

    def put(self, event: StoredEvent) -> None:
        value: Mapping[str, Json] = {
            "name": event.name,
            "connector": event.connector,
            "line": event.line,
            "user": event.user,
            "at": event.at,
            "ready_at": event.ready_at,
        }
        self._records.put(KIND, self._prefix + event.key, value)

    def all(self) -> list[StoredEvent]:
        rows = self._records.all(KIND).items()
        return [
            StoredEvent(key=key.removeprefix(self._prefix), **value)
            for key, value in rows
            if key.startswith(self._prefix)
        ]

    def forget(self, events: Iterable[StoredEvent]) -> None:
        for event in events:
            self._records.delete(KIND, self._prefix + event.key)


def make_hints(events: Iterable[StoredEvent]) -> Mapping[Pair, Hint]:
    """Who changed what, by connector and line: the newest event of each."""
    hints: dict[Pair, Hint] = {}
    for event in sorted(events, key=lambda each: each.at):
        hints[event.connector, event.line] = Hint(user=event.user, at=event.at)
    return hints


def bind_queue(caller: Caller, handlers: Sequence[EventHandler] | None) -> bool:
    """Subscribe the queue to what is missing in it; False when the portal does not let us."""
    bound = {row.event for row in handlers or () if row.offline}
    return all(name in bound or _bind(caller, name) for name in WATCHED)


def _bind(caller: Caller, name: str) -> bool:
    outcome = caller.change("event.bind", {"event": name, "event_type": "offline"})
    return outcome.verdict is CallVerdict.DONE


def take_events(services: Services, caller: Caller, identity: str) -> bool:
    """Move what waits in the queue into the store; False where the portal does not let us remove it there.

    Raises PluginError when the queue cannot be read.
    """
    stored = StoredEvents(services.records, identity)
    for _ in range(MOST_PAGES):
        rows = _rows(caller.read("event.offline.list", {"filter": {"PROCESS_ID": ""}, "order": {"ID": "ASC"}}))
        if not rows:
            return True
        with services.transaction():
            for row in rows:
                stored.put(_event(row, services.clock.now_ms()))
        ids = [str(row["ID"]) for row in rows]
        outcome = caller.change("event.offline.clear", {"process_id": "", "id": ids})
        if outcome.verdict is not CallVerdict.DONE or len(rows) < PAGE:
            return outcome.verdict is not CallVerdict.FAILED
    return True


def _rows(answer: Any) -> list[Mapping[str, Any]]:
    rows = list(answer.values()) if isinstance(answer, Mapping) else answer if isinstance(answer, list) else []
    return [row for row in rows if isinstance(row, Mapping) and model.whole_number(row.get("ID"))]


def _event(row: Mapping[str, Any], now: int) -> StoredEvent:
    name, more = str(row.get("EVENT_NAME", "")).upper(), row.get("EVENT_ADDITIONAL")
    connector, line = read_target(name, row.get("EVENT_DATA")) or ("", 0)
    user = model.whole_number(more.get("user_id")) if isinstance(more, Mapping) else None
    key = f"{row['ID']}/{row.get('MESSAGE_ID', '')}/{row.get('TIMESTAMP_X', '')}"
    at = _ms(row.get("TIMESTAMP_X"), now)
    return StoredEvent(
        key=key, name=name, connector=connector, line=line, user=user or None, at=at, ready_at=now + FOLD_MS
    )


def _ms(value: Any, now: int) -> int:
    """The time that the portal gives a row; now where it is none."""
    try:
        return round(datetime.fromisoformat(str(value)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return now
