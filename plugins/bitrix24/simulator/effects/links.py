"""Connector ids, and what follows when one leaves a line or the portal (docs/portal-behaviour.md P31, P42, P90)."""

from __future__ import annotations

from typing import Any

from plugins.bitrix24.simulator.calls.call import Cause
from plugins.bitrix24.simulator.effects.events import Event, emit
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.rows import Status
from plugins.bitrix24.simulator.state.world import World


def connector_id(value: Any) -> str:
    """Lower case, cut at the first dot unless the id begins with it; an array raises PhpTypeError."""
    lower = php_values.text(value).lower()
    dot = lower.find(".")
    return lower[:dot] if dot > 0 else lower


def switch_off(world: World, shown: str, line: int, cause: Cause) -> None:
    """Drop the status row with its data and tell the owner, row or no row; `shown` is the id as it was given."""
    key = shown.lower()
    world.state.statuses.drop((key, line))
    data = {"connector": shown, "line": line}
    emit(world, Event(name="ONIMCONNECTORSTATUSDELETE", data=data, owner=world.state.owner(key), cause=cause))


def rows_of(world: World, connector: str) -> list[Status]:
    return world.state.statuses.where(lambda row: row.connector == connector)


def unregister(world: World, connector: str, client_id: str, cause: Cause) -> None:
    """Drop every activation of the id, whoever owns it; then the registration, if it is the application's own."""
    for row in rows_of(world, connector):
        switch_off(world, connector, row.line, cause)
    found = world.state.connectors.get(connector)
    if found is None or found.client_id != client_id:
        return
    world.state.connectors.drop(connector)
    if not world.state.connectors.where(lambda row: row.placement_id == found.placement_id):
        world.state.placements.drop(found.placement_id)


def delete_line(world: World, line: int, cause: Cause) -> bool:
    """StatusDelete for each connector on the line, then LineDelete to every subscriber."""
    if world.state.lines.get(line) is None:
        return False
    for row in world.state.statuses.where(lambda row: row.line == line):
        switch_off(world, row.connector, line, cause)
    world.state.lines.drop(line)
    emit(world, Event(name="ONIMCONNECTORLINEDELETE", data=line, cause=cause))
    return True


def strip_application(world: World, client_id: str, cause: Cause) -> None:
    """What an application leaves behind when it is removed, switched off or no longer installed."""
    for row in world.state.connectors.where(lambda row: row.client_id == client_id):
        unregister(world, row.id, client_id, cause)
    world.state.handlers.drop_where(lambda row: row.client_id == client_id)
    world.state.offline.drop_where(lambda row: row.client_id == client_id)
    world.state.placements.drop_where(lambda row: row.client_id == client_id)
