"""The bot's own changes, so that the watch takes none of them for somebody else's.

Each changing call of a connector leaves a record of kind `own_change` before it is sent, and the record is settled when
its outcome is known. Its key begins with the portal's `member_id`. A later call for the same takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.plugin import Call, CallVerdict, Json, Remember, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.findings.portal_facts import Pair

KIND = "own_change"
ALL_LINES = 0
QUIET_MS = 30_000
"""So long after its outcome a change is still being verified and recorded."""
LATE_MS = 75_000
"""Until then a call without an answer may still take effect."""
_METHODS: Mapping[str, Callable[[Mapping[str, Json]], bool | None]] = {
    "imconnector.activate": lambda params: bool(params["ACTIVE"]),
    "imconnector.register": lambda _: None,
    "imconnector.set.error": lambda _: None,
    "imconnector.unregister": lambda _: False,
}
"""The calls that concern a connector on a line, and what each makes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnChange:
    """What a call of ours did to a connector: on a line, or on all of them (`ALL_LINES`).

    `connected` is what it was to become; None where the call says nothing about that. `settled_at` is None while it
    runs; `sure` tells whether the portal's answer proves what it did.
    """

    connector: str
    line: int
    connected: bool | None
    sent_at: int
    settled_at: int | None = None
    sure: bool = False

    def is_moving(self, began: int) -> bool:
        """Whether what was read from then on may or may not agree with the bot's own records of it."""
        if self.settled_at is None:
            return began - self.sent_at < LATE_MS
        return began - self.settled_at < QUIET_MS or (not self.sure and began - self.sent_at < LATE_MS)

    def concerns(self, connector: str, line: int) -> bool:
        """Whether it may have changed this connector on this line; a connector or a line that is empty is any."""
        same_connector = not connector or connector == self.connector
        return same_connector and (not line or self.line in (ALL_LINES, line))


class OwnChanges:
    """The records of what b24bot changed on one portal, by whichever application."""

    def __init__(self, services: Services, member_id: str) -> None:
        self._services = services
        self._prefix = f"{member_id}/"

    def begin(self, call: Call) -> OwnChange | None:
        """Note a call before it is sent; None for one that concerns no connector on a line."""
        change = _read_call(call, self._services.clock.now_ms())
        if change is not None:
            self._put(change)
        return change

    def settle(self, change: OwnChange, verdict: CallVerdict) -> None:
        """Note what came of a call. One that was not carried out leaves no trace."""
        if verdict in (CallVerdict.NOT_SENT, CallVerdict.FAILED):
            self._services.records.delete(KIND, self._key(change))
            return
        self._put(
            OwnChange(
                connector=change.connector,
                line=change.line,
                connected=change.connected,
                sent_at=change.sent_at,
                settled_at=self._services.clock.now_ms(),
                sure=verdict is CallVerdict.DONE,
            )
        )

    def all(self) -> list[OwnChange]:
        """Every change that the watch has not taken in yet, oldest first."""
        rows = self._services.records.all(KIND).items()
        found = [OwnChange(**value) for key, value in rows if key.startswith(self._prefix)]
        return sorted(found, key=lambda change: change.sent_at)

    def forget(self, changes: Iterable[OwnChange]) -> None:
        """Remove those that the watch has taken in, unless a later call of the same kind took their place."""
        now = {self._key(change): change for change in self.all()}
        for change in changes:
            if now.get(self._key(change)) == change:
                self._services.records.delete(KIND, self._key(change))

    def _key(self, change: OwnChange) -> str:
        return f"{self._prefix}{_name(change)}"

    def _put(self, change: OwnChange) -> None:
        self._services.records.put(KIND, self._key(change), _write(change))


def expect_connected(member_id: str, connector: str, line: int, now: int) -> Remember:
    """The record with which the watch expects a connector on a line that somebody else connected.

    It was read as connected at `now`, so that from then on a reading that shows otherwise is a change.
    """
    seen = OwnChange(connector=connector, line=line, connected=True, sent_at=now, settled_at=now, sure=True)
    return Remember(kind=KIND, key=f"{member_id}/{_name(seen)}", value=_write(seen))


def _name(change: OwnChange) -> str:
    kind = "connects" if change.connected is not None else "touches"
    return f"{change.connector}/{change.line}/{kind}"


def _write(change: OwnChange) -> Mapping[str, Json]:
    return {
        "connector": change.connector,
        "line": change.line,
        "connected": change.connected,
        "sent_at": change.sent_at,
        "settled_at": change.settled_at,
        "sure": change.sure,
    }


def _read_call(call: Call, now: int) -> OwnChange | None:
    if call.method not in _METHODS:
        return None
    connector = str(call.params.get("CONNECTOR", call.params.get("ID", ""))).lower()
    line = call.params.get("LINE", ALL_LINES)
    return OwnChange(
        connector=connector,
        line=line if isinstance(line, int) else ALL_LINES,
        connected=_METHODS[call.method](call.params),
        sent_at=now,
    )


def apply_changes(expected: frozenset[Pair], changes: Iterable[OwnChange], seen: frozenset[Pair]) -> frozenset[Pair]:
    """The pairs that ought to be connected after these changes; `seen` are those that were read as connected.

    Where the answer of a call proves nothing, what was read counts.
    """
    found = set(expected)
    for change in changes:
        if change.connected is None:
            continue
        touched = {pair for pair in found | seen if change.concerns(*pair)}
        if not change.sure:
            found = (found - touched) | (touched & seen)
        elif change.connected:
            found.add((change.connector, change.line))
        else:
            found -= touched
    return frozenset(found)
