"""`connector remove`: what it would do, told before anybody approves it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Message, Nothing, Plan, Risk
from plugins.bitrix24.commands.common import observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.page_link import link_page
from plugins.bitrix24.commands.common.preconditions import ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.connectors import identifiers
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import Line
from plugins.bitrix24.impact import line_impact
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods


@connectors.command(
    "remove", words={"en": ("rm", "delete", "del"), "ru": ("удалить",)}, risk=Risk.DESTROY, examples=["myconnector"]
)
def remove_connector(portal: Portal, connector: ConnectorId) -> Plan | Nothing:
    """Unregister a connector and disconnect it from every open line.

    Built-in channels of Bitrix24 are refused. Where the ownership is not proven, the portal may keep the registration
    and still disconnect every line. b24bot keeps its record: `connector restore` uses it.
    """
    preconditions.refuse_built_in(
        connector,
        Message("bitrix24.connector.built_in_remove"),
        hint=Message("bitrix24.connector.built_in_remove_hint"),
    )
    line_impact.gather_impact(portal, connector)
    before = observation.observe_connector(portal, connector)
    present = {label: word for label, word in before.items() if label != observation.RECORD}
    if not present:
        meant = identifiers.suggest(connector, [found.id for found in portal.connectors()])
        return Nothing(sentence=_nothing_there(portal, connector, meant), meant=meant or "")
    standing = preconditions.check_ownership(portal, connector)
    lines = [line for line in portal.lines() if line.label in before]
    active = observation.active(portal, before)
    snapshot = standing.snapshot
    return Plan(
        summary=Message("bitrix24.connector.remove", connector=connector, portal=portal.place.name),
        target=f"connector:{connector}",
        calls=(methods.call("imconnector.unregister", _note(connector, lines), ID=connector),),
        before=before,
        wanted=dict.fromkeys(present),
        labels=observation.describe_labels(portal, before),
        undo=undo_plan.undo_removal(snapshot, connector, active),
        radius=tuple(presentation.describe_line(line, before[line.label]) for line in lines),
        impact=line_impact.describe_impact(portal, connector, active),
        warnings=tuple(_warnings(standing, connector, lines, registered=observation.REGISTRATION in before)),
        remember=(portal.remember(snapshot.without_lines(line.id for line in active)),) if snapshot else (),
        consequences={
            observation.REGISTRATION: Message("bitrix24.connector.unregistered", connector=connector),
            **presentation.describe_cut_off(connector, active),
        },
        obstacles={observation.REGISTRATION: Message("bitrix24.connector.registration_kept", connector=connector)},
        link=link_page(portal, connector, lines),
    )


def _nothing_there(portal: Portal, connector: str, meant: str | None) -> Message:
    name = portal.place.name
    elsewhere = presentation.describe_elsewhere(portal, connector)
    if elsewhere:
        return Message(
            "bitrix24.connector.remove_nothing_elsewhere", connector=connector, portal=name, elsewhere=elsewhere
        )
    if meant:
        return Message("bitrix24.connector.remove_nothing_meant", connector=connector, portal=name, meant=meant)
    return Message("bitrix24.connector.remove_nothing", connector=connector, portal=name)


def _note(connector: str, lines: Sequence[Line]) -> Message:
    if not lines:
        return Message("bitrix24.connector.call_unregister", connector=connector)
    return Message("bitrix24.connector.call_unregister_from", connector=connector, count=len(lines))


def _warnings(
    standing: ConnectorOwnership, connector: str, lines: Sequence[Line], *, registered: bool
) -> list[Message]:
    names = tuple(line.shown_name for line in lines)
    told = list(
        standing.warning(
            connector,
            Message("bitrix24.connector.foreign_remove_from", lines=names)
            if names
            else Message("bitrix24.connector.foreign_remove"),
        )
    )
    if not registered:
        told.append(Message("bitrix24.connector.leftovers_removed", connector=connector))
    if lines:
        told.append(Message("bitrix24.connector.open_chats"))
    return told
