"""Putting things into a portal without calling it: lines, connectors, activations, people, channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from plugins.bitrix24.simulator.effects.links import connector_id
from plugins.bitrix24.simulator.row_patches import ControlError, need, patched
from plugins.bitrix24.simulator.state.rows import FLAGS, Connector, Line, Placement, Status, User
from plugins.bitrix24.simulator.state.world import World

PIXEL = "data:image/svg+xml;charset=US-ASCII,%3Csvg%20xmlns%3D%22http%3A//www.w3.org/2000/svg%22/%3E"


def app_id(world: World, name: Any) -> str:
    """`main`, `other` or a client_id, as a client_id; None is the main application."""
    known = {None: world.facts.main.client_id, "main": world.facts.main.client_id, "other": world.facts.other.client_id}
    found = known.get(name, str(name))
    if found not in world.state.apps:
        raise ControlError(f"There is no application {name!r}. There are: main, other, {', '.join(world.state.apps)}.")
    return found


def seed(world: World, content: Mapping[str, Any]) -> dict[str, Any]:
    """Add what is named; returns what is there then. Keys: built_in, people, lines, connectors, activations."""
    unknown = set(content) - set(SEEDERS)
    if unknown:
        raise ControlError(f"Cannot seed {', '.join(sorted(unknown))}. There are: {', '.join(SEEDERS)}.")
    for name, plant in SEEDERS.items():
        if name in content:
            plant(world, content[name])
    return {"lines": list(world.state.lines), "connectors": list(world.state.connectors)}


def _built_in(world: World, content: Mapping[str, str]) -> None:
    world.state.built_in.clear()
    for ident, name in content.items():
        world.state.built_in.put(ident, name)


def _people(world: World, content: list[dict[str, Any]]) -> None:
    for each in content:
        set_person(world, each)


def set_person(world: World, content: Mapping[str, Any]) -> User:
    """Change an employee, or add one."""
    number = need(content, "id", int)
    old = world.state.users.get(number) or User(id=number, name=f"User {number}")
    rest = {name: value for name, value in content.items() if name != "id"}
    return world.state.users.put(number, patched(old, rest, fixed=("id",)))


def _lines(world: World, content: list[dict[str, Any]]) -> None:
    for each in content:
        number = each.get("id") or world.state.number("line")
        world.state.used("line", int(number))
        old = world.state.lines.get(int(number)) or Line(id=int(number), name=f"Open Channel {number}")
        rest = {name: value for name, value in each.items() if name != "id"}
        world.state.lines.put(old.id, patched(old, rest, fixed=("id",)))


def _connectors(world: World, content: list[dict[str, Any]]) -> None:
    for each in content:
        ident = str(need(each, "id", str)).lower()
        client_id = app_id(world, each.get("app"))
        handler = each.get("handler", "https://b24bot.example/bitrix24/placement")
        placement = Placement(
            id=world.state.number("placement"),
            client_id=client_id,
            placement="SETTING_CONNECTOR",
            handler=handler,
            own=False,
        )
        row = Connector(
            id=ident,
            name=each.get("name", ident),
            icon=each.get("icon", {"DATA_IMAGE": PIXEL}),
            handler=handler,
            client_id=client_id,
            placement_id=placement.id,
            icon_disabled=each.get("icon_disabled", {}),
            flags={**FLAGS, **each.get("flags", {})},
            comment=each.get("comment", ""),
        )
        world.state.placements.put(placement.id, placement)
        world.state.connectors.put(ident, row)


def _activations(world: World, content: list[dict[str, Any]]) -> None:
    for each in content:
        on = each.get("active", True)
        row = Status(
            connector=connector_id(need(each, "connector", str)),
            line=need(each, "line", int),
            active=on,
            connection=on,
            register=on,
            error=each.get("error", False),
            data={str(key).upper(): str(value) for key, value in each.get("data", {}).items()},
        )
        world.state.put_status(row)


SEEDERS: dict[str, Callable[[World, Any], None]] = {
    "built_in": _built_in,
    "people": _people,
    "lines": _lines,
    "connectors": _connectors,
    "activations": _activations,
}
