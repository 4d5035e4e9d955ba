"""`connector activate` and `connector deactivate`: a connector on its lines, one call for each line."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import CommandLine, Message, Nothing, Observation, Plan, Remember, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common import connector_options, observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.page_link import link_page
from plugins.bitrix24.commands.common.preconditions import NOT_OURS, ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import ACTIVE, Line
from plugins.bitrix24.connectors.snapshot import DATA_NOT_RECORDED
from plugins.bitrix24.impact import line_impact
from plugins.bitrix24.portal import Portal


@connectors.command(
    "activate",
    words={"en": ("enable", "on"), "ru": ("подключить", "активировать")},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=["myconnector 3"],
)
def activate_connector(
    portal: Portal, connector: ConnectorId, *line: LineNumber, all: connector_options.AllLines = False
) -> Plan | Nothing:
    """Connect a connector to open lines.

    If the connector is active with an error, this clears the error. Lines on which it is already active are left out.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_activate"))
    portal.gather("connectors", "lines", of=[connector])
    chosen = preconditions.lines_or_all(portal, "connector activate", line, all_lines=all)
    preconditions.require_registered(portal, connector)
    standing = preconditions.check_ownership(portal, connector)
    before = observation.observe_connector(portal, connector)
    todo = [each for each in chosen if before.get(each.label) != ACTIVE]
    if not todo:
        return _nothing_to_activate(connector, chosen)
    fresh = [each for each in todo if each.label not in before]
    wanted = {each.label: ACTIVE for each in todo}
    return Plan(
        summary=Message("bitrix24.connector.activate", connector=connector, count=len(todo), portal=portal.place.name),
        target=f"connector:{connector}",
        calls=tuple(undo_plan.activate(connector, each) for each in todo),
        before=before,
        wanted=wanted,
        labels=observation.describe_labels(portal, before, wanted),
        undo=_undo_activation(connector, todo, fresh),
        warnings=(
            *standing.warning(connector, Message("bitrix24.connector.foreign_activate")),
            *_activation_warnings(standing, connector, todo),
        ),
        risk=standing.risk,
        remember=_remember_activation(portal, standing, todo, fresh),
        link=link_page(portal, connector, todo),
    )


def _nothing_to_activate(connector: str, lines: Sequence[Line]) -> Nothing:
    if not lines:
        return Nothing(sentence=Message("bitrix24.connector.no_lines_on_portal", connector=connector))
    return Nothing(
        sentence=Message("bitrix24.connector.active_already", connector=connector, lines=presentation.titles(lines))
    )


def _activation_warnings(standing: ConnectorOwnership, connector: str, todo: Sequence[Line]) -> list[Message]:
    told = presentation.warn_lines_off(todo)
    kept = [each for each in todo if standing.snapshot and standing.snapshot.off.get(each.id)]
    if kept:
        restore = f"connector restore {connector} {presentation.numbers(kept)}"
        told.append(
            Message(
                "bitrix24.connector.data_not_restored",
                lines=presentation.titles(kept),
                command=CommandLine(command_line=restore),
            )
        )
    return told


def _undo_activation(connector: str, todo: Sequence[Line], fresh: Sequence[Line]) -> Undo:
    if not fresh:
        return Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connector.undo_error_cleared"))
    lines = presentation.titles(fresh)
    whole = len(fresh) == len(todo)
    return Undo(
        kind=UndoKind.FULL if whole else UndoKind.PARTIAL,
        sentence=Message("bitrix24.connector.undo_activation", lines=lines)
        if whole
        else Message("bitrix24.connector.undo_activation_partly", lines=lines),
        calls=tuple(undo_plan.deactivate(connector, each) for each in fresh),
        line=f"connector deactivate {connector} {presentation.numbers(fresh)}",
        partial=undo_plan.undo_activation(connector, fresh),
    )


@connectors.command(
    "deactivate",
    words={"en": ("disable", "off"), "ru": ("отключить", "деактивировать")},
    risk=Risk.DESTROY,
    examples=["myconnector 2"],
)
def deactivate_connector(
    portal: Portal, connector: ConnectorId, *line: LineNumber, all: connector_options.AllLines = False
) -> Plan | Nothing:
    """Disconnect a connector from open lines.

    The portal deletes the data that the connector shows on those lines. The registration stays.
    """
    preconditions.refuse_built_in(connector, Message("bitrix24.connector.built_in_deactivate"))
    line_impact.gather_impact(portal, connector)
    chosen = preconditions.lines_or_all(portal, "connector deactivate", line, all_lines=all)
    standing = preconditions.check_ownership(portal, connector)
    before = observation.observe_connector(portal, connector)
    todo = [each for each in chosen if each.label in before]
    if not todo:
        if observation.REGISTRATION not in before:
            raise presentation.unknown_connector(portal, connector)
        return _nothing_to_deactivate(connector, chosen)
    cut_off = [each for each in observation.active(portal, before) if each in todo]
    return Plan(
        summary=Message(
            "bitrix24.connector.deactivate", connector=connector, count=len(todo), portal=portal.place.name
        ),
        target=f"connector:{connector}",
        calls=tuple(undo_plan.deactivate(connector, each) for each in todo),
        before=before,
        wanted={each.label: None for each in todo},
        labels=observation.describe_labels(portal, before),
        undo=_undo_deactivation(standing, connector, todo, before),
        radius=tuple(_touched(standing, each, before) for each in todo),
        impact=line_impact.describe_impact(portal, connector, cut_off),
        warnings=(
            *standing.warning(connector, Message("bitrix24.connector.foreign_deactivate")),
            Message("bitrix24.connector.open_chats"),
        ),
        risk=standing.risk,
        remember=_remember_deactivation(portal, standing, cut_off),
        consequences=presentation.describe_cut_off(connector, cut_off),
        link=link_page(portal, connector, todo),
    )


def _nothing_to_deactivate(connector: str, lines: Sequence[Line]) -> Nothing:
    if not lines:
        return Nothing(sentence=Message("bitrix24.connector.no_lines_on_portal", connector=connector))
    return Nothing(
        sentence=Message("bitrix24.connector.not_connected", connector=connector, lines=presentation.titles(lines))
    )


def _undo_deactivation(standing: ConnectorOwnership, connector: str, todo: Sequence[Line], before: Observation) -> Undo:
    if observation.REGISTRATION not in before:
        return Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connector.undo_unregistered", connector=connector))
    active = [each for each in todo if observation.is_active(before, each)]
    if not active:
        return Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connector.undo_error_removed"))
    return undo_plan.undo_deactivation(standing.snapshot, connector, active)


def _touched(standing: ConnectorOwnership, line: Line, before: Observation) -> Message:
    data = standing.snapshot.describe_data(line.id) if standing.snapshot else DATA_NOT_RECORDED
    touched = presentation.describe_line(line, before[line.label])
    return Message("bitrix24.connector.line_loses_data", line=touched, data=data)


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
