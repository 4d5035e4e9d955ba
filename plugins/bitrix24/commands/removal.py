"""`connector remove`: what it would do, told before anybody approves it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Nothing, Plan, Refusal, Risk
from plugins.bitrix24 import catalogue, identifiers, observation, snapshot
from plugins.bitrix24.commands import words
from plugins.bitrix24.commands.connector import connectors
from plugins.bitrix24.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.values import BUILT_IN, Line, Ownership, ownership


@connectors.command("remove", risk=Risk.DESTROY, examples=["myconnector"])
def remove_connector(portal: Portal, connector: ConnectorId) -> Plan | Nothing:
    """Unregister a connector and disconnect it from every open line.

    Bitrix24's own channels are refused. Of a connector whose ownership is not proven the portal may keep the
    registration and still disconnect every line.
    """
    _refuse_built_in(connector)
    before = observation.of(portal, connector)
    if not before:
        return Nothing(sentence=_nothing_there(portal, connector))
    owner = ownership(connector, portal.ours())
    if owner is not Ownership.OURS and portal.refuses_unowned:
        raise Refusal(
            f"{connector} was neither registered nor adopted here, and this installation leaves such connectors alone.",
            hint="Adopt it first if it is yours, or ask an administrator about B24BOT_UNOWNED.",
        )
    lines = [line for line in portal.lines() if line.title in before]
    return Plan(
        summary=f"Remove the connector {connector} from {portal.place.name}",
        target=f"connector:{connector}",
        calls=(catalogue.call("imconnector.unregister", _note(connector, lines), ID=connector),),
        before=before,
        wanted=dict.fromkeys(before),
        undo=snapshot.undo(portal.snapshot(connector), connector, lines),
        radius=tuple(f"{line.name} (line {line.id}, {line.switch}): {before[line.title]}" for line in lines),
        warnings=tuple(_warnings(connector, owner, lines, registered=observation.REGISTRATION in before)),
    )


def _refuse_built_in(connector: str) -> None:
    if connector in BUILT_IN:
        raise Refusal(
            f"{connector} is one of Bitrix24's own channels. Removing it would switch it off on every line.",
            hint="Switch it off line by line in the portal's Contact Center if that is what you want.",
        )


def _nothing_there(portal: Portal, connector: str) -> str:
    meant = identifiers.suggest(connector, [found.id for found in portal.connectors()])
    sentence = f"There is no connector “{connector}” on {portal.place.name}, so there is nothing to remove."
    return f"{sentence} Did you mean “{meant}”?" if meant else sentence


def _note(connector: str, lines: Sequence[Line]) -> str:
    if not lines:
        return f"Unregister {connector}, which is not connected to any line."
    return f"Unregister {connector} and disconnect it from {words.count(len(lines), 'line')}."


def _warnings(connector: str, owner: Ownership, lines: Sequence[Line], *, registered: bool) -> list[str]:
    told: list[str] = []
    if owner is not Ownership.OURS:
        named = ", ".join(line.name for line in lines) or "every line"
        told.append(
            f"It is not proven that {connector} is ours: it was neither registered nor adopted here. If it belongs to "
            f"another application, the portal will still cut it off from {named}, keep its registration, and answer "
            "that all went well."
        )
    if not registered:
        told.append(f"The portal does not list {connector} as registered; what is left of it on lines will be removed.")
    if lines:
        told.append("Open chats stay open, but what operators write in them afterwards reaches nobody.")
    return told
