"""`connector adopt`: existing connectors become ours. Only our own record is written; the portal is not called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.plugin import BadArgument, Nothing, Plan, Refusal, Remember, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common import connector_options, observation, preconditions, presentation
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.registration import RegistrationInput
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal

MOST = 20


@connectors.command("adopt", risk=Risk.CHANGE, examples=["shopchat"])
def adopt_connector(
    portal: Portal,
    *connector: ConnectorId,
    name: connector_options.Name = None,
    handler: connector_options.Handler = None,
    icon: connector_options.IconOption = None,
    color: connector_options.Color = None,
) -> Plan | Nothing:
    """Take existing connectors into our own record, so that they count as ours.

    Nothing changes on the portal, which is not called. Handler and icon cannot be read from it: without them a
    removal of the connector could not be undone, so give them if you know them.
    """
    ids = sorted(set(connector))
    wish = connector_options.read_registration_input(
        portal.settings, name=name, handler=handler, icon=icon, icon_disabled=None, color=color, typed={}
    )
    _check_words(ids, wish)
    for each in ids:
        preconditions.refuse_built_in(each, "It cannot become ours.", hint="Leave it out.")
    portal.gather("connectors", "lines", of=ids)
    for each in ids:
        if not preconditions.is_registered(portal, each):
            raise presentation.unknown_connector(portal, each)
    fresh = [each for each in ids if each not in portal.ours() or not wish.empty]
    if not fresh:
        return Nothing(sentence=f"{presentation.join_with_and(ids)} {'is' if len(ids) == 1 else 'are'} ours already.")
    return _plan(portal, fresh, {each: _adopted(portal, each, wish) for each in fresh})


def _check_words(ids: list[str], wish: RegistrationInput) -> None:
    if not ids:
        raise BadArgument("`connector adopt` needs at least one id.", hint="For example: connector adopt shopchat")
    if len(ids) > MOST:
        raise BadArgument(
            f"{len(ids)} connectors at once are too many; {MOST} is the most.", hint="Adopt them in parts."
        )
    if len(ids) > 1 and not wish.empty:
        raise BadArgument(
            "--name, --handler, --icon and --color describe one connector, and several are named.",
            hint="Adopt that one alone.",
        )


def _adopted(portal: Portal, connector: str, wish: RegistrationInput) -> Snapshot:
    """The record as it would be: what is known already, with what was typed where nothing was known."""
    shown = next(found.name for found in portal.connectors() if found.id == connector)
    old = portal.snapshot(connector)
    known: Mapping[str, Any] = (old.registration if old else None) or {}
    _refuse_contradiction(connector, wish, known, shown)
    parts: dict[str, Any] = {**known, "ID": connector, "NAME": known.get("NAME", shown)}
    if wish.handler is not None:
        parts["PLACEMENT_HANDLER"] = wish.handler
    icon = {**known.get("ICON", {})}
    if wish.icon is not None:
        icon["DATA_IMAGE"] = wish.icon.data_uri
    if wish.color is not None:
        icon["COLOR"] = wish.color
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


def _refuse_contradiction(connector: str, wish: RegistrationInput, known: Mapping[str, Any], shown: str) -> None:
    """Adopting only tells what is; what shall be is `connector update`."""
    differs = []
    if wish.name is not None and registration.fold_name(wish.name) != registration.fold_name(shown):
        differs.append(f"the portal shows the name “{shown}”")
    if wish.handler is not None and known.get("PLACEMENT_HANDLER") not in (None, wish.handler):
        differs.append("our record holds another handler")
    if wish.icon is not None and known.get("ICON", {}).get("DATA_IMAGE") not in (None, wish.icon.data_uri):
        differs.append("our record holds another icon")
    if wish.color is not None and known.get("ICON", {}).get("COLOR") not in (None, wish.color):
        differs.append("our record holds another colour")
    if differs:
        raise Refusal(
            f"That does not fit {connector}: {presentation.join_with_and(differs)}.",
            hint=f"To change it on the portal: connector update {connector} …",
        )


def _plan(portal: Portal, ids: list[str], snapshots: Mapping[str, Snapshot]) -> Plan:
    before = observation.observe_connectors(portal, ids)
    rows: tuple[Remember, ...] = tuple(portal.remember(each) for each in snapshots.values())
    return Plan(
        summary=f"Adopt {presentation.join_with_and(ids)} on {portal.place.name}: only our own record changes",
        target=" ".join(f"connector:{each}" for each in ids),
        part=observation.ADOPTION,
        calls=(),
        before=before,
        wanted=before,
        undo=Undo(kind=UndoKind.NONE, sentence="There is nothing to undo on the portal. The record stays."),
        radius=(),
        warnings=tuple(line for each in snapshots.values() for line in _warnings(portal, each)),
        remember=rows,
        notes=tuple(line for each in snapshots.values() for line in _notes(portal, each)),
    )


def _notes(portal: Portal, snapshot: Snapshot) -> list[str]:
    """What our record of a connector will hold, and what can be undone with it."""
    known, connector = snapshot.registration or {}, snapshot.connector
    icon = known.get("ICON") or {}
    parts = {"handler": known.get("PLACEMENT_HANDLER"), "icon": icon.get("DATA_IMAGE"), "colour": icon.get("COLOR")}
    held = [f"the name “{known.get('NAME', '')}”", *(f"the {name}" for name, value in parts.items() if value)]
    lines = [line.title for line in portal.lines() if line.id in snapshot.lines]
    on = f"; it is active on {presentation.join_with_and(lines)}" if lines else "; it is active on no line"
    undo = "a removal can be undone" if snapshot.restorable else "a removal cannot be undone yet"
    return [
        f"Take {connector} into our records as ours, with {presentation.join_with_and(held)}{on}. "
        "Nothing is sent to the portal.",
        f"From then on {undo}, and changes of {connector} count as changes of our own connector.",
    ]


def _warnings(portal: Portal, snapshot: Snapshot) -> list[str]:
    """What stays unknown, and what that means later."""
    lines = [line.title for line in portal.lines() if line.id in snapshot.lines and not snapshot.knows(line.id)]
    unknown = [
        *registration.list_missing_fields(snapshot.registration),
        *([f"the data of {presentation.join_with_and(lines)}"] if lines else []),
    ]
    told = []
    if not snapshot.restorable:
        told.append(f"{snapshot.connector}: a removal cannot be undone until its handler and icon are known.")
    if unknown:
        told.append(f"Not known of {snapshot.connector}: {'; '.join(unknown)}.")
    return told
