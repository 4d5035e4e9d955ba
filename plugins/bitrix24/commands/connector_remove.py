"""`connector remove`: what it would do, told before anybody approves it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Nothing, Plan, Risk
from plugins.bitrix24.commands.common import observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.preconditions import ConnectorOwnership
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.connectors import identifiers
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import Line
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

KEEPS_REGISTRATION = (
    "The portal keeps the registration of {connector}, so asking for the removal again would end the same way: it does "
    "that for a connector that another application has registered. Only that application can unregister it, or whoever "
    "uninstalls that application from the portal."
)


@connectors.command("remove", risk=Risk.DESTROY, examples=["myconnector"])
def remove_connector(portal: Portal, connector: ConnectorId) -> Plan | Nothing:
    """Unregister a connector and disconnect it from every open line.

    Bitrix24's own channels are refused. Of a connector whose ownership is not proven the portal may keep the
    registration and still disconnect every line. What our record holds of it is kept: `connector restore` uses it.
    """
    preconditions.refuse_built_in(
        connector,
        "Removing it would switch it off on every line.",
        hint="Switch it off line by line in the portal's Contact Center if that is what you want.",
    )
    before = observation.observe_connector(portal, connector)
    present = {label: word for label, word in before.items() if label != observation.RECORD}
    if not present:
        return Nothing(sentence=_nothing_there(portal, connector))
    standing = preconditions.check_ownership(portal, connector)
    lines = [line for line in portal.lines() if line.title in before]
    active = observation.active(portal, before)
    snapshot = standing.snapshot
    return Plan(
        summary=f"Remove the connector {connector} from {portal.place.name}",
        target=f"connector:{connector}",
        calls=(methods.call("imconnector.unregister", _note(connector, lines), ID=connector),),
        before=before,
        wanted=dict.fromkeys(present),
        undo=undo_plan.undo_removal(snapshot, connector, active),
        radius=tuple(f"{line.name} (line {line.id}, {line.switch}): {before[line.title]}" for line in lines),
        warnings=tuple(_warnings(standing, connector, lines, registered=observation.REGISTRATION in before)),
        remember=(portal.remember(snapshot.without_lines(line.id for line in active)),) if snapshot else (),
        consequences={
            observation.REGISTRATION: f"{connector} is not registered any more: no line can be connected to it.",
            **presentation.describe_cut_off(connector, active),
        },
        obstacles={observation.REGISTRATION: KEEPS_REGISTRATION.format(connector=connector)},
    )


def _nothing_there(portal: Portal, connector: str) -> str:
    meant = identifiers.suggest(connector, [found.id for found in portal.connectors()])
    sentence = f"There is no connector “{connector}” on {portal.place.name}, so there is nothing to remove."
    return f"{sentence} Did you mean “{meant}”?" if meant else sentence


def _note(connector: str, lines: Sequence[Line]) -> str:
    if not lines:
        return f"Unregister {connector}, which is not connected to any line."
    return f"Unregister {connector} and disconnect it from {presentation.plural(len(lines), 'line')}."


def _warnings(standing: ConnectorOwnership, connector: str, lines: Sequence[Line], *, registered: bool) -> list[str]:
    named = ", ".join(line.name for line in lines) or "every line"
    told = list(
        standing.warning(
            connector,
            f"If it belongs to another application, the portal will still cut it off from {named}, keep its "
            "registration, and answer that all went well.",
        )
    )
    if not registered:
        told.append(f"The portal does not list {connector} as registered; what is left of it on lines will be removed.")
    if lines:
        told.append("Open chats stay open, but what operators write in them afterwards reaches nobody.")
    return told
