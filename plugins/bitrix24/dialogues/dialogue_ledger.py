"""b24bot's own count of open dialogues, from the events that the portal posts when one begins and when it ends.

A row of kind `dialogue` stands for one chat, under `IDENTITY/CONNECTOR/LINE/CHAT`, with the number of its last session
and whether that is open. It holds nothing of the customer. Events may come late, twice and in another order
(docs/portal-behaviour.md P131): the session with the highest number counts, and its end counts more than its beginning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.plugin import Json, Records
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors.model import whole_number

KIND, COUNT = "dialogue", "dialogue_count"
"""Kinds of records: a chat; and for a portal, since when its dialogues are counted."""
STARTED, FINISHED = "ONIMCONNECTORDIALOGSTART", "ONIMCONNECTORDIALOGFINISH"
DIALOGUES = (STARTED, FINISHED)
"""The events that are counted. The portal posts them to the application that owns the connector, and to no other."""
LATE_MS = 86_400_000
"""An event that is older counts no more."""
KEPT_CLOSED_MS = 2 * LATE_MS
"""So long the end of a dialogue is kept: its beginning may come after it."""
KEPT_OPEN_MS = 30 * LATE_MS
"""A dialogue without any event for so long is counted as closed: its end was lost."""
GAP_MS = 3_600_000
"""Whoever did not look after the portal for so long may have missed events: the count begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """One chat of a customer, as an event names it."""

    connector: str
    line: int
    chat: int
    session: int


class DialogueLedger:
    """The dialogues of which one application of a portal hears, by its identity."""

    def __init__(self, records: Records, identity: str) -> None:
        self._records = records
        self._identity = identity
        self._prefix = f"{identity}/"

    def note(self, name: str, data: Any, at: int) -> None:
        """Count what an event of `DIALOGUES` tells. `at` is its time in milliseconds."""
        for dialogue in read_dialogues(data):
            key = f"{self._prefix}{dialogue.connector}/{dialogue.line}/{dialogue.chat}"
            known = self._records.get(KIND, key)
            if known is not None and not _is_newer(dialogue, known, ended=name == FINISHED):
                continue
            value: Mapping[str, Json] = {"session": dialogue.session, "open": name == STARTED, "at": at}
            self._records.put(KIND, key, value)

    def count_open(self, connector: str) -> Mapping[int, int]:
        """The number of open dialogues of a connector, by line."""
        start = f"{self._prefix}{connector}/"
        rows = self._records.all(KIND).items()
        return Counter(
            int(key.removeprefix(start).split("/")[0]) for key, value in rows if key.startswith(start) and value["open"]
        )

    def has_seen(self, connector: str) -> bool:
        """Whether any dialogue of the connector is known: then its events do come to b24bot."""
        return any(key.startswith(f"{self._prefix}{connector}/") for key in self._records.all(KIND))

    @property
    def since(self) -> int | None:
        """When the count began, in milliseconds; None while the portal posts no events of dialogues."""
        row = self._records.get(COUNT, self._identity)
        return None if row is None else int(row["since"])

    def keep_counting(self, now: int, *, posted: bool) -> None:
        """Note that events are posted, or not any more. To be called with each reading of the portal."""
        row = self._records.get(COUNT, self._identity)
        if not posted:
            self.stop_counting()
            return
        goes_on = row is not None and 0 <= now - int(row["seen_at"]) <= GAP_MS
        since = int(row["since"]) if row is not None and goes_on else now
        self._forget(lambda value: not goes_on or _is_old(value, now))
        self._records.put(COUNT, self._identity, {"since": since, "seen_at": now})

    def stop_counting(self) -> None:
        """Forget all that was counted: events were not posted, or somebody had unsubscribed them for a time."""
        self._forget(lambda _: True)
        self._records.delete(COUNT, self._identity)

    def _forget(self, is_over: Callable[[Mapping[str, Any]], bool]) -> None:
        for key, value in self._records.all(KIND).items():
            if key.startswith(self._prefix) and is_over(value):
                self._records.delete(KIND, key)


def _is_old(value: Mapping[str, Any], now: int) -> bool:
    """Whether no event can concern the chat any more."""
    return now - int(value["at"]) > (KEPT_OPEN_MS if value["open"] else KEPT_CLOSED_MS)


def _is_newer(dialogue: Dialogue, known: Mapping[str, Any], *, ended: bool) -> bool:
    session = int(known["session"])
    return dialogue.session > session or (dialogue.session == session and ended and bool(known["open"]))


def read_dialogues(data: Any) -> Iterator[Dialogue]:
    """The dialogues in the data of an event; what cannot be read is left out."""
    rows = data.get("DATA") if isinstance(data, Mapping) else None
    for row in rows.values() if isinstance(rows, Mapping) else rows if isinstance(rows, list) else ():
        connector = _part(row, "connector").get("connector_id")
        line = whole_number(_part(row, "connector").get("line_id"))
        chat, session = whole_number(_part(row, "chat").get("id")), whole_number(_part(row, "session").get("id"))
        if isinstance(connector, str) and connector and "/" not in connector and line and chat and session:
            yield Dialogue(connector=connector.lower(), line=line, chat=chat, session=session)


def _part(row: Any, name: str) -> Mapping[str, Any]:
    found = row.get(name) if isinstance(row, Mapping) else None
    return found if isinstance(found, Mapping) else {}
