"""`connector adopt`: existing connectors become ours. Only our own record is written; the portal is not called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.plugin import BadArgument, CommandLine, Message, Nothing, Plan, Refusal, Remember, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common import connector_options, observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.registration import RegistrationInput
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.events.findings import own_changes
from plugins.bitrix24.portal import Portal

MOST = 20


@connectors.command("adopt", words={"en": ("claim",), "ru": ("принять",)}, risk=Risk.CHANGE, examples=["shopchat"])
def adopt_connector(
    portal: Portal,
    *connector: ConnectorId,
    name: connector_options.Name = None,
    handler: connector_options.Handler = None,
    icon: connector_options.IconOption = None,
    color: connector_options.Color = None,
) -> Plan | Nothing:
    """Add existing connectors to b24bot's record, so that they count as ours.

    Changes nothing on the portal. The portal does not return the handler and the icon of a connector. The undo
    of a later removal needs them, so type them if you know them.
    """
    ids = sorted(set(connector))
    entered = connector_options.read_registration_input(
        portal.settings, name=name, handler=handler, icon=icon, icon_disabled=None, color=color, typed={}
    )
    _check_words(ids, entered)
    for each in ids:
        preconditions.refuse_built_in(
            each, Message("bitrix24.connector.built_in_adopt"), hint=Message("bitrix24.connector.leave_it_out")
        )
    portal.gather("connectors", "lines", of=ids)
    for each in ids:
        if not preconditions.is_registered(portal, each):
            raise presentation.unknown_connector(portal, each)
    fresh = [each for each in ids if each not in portal.ours() or not entered.empty]
    if not fresh:
        return Nothing(sentence=Message("bitrix24.connector.ours_already", count=len(ids), connectors=tuple(ids)))
    return _plan(portal, fresh, {each: _adopted(portal, each, entered) for each in fresh})


def _check_words(ids: list[str], entered: RegistrationInput) -> None:
    if not ids:
        raise BadArgument(
            Message("bitrix24.connector.adopt_nothing", command=CommandLine(command_line="connector adopt")),
            hint=Message("bitrix24.argument.for_example", command=CommandLine(command_line="connector adopt shopchat")),
        )
    if len(ids) > MOST:
        raise BadArgument(
            Message("bitrix24.connector.adopt_too_many", count=len(ids), most=MOST),
            hint=Message("bitrix24.connector.adopt_too_many_hint"),
        )
    if len(ids) > 1 and not entered.empty:
        raise BadArgument(
            Message("bitrix24.connector.adopt_several", options=("--name", "--handler", "--icon", "--color")),
            hint=Message("bitrix24.connector.adopt_several_hint"),
        )


def _adopted(portal: Portal, connector: str, entered: RegistrationInput) -> Snapshot:
    """The record as it would be: what is known already, with what was typed where nothing was known."""
    shown = next(found.name for found in portal.connectors() if found.id == connector)
    old = portal.snapshot(connector)
    known: Mapping[str, Any] = (old.registration if old else None) or {}
    _refuse_contradiction(connector, entered, known, shown)
    parts: dict[str, Any] = {**known, "ID": connector, "NAME": known.get("NAME", shown)}
    if entered.handler is not None:
        parts["PLACEMENT_HANDLER"] = entered.handler
    icon = {**known.get("ICON", {})}
    if entered.icon is not None:
        icon["DATA_IMAGE"] = entered.icon.data_uri
    if entered.color is not None:
        icon["COLOR"] = entered.color
    if icon:
        parts["ICON"] = icon
    active = [status.line for status in portal.statuses(connector) if status.configured]
    base = old or Snapshot(connector=connector, how="adopted", at=portal.now_ms())
    return replace(
        base,
        registration=parts,
        removed=False,
        lines={line: base.lines.get(line) if not base.removed else None for line in active},
    )


def _refuse_contradiction(connector: str, entered: RegistrationInput, known: Mapping[str, Any], shown: str) -> None:
    """Adopting only tells what is; what shall be is `connector update`."""
    differs: list[Message] = []
    if entered.name is not None and registration.fold_name(entered.name) != registration.fold_name(shown):
        differs.append(Message("bitrix24.connector.shown_name_differs", name=shown))
    if entered.handler is not None and known.get("PLACEMENT_HANDLER") not in (None, entered.handler):
        differs.append(Message("bitrix24.connector.recorded_handler_differs"))
    if entered.icon is not None and known.get("ICON", {}).get("DATA_IMAGE") not in (None, entered.icon.data_uri):
        differs.append(Message("bitrix24.connector.recorded_icon_differs"))
    if entered.color is not None and known.get("ICON", {}).get("COLOR") not in (None, entered.color):
        differs.append(Message("bitrix24.connector.recorded_color_differs"))
    if differs:
        raise Refusal(
            Message("bitrix24.connector.adopt_contradiction", connector=connector, differences=tuple(differs)),
            hint=Message(
                "bitrix24.connector.adopt_contradiction_hint",
                command=CommandLine(command_line=f"connector update {connector} …"),
            ),
        )


def _plan(portal: Portal, ids: list[str], snapshots: Mapping[str, Snapshot]) -> Plan:
    before = observation.observe_connectors(portal, ids)
    rows: tuple[Remember, ...] = (
        *(portal.remember(each) for each in snapshots.values()),
        # Until the watch reads the portal next, it would not know that they ought to be connected.
        *(
            own_changes.expect_connected(portal.known.member_id, each.connector.lower(), line, portal.now_ms())
            for each in snapshots.values()
            for line in sorted(each.lines)
        ),
    )
    return Plan(
        summary=Message("bitrix24.connector.adopt", connectors=tuple(ids), portal=portal.place.name),
        target=" ".join(f"connector:{each}" for each in ids),
        part=observation.ADOPTION,
        calls=(),
        before=before,
        wanted=before,
        labels=observation.describe_labels(portal, before),
        undo=Undo(kind=UndoKind.NOT_NEEDED, sentence=Message("bitrix24.connector.undo_adoption")),
        radius=(),
        warnings=tuple(line for each in snapshots.values() for line in _warnings(portal, each)),
        remember=rows,
        notes=tuple(line for each in snapshots.values() for line in _notes(portal, each)),
    )


def _notes(portal: Portal, snapshot: Snapshot) -> list[Message]:
    """What our record of a connector will hold, and what can be undone with it."""
    known, connector = snapshot.registration or {}, snapshot.connector
    icon = known.get("ICON") or {}
    parts = {
        registration.HANDLER: known.get("PLACEMENT_HANDLER"),
        registration.ICON: icon.get("DATA_IMAGE"),
        registration.COLOR: icon.get("COLOR"),
    }
    name = Message("bitrix24.connector.recorded_name", name=str(known.get("NAME", "")))
    held = (name, *(field for field, value in parts.items() if value))
    lines = presentation.titles(line for line in portal.lines() if line.id in snapshot.lines)
    return [
        Message("bitrix24.connector.adopt_note", connector=connector, parts=held),
        Message("bitrix24.connector.adopt_note_lines", connector=connector, lines=lines)
        if lines
        else Message("bitrix24.connector.adopt_note_no_line", connector=connector),
        Message("bitrix24.connector.adopt_note_undo", connector=connector)
        if snapshot.restorable
        else Message("bitrix24.connector.adopt_note_no_undo", connector=connector),
    ]


def _warnings(portal: Portal, snapshot: Snapshot) -> list[Message]:
    """What stays unknown, and what that means later."""
    lines = [line for line in portal.lines() if line.id in snapshot.lines]
    unknown = undo_plan.list_missing_parts(snapshot, lines, whole=True)
    told = []
    if not snapshot.restorable:
        told.append(Message("bitrix24.connector.removal_not_undoable", connector=snapshot.connector))
    if unknown:
        told.append(Message("bitrix24.connector.not_recorded", connector=snapshot.connector, parts=unknown))
    return told
