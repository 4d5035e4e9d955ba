"""`connector activate` and `connector deactivate`: a connector on its lines, one call for each line."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Nothing, Observation, Plan, Remember, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common import connector_options, observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.preconditions import NOT_OURS, ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import ACTIVE, Line
from plugins.bitrix24.portal import Portal


@connectors.command("activate", risk=Risk.CHANGE, raises=NOT_OURS, examples=["myconnector 3"])
def activate_connector(
    portal: Portal, connector: ConnectorId, *line: LineNumber, all: connector_options.AllLines = False
) -> Plan | Nothing:
    """Connect a connector to open lines.

    Where it is active with an error, this clears the error. Lines on which it is active are left out.
    """
    preconditions.refuse_built_in(connector, "It is connected in its own way, not by this.")
    portal.gather("connectors", "lines", of=[connector])
    chosen = preconditions.lines_or_all(portal, "connector activate", line, all_lines=all)
    preconditions.require_registered(portal, connector)
    standing = preconditions.check_ownership(portal, connector)
    before = observation.observe_connector(portal, connector)
    todo = [each for each in chosen if before.get(each.title) != ACTIVE]
    if not todo:
        return Nothing(sentence=f"{connector} is active on {_titles(chosen)} already.")
    fresh = [each for each in todo if each.title not in before]
    return Plan(
        summary=f"Activate {connector} on {presentation.plural(len(todo), 'line')} of {portal.place.name}",
        target=f"connector:{connector}",
        calls=tuple(undo_plan.activate(connector, each) for each in todo),
        before=before,
        wanted={each.title: ACTIVE for each in todo},
        undo=_undo_activation(connector, todo, fresh),
        warnings=(
            *standing.warning(connector, "The portal connects another application's connector without asking."),
            *_activation_warnings(standing, connector, todo),
        ),
        risk=standing.risk,
        remember=_remember_activation(portal, standing, todo, fresh),
    )


def _activation_warnings(standing: ConnectorOwnership, connector: str, todo: Sequence[Line]) -> list[str]:
    told = [
        f"{each.title} itself is switched off: nothing gets through until it is on." for each in todo if not each.on
    ]
    kept = [each for each in todo if standing.snapshot and standing.snapshot.off.get(each.id)]
    if kept:
        numbers = " ".join(str(each.id) for each in kept)
        told.append(
            f"The data it had before on {_titles(kept)} is not put back by this; `connector restore {connector} "
            f"{numbers}` does both."
        )
    return told


def _undo_activation(connector: str, todo: Sequence[Line], fresh: Sequence[Line]) -> Undo:
    if not fresh:
        return Undo(kind=UndoKind.NONE, sentence="The error that this clears cannot be put back.")
    return Undo(
        kind=UndoKind.FULL if len(fresh) == len(todo) else UndoKind.PARTIAL,
        sentence=f"It can be deactivated again on {_titles(fresh)}."
        + ("" if len(fresh) == len(todo) else " Errors that this clears cannot be put back."),
        calls=tuple(undo_plan.deactivate(connector, each) for each in fresh),
        line=f"connector deactivate {connector} {_numbers(fresh)}",
        partial=undo_plan.undo_activation(connector, fresh),
    )


@connectors.command("deactivate", risk=Risk.DESTROY, examples=["myconnector 2"])
def deactivate_connector(
    portal: Portal, connector: ConnectorId, *line: LineNumber, all: connector_options.AllLines = False
) -> Plan | Nothing:
    """Disconnect a connector from open lines.

    The portal deletes what the connector shows as its data on those lines. The registration stays.
    """
    preconditions.refuse_built_in(connector, "Switching it off here would lose its settings.")
    portal.gather("connectors", "lines", of=[connector])
    chosen = preconditions.lines_or_all(portal, "connector deactivate", line, all_lines=all)
    standing = preconditions.check_ownership(portal, connector)
    before = observation.observe_connector(portal, connector)
    todo = [each for each in chosen if each.title in before]
    if not todo:
        if observation.REGISTRATION not in before:
            raise presentation.unknown_connector(portal, connector)
        return Nothing(sentence=f"{connector} is not connected to {_titles(chosen)}.")
    return Plan(
        summary=f"Deactivate {connector} on {presentation.plural(len(todo), 'line')} of {portal.place.name}",
        target=f"connector:{connector}",
        calls=tuple(undo_plan.deactivate(connector, each) for each in todo),
        before=before,
        wanted={each.title: None for each in todo},
        undo=_undo_deactivation(standing, connector, todo, before),
        radius=tuple(_touched(standing, each, before) for each in todo),
        warnings=(
            *standing.warning(connector, "The portal cuts another application's connector off without asking."),
            "Open chats stay open, but what operators write in them afterwards reaches nobody.",
        ),
        risk=standing.risk,
        remember=_remember_deactivation(
            portal, standing, [each for each in observation.active(portal, before) if each in todo]
        ),
        consequences=presentation.describe_cut_off(
            connector, [each for each in observation.active(portal, before) if each in todo]
        ),
    )


def _undo_deactivation(standing: ConnectorOwnership, connector: str, todo: Sequence[Line], before: Observation) -> Undo:
    if observation.REGISTRATION not in before:
        return Undo(kind=UndoKind.NONE, sentence="This cannot be undone: the connector is not registered any more.")
    active = [each for each in todo if str(before[each.title]).startswith(ACTIVE)]
    if not active:
        return Undo(kind=UndoKind.NONE, sentence="It was not active there; the error that this takes away stays away.")
    return undo_plan.undo_deactivation(standing.snapshot, connector, active)


def _touched(standing: ConnectorOwnership, line: Line, before: Observation) -> str:
    known = standing.snapshot.describe_data(line.id) if standing.snapshot else "not known"
    return (
        f"{line.name} (line {line.id}, {line.switch}): {before[line.title]}; its data is deleted, to us it is {known}"
    )


def _remember_activation(
    portal: Portal, standing: ConnectorOwnership, todo: Sequence[Line], fresh: Sequence[Line]
) -> tuple[Remember, ...]:
    """Of a connector that is not ours nothing is kept: a record would make it ours."""
    if standing.snapshot is None:
        return ()
    after = standing.snapshot.activated(line.id for line in fresh).without_errors(line.id for line in todo)
    return (portal.remember(after),)


def _remember_deactivation(portal: Portal, standing: ConnectorOwnership, gone: Sequence[Line]) -> tuple[Remember, ...]:
    if standing.snapshot is None:
        return ()
    return (portal.remember(standing.snapshot.deactivated(line.id for line in gone)),)


def _titles(lines: Sequence[Line]) -> str:
    return presentation.join_with_and([line.title for line in lines]) or "any line"


def _numbers(lines: Sequence[Line]) -> str:
    return " ".join(str(line.id) for line in lines)
