"""What we know of a connector beyond what the portal tells: enough, or not, to put it back. Reads records only.

The portal never gives back an icon, a handler or a line's data (bitrix24.md 1.5 and 1.7), so an undo rests on the
record of kind `connector` that registering, adopting and changing a connector write. Its key is
`MEMBER_ID/CONNECTOR`, its value

    {"v": 1, "how": "registered" | "adopted", "at": milliseconds,
     "registration": {parameters of imconnector.register} or null,
     "lines": {"1": {parameter DATA of imconnector.connector.data.set, {} when it is known to be empty}}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.plugin import Call, DeclarationError, Records, Undo, UndoKind
from plugins.bitrix24 import catalogue
from plugins.bitrix24.values import Line

KIND = "connector"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One record. `registration` is None when it is not known, as after an adoption; `lines` holds data by line."""

    connector: str
    how: str
    at: int
    registration: Mapping[str, Any] | None = None
    lines: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


class Snapshots:
    """The records of one portal's connectors."""

    def __init__(self, records: Records, member_id: str) -> None:
        self._records = records
        self._prefix = f"{member_id}/"

    def ids(self) -> frozenset[str]:
        """The connectors that are ours."""
        keys = self._records.all(KIND)
        return frozenset(key.removeprefix(self._prefix) for key in keys if key.startswith(self._prefix))

    def of(self, connector: str) -> Snapshot | None:
        value = self._records.get(KIND, self._prefix + connector)
        if value is None:
            return None
        return Snapshot(
            connector=connector,
            how=str(value.get("how", "registered")),
            at=int(value.get("at", 0)),
            registration=value.get("registration"),
            lines={int(number): data for number, data in (value.get("lines") or {}).items()},
        )


def undo(snapshot: Snapshot | None, connector: str, lines: Sequence[Line]) -> Undo:
    """How a removal of `connector` from these lines could be undone, told before anybody approves it."""
    registration = snapshot.registration if snapshot else None
    if snapshot is None or registration is None or not _registers(connector, registration):
        why = "its icon, its handler and its lines' data were never recorded here, and the portal does not give them"
        return Undo(kind=UndoKind.NONE, sentence=f"This cannot be undone: {why}.")
    calls = [catalogue.call("imconnector.register", f"Register {connector} again.", **registration)]
    for line in lines:
        calls.extend(_back_on(connector, line, snapshot.lines.get(line.id)))
    unknown = [line.title for line in lines if line.id not in snapshot.lines]
    if unknown:
        return Undo(
            kind=UndoKind.PARTIAL,
            sentence=f"The registration{_lines(len(lines))} can be put back, but what the connector showed as its "
            f"data is not known for {', '.join(unknown)}.",
            calls=tuple(calls),
        )
    return Undo(
        kind=UndoKind.FULL,
        sentence=f"The registration{_lines(len(lines))} can be put back from our own record. Messages that arrive "
        "meanwhile are lost.",
        calls=tuple(calls),
    )


def _back_on(connector: str, line: Line, data: Mapping[str, Any] | None) -> list[Call]:
    on = catalogue.call(
        "imconnector.activate",
        f"Activate {connector} on {line.title}.",
        CONNECTOR=connector,
        LINE=line.id,
        ACTIVE=1,
    )
    if not data:
        return [on]
    told = catalogue.call(
        "imconnector.connector.data.set",
        f"Tell {line.title} the data of {connector}.",
        CONNECTOR=connector,
        LINE=line.id,
        DATA=data,
    )
    return [on, told]


def _registers(connector: str, registration: Mapping[str, Any]) -> bool:
    """Whether the record still makes a valid registration of this connector."""
    try:
        catalogue.check("imconnector.register", registration)
    except DeclarationError:
        return False
    return bool(registration["ID"] == connector)


def _lines(count: int) -> str:
    return "" if count == 0 else " and its line" if count == 1 else f" and its {count} lines"
