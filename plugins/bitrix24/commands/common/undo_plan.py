"""How what was taken away is put back: the calls in their order, and how much of it they restore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.plugin import Call, Json, PartialUndo, Undo, UndoKind
from plugins.bitrix24.commands.common.observation import REGISTRATION
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.model import Line
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.rest import methods


def register(parameters: Mapping[str, Any], note: str) -> Call:
    return methods.call("imconnector.register", note, **parameters)


def activate(connector: str, line: Line, note: str = "") -> Call:
    return _switch(connector, line, 1, note or f"Activate {connector} on {line.title}.")


def deactivate(connector: str, line: Line) -> Call:
    return _switch(connector, line, 0, f"Deactivate {connector} on {line.title}, and lose its data there.")


def _switch(connector: str, line: Line, active: int, note: str) -> Call:
    return methods.call("imconnector.activate", note, CONNECTOR=connector, LINE=line.id, ACTIVE=active)


def store_line_data(connector: str, line: Line, data: Mapping[str, str]) -> Call:
    """Store the data that the connector shows on a line."""
    sent: Json = dict(data)
    note = f"Store the data of {connector} on {line.title}: {', '.join(sorted(data))}."
    return methods.call("imconnector.connector.data.set", note, CONNECTOR=connector, LINE=line.id, DATA=sent)


def restore_line(connector: str, line: Line, data: Mapping[str, str] | None) -> list[Call]:
    """The data first: nobody can read it back, so the activation after it, which anybody can, stands for both."""
    on = activate(connector, line)
    return [store_line_data(connector, line, data), on] if data else [on]


def list_missing_parts(snapshot: Snapshot, lines: Iterable[Line], *, whole: bool) -> list[str]:
    """What of these lines, and with `whole` of the registration, is not known, in words."""
    parts = list(registration.list_missing_fields(snapshot.registration)) if whole else []
    unknown = [line.title for line in lines if not snapshot.knows(line.id)]
    return [*parts, *([f"the data of {', '.join(unknown)}"] if unknown else [])]


def undo_disconnection(
    snapshot: Snapshot | None, connector: str, lines: Sequence[Line], *, registered_too: bool = False
) -> PartialUndo:
    """How lines that a connector was cut off from are put back where no more than that may have happened.

    The record is of before then: it holds no line that it was put on by others. `registered_too`: its registration may
    be gone as well.
    """
    words: dict[str, str | None] = {line.title: str(line.id) for line in lines}
    known = snapshot is not None and all(line.id in {*snapshot.lines, *snapshot.off} for line in lines)
    if registered_too:
        words[REGISTRATION] = "" if known and snapshot is not None and snapshot.restorable else None
    if known:
        return PartialUndo(
            line=f"connector restore {connector}",
            sentence="It puts back what has changed, as far as our own record knows it.",
            words=words,
        )
    return PartialUndo(
        line=f"connector activate {connector}",
        sentence="It is connected again where it was cut off; what it showed as its data there is lost.",
        words=words,
    )


def undo_removal(snapshot: Snapshot | None, connector: str, lines: Sequence[Line]) -> Undo:
    """How a removal of `connector` from these lines could be undone, told before anybody approves it."""
    partial = undo_disconnection(snapshot, connector, lines, registered_too=True)
    if snapshot is None or snapshot.registration is None or not snapshot.restorable:
        why = "its icon, its handler and its lines' data were never recorded here, and the portal does not give them"
        return Undo(kind=UndoKind.NONE, sentence=f"This cannot be undone: {why}.", partial=partial)
    calls = [register(snapshot.registration, f"Register {connector} again.")]
    for line in lines:
        calls += restore_line(connector, line, snapshot.data(line.id))
    return _undo(
        f"The registration{_lines(len(lines))} can be put back",
        list_missing_parts(snapshot, lines, whole=True),
        calls,
        f"connector restore {connector}",
        partial,
    )


def undo_deactivation(snapshot: Snapshot | None, connector: str, lines: Sequence[Line]) -> Undo:
    """How a deactivation on these lines could be undone; `snapshot` is None when the connector is not ours."""
    numbers = " ".join(str(line.id) for line in lines)
    partial = undo_disconnection(snapshot, connector, lines)
    if snapshot is None:
        return Undo(
            kind=UndoKind.PARTIAL,
            sentence="It can be activated again, but what it showed as its data was never recorded here and is lost.",
            calls=tuple(activate(connector, line) for line in lines),
            line=f"connector activate {connector} {numbers}",
            partial=partial,
        )
    calls = [call for line in lines for call in restore_line(connector, line, snapshot.data(line.id))]
    return _undo(
        "It can be put back on its line" if len(lines) == 1 else f"It can be put back on its {len(lines)} lines",
        list_missing_parts(snapshot, lines, whole=False),
        calls,
        f"connector restore {connector} {numbers}",
        partial,
    )


def undo_activation(connector: str, lines: Sequence[Line]) -> PartialUndo:
    """How a connection to these lines is taken away again where only some of them were connected."""
    return PartialUndo(
        line=f"connector deactivate {connector}",
        sentence="It is disconnected again where it was connected.",
        words={line.title: str(line.id) for line in lines},
    )


def _undo(can: str, unknown: Sequence[str], calls: Sequence[Call], line: str, partial: PartialUndo) -> Undo:
    if unknown:
        sentence = f"{can}, but this is not known and would be lost: {'; '.join(unknown)}."
        return Undo(kind=UndoKind.PARTIAL, sentence=sentence, calls=tuple(calls), line=line, partial=partial)
    sentence = f"{can} from our own record. Messages that arrive meanwhile are lost."
    return Undo(kind=UndoKind.FULL, sentence=sentence, calls=tuple(calls), line=line, partial=partial)


def _lines(count: int) -> str:
    return "" if count == 0 else " and its line" if count == 1 else f" and its {count} lines"
