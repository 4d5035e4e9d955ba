"""`connector restore`: put back from our own record what was taken away."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import (
    Call,
    CommandLine,
    Message,
    Nothing,
    Observation,
    Plan,
    Refusal,
    Risk,
    Text,
    Undo,
    UndoKind,
)
from plugins.bitrix24.commands.common import observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.page_link import link_page
from plugins.bitrix24.commands.common.preconditions import NOT_OURS, ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import ACTIVE, Line
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal


@connectors.command(
    "restore",
    words={"en": ("recover", "undelete"), "ru": ("восстановить",)},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=["myconnector"],
)
def restore_connector(portal: Portal, connector: ConnectorId, *line: LineNumber) -> Plan | Nothing:
    """Restore a connector from b24bot's record: its registration, its lines and their data.

    Without LINE, the connector returns to the lines that it had. With LINE, it returns to these lines only, also to one
    from which it was disconnected.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_restore"))
    snapshot = portal.snapshot(connector)
    if snapshot is None:
        raise Refusal(
            Message("bitrix24.connector.restore_no_record", connector=connector),
            hint=presentation.describe_elsewhere(portal, connector)
            or Message("bitrix24.connector.register_anew_hint", command=_register(connector)),
        )
    before = observation.observe_connector(portal, connector)
    registered = observation.REGISTRATION in before
    ours = ConnectorOwnership(ours=True, snapshot=snapshot, unread=preconditions.unread_lines(portal))
    standing = preconditions.check_ownership(portal, connector) if registered else ours
    if not registered:
        _need_registration(snapshot)
    todo, gone = _lines(portal, snapshot, line, before)
    if registered and not todo:
        return Nothing(sentence=_nothing(portal, snapshot))
    return _plan(portal, snapshot, standing, before, todo, gone)


def _need_registration(snapshot: Snapshot) -> None:
    if not snapshot.restorable:
        raise Refusal(
            Message(
                "bitrix24.connector.restore_incomplete",
                connector=snapshot.connector,
                parts=registration.list_missing_fields(snapshot.registration),
            ),
            hint=Message("bitrix24.connector.register_and_activate_hint", command=_register(snapshot.connector)),
        )


def _register(connector: str) -> CommandLine:
    return CommandLine(command_line=f"connector register {connector} --name … --handler … --icon …")


def _lines(
    portal: Portal, snapshot: Snapshot, typed: Sequence[int], before: Observation
) -> tuple[list[Line], list[int]]:
    """The lines to put it back on, and the numbers of those that do not exist any more."""
    if typed:
        strange = sorted(set(typed) - set(snapshot.lines) - set(snapshot.off))
        if strange:
            raise Refusal(
                Message(
                    "bitrix24.connector.restore_line_unknown",
                    connector=snapshot.connector,
                    lines=tuple(map(str, strange)),
                ),
                hint=Message(
                    "bitrix24.connector.connect_hint",
                    command=CommandLine(command_line=f"connector activate {snapshot.connector} {strange[0]}"),
                ),
            )
        chosen, gone = preconditions.lines(portal, typed), []
    else:
        chosen = [line for line in portal.lines() if line.id in snapshot.lines]
        gone = sorted(set(snapshot.lines) - {line.id for line in chosen})
    return [line for line in chosen if not observation.is_active(before, line)], gone


def _nothing(portal: Portal, snapshot: Snapshot) -> Message:
    connector, name = snapshot.connector, portal.place.name
    off = [line for line in portal.lines() if line.id in snapshot.off]
    if not off:
        return Message("bitrix24.connector.nothing_missing", connector=connector, portal=name)
    return Message(
        "bitrix24.connector.nothing_missing_but",
        connector=connector,
        portal=name,
        lines=presentation.titles(off),
        command=CommandLine(command_line=f"connector restore {connector} {presentation.numbers(off)}"),
    )


def _plan(
    portal: Portal,
    snapshot: Snapshot,
    standing: ConnectorOwnership,
    before: Observation,
    todo: Sequence[Line],
    gone: Sequence[int],
) -> Plan:
    connector, registered = snapshot.connector, observation.REGISTRATION in before
    calls: list[Call] = []
    wanted: dict[str, Text | None] = {}
    if not registered and snapshot.registration is not None:
        calls.append(undo_plan.register_again(snapshot.registration, connector))
        name = registration.fold_name(str(snapshot.registration["NAME"]))
        wanted |= {observation.REGISTRATION: observation.REGISTERED, observation.NAME: name}
    for line in todo:
        calls += undo_plan.restore_line(connector, line, snapshot.data(line.id))
        wanted[line.label] = ACTIVE
    back = snapshot.with_lines(line.id for line in todo)
    return Plan(
        summary=Message("bitrix24.connector.restore", connector=connector, portal=portal.place.name),
        target=f"connector:{connector}",
        calls=tuple(calls),
        before=before,
        wanted=wanted,
        labels=observation.describe_labels(portal, before, wanted),
        undo=_undo(connector, todo, registered=registered),
        warnings=(
            *standing.warning(connector, Message("bitrix24.connector.foreign_restore")),
            *_warnings(snapshot, todo, gone, registered=registered),
        ),
        risk=standing.risk,
        remember=(portal.remember(back),) if standing.ours else (),
        link=link_page(portal, connector, todo),
    )


def _warnings(snapshot: Snapshot, todo: Sequence[Line], gone: Sequence[int], *, registered: bool) -> list[Message]:
    """How much of what was there comes back, said before anybody confirms."""
    told: list[Message] = []
    unknown = undo_plan.list_missing_parts(snapshot, todo, whole=not registered)
    if unknown:
        told.append(Message("bitrix24.connector.restore_partly", parts=unknown))
    if gone:
        told.append(
            Message(
                "bitrix24.connector.lines_gone",
                count=len(gone),
                connector=snapshot.connector,
                lines=tuple(map(str, gone)),
            )
        )
    told += presentation.warn_lines_off(todo)
    with_data = [line for line in todo if snapshot.data(line.id)]
    if with_data:
        told.append(presentation.warn_data_not_readable(snapshot.connector, with_data))
    return told


def _undo(connector: str, todo: Sequence[Line], *, registered: bool) -> Undo:
    if not registered:
        sentence = Message("bitrix24.connector.undo_registering")
        return Undo(kind=UndoKind.FULL, sentence=sentence, line=f"connector remove {connector}")
    numbers = presentation.numbers(todo)
    return Undo(
        kind=UndoKind.FULL,
        sentence=Message("bitrix24.connector.undo_restore"),
        calls=tuple(undo_plan.deactivate(connector, line) for line in todo),
        line=f"connector deactivate {connector} {numbers}",
        partial=undo_plan.undo_activation(connector, todo),
    )
