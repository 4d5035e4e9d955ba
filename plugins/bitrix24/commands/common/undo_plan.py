"""How what was taken away is put back: the calls in their order, and how much of it they restore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.plugin import Call, Json, Message, PartialUndo, Text, Undo, UndoKind
from plugins.bitrix24.commands.common import presentation
from plugins.bitrix24.commands.common.observation import REGISTRATION
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.model import Line
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.rest import methods


def register(parameters: Mapping[str, Any], note: Text) -> Call:
    return methods.call("imconnector.register", note, **parameters)


def register_again(parameters: Mapping[str, Any], connector: str) -> Call:
    """Register it as it was, which shows all of it."""
    told = registration.describe_registration(parameters)
    return register(
        parameters, Message("bitrix24.connector.call_register_again", connector=connector, registration=told)
    )


def activate(connector: str, line: Line, note: Text = "") -> Call:
    told = note or Message("bitrix24.connector.call_activate", connector=connector, line=line.title)
    return _switch(connector, line, 1, told)


def deactivate(connector: str, line: Line) -> Call:
    told = Message("bitrix24.connector.call_deactivate", connector=connector, line=line.title)
    return _switch(connector, line, 0, told)


def _switch(connector: str, line: Line, active: int, note: Text) -> Call:
    return methods.call("imconnector.activate", note, CONNECTOR=connector, LINE=line.id, ACTIVE=active)


def store_line_data(connector: str, line: Line, data: Mapping[str, str]) -> Call:
    """Store the data that the connector shows on a line."""
    sent: Json = dict(data)
    note = Message(
        "bitrix24.connector.call_store_data", connector=connector, line=line.title, fields=tuple(sorted(data))
    )
    return methods.call("imconnector.connector.data.set", note, CONNECTOR=connector, LINE=line.id, DATA=sent)


def restore_line(connector: str, line: Line, data: Mapping[str, str] | None) -> list[Call]:
    """The data first: nobody can read it back, so the activation after it, which anybody can, stands for both."""
    on = activate(connector, line)
    return [store_line_data(connector, line, data), on] if data else [on]


def list_missing_parts(snapshot: Snapshot, lines: Iterable[Line], *, whole: bool) -> tuple[Message, ...]:
    """What of these lines, and with `whole` of the registration, is not known."""
    parts = registration.list_missing_fields(snapshot.registration) if whole else ()
    unknown = tuple(line.title for line in lines if not snapshot.knows(line.id))
    return (*parts, Message("bitrix24.connector.data_of", lines=unknown)) if unknown else parts


def undo_disconnection(
    snapshot: Snapshot | None, connector: str, lines: Sequence[Line], *, registered_too: bool = False
) -> PartialUndo:
    """How lines that a connector was cut off from are put back where no more than that may have happened.

    The record is of before then: it holds no line that it was put on by others. `registered_too`: its registration may
    be gone as well.
    """
    words: dict[str, str | None] = {line.label: str(line.id) for line in lines}
    known = snapshot is not None and all(line.id in {*snapshot.lines, *snapshot.off} for line in lines)
    if registered_too:
        words[REGISTRATION] = "" if known and snapshot is not None and snapshot.restorable else None
    if known:
        return PartialUndo(
            line=f"connector restore {connector}",
            sentence=Message("bitrix24.connector.undo_partial_restore"),
            words=words,
        )
    return PartialUndo(
        line=f"connector activate {connector}",
        sentence=Message("bitrix24.connector.undo_partial_activate", connector=connector),
        words=words,
    )


def undo_removal(snapshot: Snapshot | None, connector: str, lines: Sequence[Line]) -> Undo:
    """How a removal of `connector` from these lines could be undone, told before anybody approves it."""
    partial = undo_disconnection(snapshot, connector, lines, registered_too=True)
    if snapshot is None or snapshot.registration is None or not snapshot.restorable:
        return Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connector.undo_not_recorded"), partial=partial)
    calls = [register(snapshot.registration, Message("bitrix24.connector.call_register_back", connector=connector))]
    for line in lines:
        calls += restore_line(connector, line, snapshot.data(line.id))
    return _undo(
        Message("bitrix24.connector.undo_removal", count=len(lines))
        if lines
        else Message("bitrix24.connector.undo_registration"),
        list_missing_parts(snapshot, lines, whole=True),
        calls,
        f"connector restore {connector}",
        partial,
    )


def undo_deactivation(snapshot: Snapshot | None, connector: str, lines: Sequence[Line]) -> Undo:
    """How a deactivation on these lines could be undone; `snapshot` is None when the connector is not ours."""
    numbers = presentation.numbers(lines)
    partial = undo_disconnection(snapshot, connector, lines)
    if snapshot is None:
        return Undo(
            kind=UndoKind.PARTIAL,
            sentence=Message("bitrix24.connector.undo_activate", connector=connector),
            calls=tuple(activate(connector, line) for line in lines),
            line=f"connector activate {connector} {numbers}",
            partial=partial,
        )
    calls = [call for line in lines for call in restore_line(connector, line, snapshot.data(line.id))]
    return _undo(
        Message("bitrix24.connector.undo_deactivation", count=len(lines)),
        list_missing_parts(snapshot, lines, whole=False),
        calls,
        f"connector restore {connector} {numbers}",
        partial,
    )


def undo_activation(connector: str, lines: Sequence[Line]) -> PartialUndo:
    """How a connection to these lines is taken away again where only some of them were connected."""
    return PartialUndo(
        line=f"connector deactivate {connector}",
        sentence=Message("bitrix24.connector.undo_partial_deactivate", connector=connector),
        words={line.label: str(line.id) for line in lines},
    )


def _undo(can: Message, unknown: tuple[Message, ...], calls: Sequence[Call], line: str, partial: PartialUndo) -> Undo:
    if unknown:
        sentence = Message("bitrix24.connector.undo_with_losses", undo=can, lost=unknown)
        return Undo(kind=UndoKind.PARTIAL, sentence=sentence, calls=tuple(calls), line=line, partial=partial)
    sentence = Message("bitrix24.connector.undo_whole", undo=can)
    return Undo(kind=UndoKind.FULL, sentence=sentence, calls=tuple(calls), line=line, partial=partial)
