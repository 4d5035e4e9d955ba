"""What we know of a connector beyond what the portal tells: its record. Reads records; writing them is the host's.

The portal never gives back an icon, a handler or a line's data (docs/portal-behaviour.md P101), so an undo rests on the
record of kind `connector`. Its key is `MEMBER_ID/CONNECTOR`, its value

    {"v": 1, "how": "registered" | "adopted", "at": milliseconds,
     "registration": {parameters of imconnector.register} or null,
     "lines": {"1": {parameter DATA of imconnector.connector.data.set, {} when it is known to be empty} or null},
     "partly": [numbers of lines of whose data only a part is known],
     "off": {the same as lines, for those it was deactivated on},
     "past": [earlier registrations, the newest first],
     "errors": {"1": why it was marked as broken there}, only where there is one,
     "removed": true when it was removed here: then it is no longer ours, and `lines` are those it had}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any

from bot.plugin import Json, Message, Records, Remember
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors import registration as registrations

KIND = "connector"
VERSION = 1
MOST_PAST = 3

Data = Mapping[str, str]
DATA_NOT_RECORDED = Message("bitrix24.state.data_not_recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One record. `registration` is None when it is not known, as after an adoption; `lines` holds data by line."""

    connector: str
    how: str
    at: int
    registration: Mapping[str, Any] | None = None
    lines: Mapping[int, Data | None] = field(default_factory=dict)
    partly: frozenset[int] = frozenset()
    off: Mapping[int, Data | None] = field(default_factory=dict)
    past: tuple[Mapping[str, Any], ...] = ()
    errors: Mapping[int, str] = field(default_factory=dict)
    removed: bool = False

    @property
    def restorable(self) -> bool:
        """Whether it could be registered again from this."""
        return registrations.is_usable(self.connector, self.registration)

    def knows(self, line: int) -> bool:
        """Whether all the data of a line it is on, or was on, is known."""
        return self.data(line) is not None and line not in self.partly

    def data(self, line: int) -> Data | None:
        """The data of a line as far as it is known; None when nothing is."""
        return self.lines[line] if line in self.lines else self.off.get(line)

    def describe_data(self, line: int) -> Message:
        """How much of a line's data is known."""
        if self.data(line) is None:
            return DATA_NOT_RECORDED
        if line in self.partly:
            return Message("bitrix24.state.data_partly_recorded")
        return Message("bitrix24.state.data_recorded") if self.data(line) else Message("bitrix24.state.data_empty")

    def value(self) -> Mapping[str, Json]:
        """The record's JSON."""
        return {
            "v": VERSION,
            "how": self.how,
            "at": self.at,
            "registration": self.registration,
            "lines": {str(line): data for line, data in sorted(self.lines.items())},
            "partly": sorted(self.partly),
            "off": {str(line): data for line, data in sorted(self.off.items())},
            "past": list(self.past),
            "removed": self.removed,
            # Absent rather than empty: the version of a record is a digest of it, and open plans name versions.
            **({"errors": {str(line): why for line, why in sorted(self.errors.items())}} if self.errors else {}),
        }

    def failed(self, line: int, why: str) -> Snapshot:
        """After it was marked as broken on a line."""
        return replace(self, errors={**self.errors, line: why})

    def without_errors(self, lines: Iterable[int]) -> Snapshot:
        """After errors on these lines were cleared, or went with the activation."""
        gone = set(lines)
        return replace(self, errors={line: why for line, why in self.errors.items() if line not in gone})

    def activated(self, fresh: Iterable[int]) -> Snapshot:
        """After an activation on lines it was not on: their data is empty."""
        on: dict[int, Data] = {line: {} for line in fresh}
        off = {line: data for line, data in self.off.items() if line not in on}
        return replace(self, lines={**self.lines, **on}, off=off, partly=self.partly - set(on))

    def deactivated(self, lines: Iterable[int]) -> Snapshot:
        """After a deactivation: what is known of those lines is kept aside."""
        gone = {line: self.lines.get(line) for line in lines}
        left = {line: data for line, data in self.lines.items() if line not in gone}
        return replace(self, lines=left, off={**self.off, **gone}).without_errors(gone)

    def without_lines(self, active: Iterable[int]) -> Snapshot:
        """After a removal from the lines it was active on."""
        return replace(self, removed=True, lines={line: self.lines.get(line) for line in active}, errors={})

    def with_lines(self, lines: Iterable[int]) -> Snapshot:
        """After it was put back on these lines."""
        on = {line: self.data(line) or {} for line in lines}
        off = {line: data for line, data in self.off.items() if line not in on}
        back = replace(self, removed=False, lines={**self.lines, **on}, off=off, partly=self.partly - set(on))
        return back.without_errors(on)

    def registered(self, new: Mapping[str, Any], *, over: Mapping[str, Any] | None) -> Snapshot:
        """After it was registered over itself. What is known of how it was `over` that can still be gone back to."""
        past = [each for each in (over, *self.past) if each and each != new][:MOST_PAST]
        return replace(self, how="registered", registration=new, past=tuple(past), removed=False)

    def earlier(self, digest: str) -> Mapping[str, Any] | None:
        """The earlier registration with this digest."""
        return next((each for each in self.past if registrations.digest(each) == digest), None)


class Snapshots:
    """The records of one portal's connectors."""

    def __init__(self, records: Records, member_id: str) -> None:
        self._records = records
        self._prefix = f"{member_id}/"

    def ids(self) -> frozenset[str]:
        """The connectors that are ours: registered or adopted here, and not removed since."""
        return frozenset(
            key.removeprefix(self._prefix)
            for key, value in self._records.all(KIND).items()
            if key.startswith(self._prefix) and not value.get("removed")
        )

    def of(self, connector: str) -> Snapshot | None:
        """The record of a connector, also when it was removed here."""
        value = self._records.get(KIND, self._prefix + connector)
        if value is None:
            return None
        return Snapshot(
            connector=connector,
            how=str(value.get("how", "registered")),
            at=int(value.get("at", 0)),
            registration=value.get("registration"),
            lines=_by_number(value.get("lines")),
            partly=frozenset(value.get("partly") or ()),
            off=_by_number(value.get("off")),
            past=tuple(value.get("past") or ()),
            errors=_by_number(value.get("errors")),
            removed=bool(value.get("removed")),
        )

    def remember(self, snapshot: Snapshot) -> Remember:
        """The row that the host writes when the plan is done."""
        key = self._prefix + snapshot.connector
        return Remember(kind=KIND, key=key, value=snapshot.value(), over=self._records.get(KIND, key))

    def came_back(self, connector: str) -> None:
        """Note at once that the portal said yes to our own registration of a connector that was removed here.

        A restore makes more calls than this one; should a later one fail, the connector is ours all the same.
        """
        snapshot = self.of(connector)
        if snapshot is not None and snapshot.removed:
            back = replace(snapshot, removed=False)
            self._records.put(KIND, self._prefix + connector, back.value())


def _by_number(value: Mapping[str, Any] | None) -> Mapping[int, Any]:
    return {int(number): data for number, data in (value or {}).items()}
