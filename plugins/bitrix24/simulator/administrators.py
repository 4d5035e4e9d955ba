"""What administrators, and the vendor, do to a portal as a whole: its plan, its name, its registration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from plugins.bitrix24.simulator.row_patches import ControlError, need
from plugins.bitrix24.simulator.state.world import World, new_member_id

ControlRequest = Mapping[str, Any]


def lapse(world: World, _asked: ControlRequest) -> Any:
    """The plan ends: REST is refused, and tokens stay as they are."""
    return _set_plan(world, rest=False)


def pay(world: World, _asked: ControlRequest) -> Any:
    """The plan is paid again."""
    return _set_plan(world, rest=True)


def shrink_plan(world: World, asked: ControlRequest) -> Any:
    """lines: so many lines may be on; the portal switches off those with the highest ids.

    Without `lines` the switch `lines_limit` says how many.
    """
    limit = world.switches["lines_limit"]
    if "lines" not in asked and limit == "none":
        return {"switched_off": []}
    most = need({"lines": int(limit) if limit != "none" else 0, **asked}, "lines", int)
    if most < 1:
        raise ControlError(f"'lines' must be 1 or more; it was {most}.")
    with world.lock:
        active = sorted((line for line in world.state.lines.rows() if line.active), key=lambda line: line.id)
        for line in active[most:]:
            world.state.lines.put(line.id, replace(line, active=False))
        return {"switched_off": [line.id for line in active[most:]]}


def rename(world: World, asked: ControlRequest) -> Any:
    """domain: the portal has another name; under the old one it sends everybody to the new one."""
    return _set_plan(world, renamed_to=str(need(asked, "domain", str)))


def set_queue(world: World, asked: ControlRequest) -> Any:
    """line, users: these users answer on the line from now on; an empty list leaves nobody."""
    users = need(asked, "users", list)
    with world.lock:
        line = world.state.lines.get(need(asked, "line", int))
        if line is None:
            raise ControlError(f"There is no line {asked['line']}. There are: {list(world.state.lines)}.")
        world.state.lines.put(line.id, replace(line, queue=tuple(int(user) for user in users)))
        return {"queue": users}


def close_senders(world: World, _asked: ControlRequest) -> Any:
    """A firewall keeps the vendor's servers from the handlers of events; REST goes on."""
    return _set_plan(world, posts_events=False)


def open_senders(world: World, _asked: ControlRequest) -> Any:
    """The vendor's servers reach the handlers of events again."""
    return _set_plan(world, posts_events=True)


def register_again(world: World, _asked: ControlRequest) -> Any:
    """A portal on somebody's own premises is registered anew: another member_id, and every token is dead."""
    with world.lock:
        world.facts = replace(world.facts, member_id=new_member_id())
        world.tokens.forget()
        world.auth_cache.clear()
        return {"member_id": world.facts.member_id}


def _set_plan(world: World, **changes: Any) -> Any:
    with world.lock:
        world.state.plan = replace(world.state.plan, **changes)
        return changes


ACTIONS: Mapping[str, Callable[[World, ControlRequest], Any]] = {
    "lapse": lapse,
    "pay": pay,
    "shrink_plan": shrink_plan,
    "rename": rename,
    "register_again": register_again,
    "set_queue": set_queue,
    "close_senders": close_senders,
    "open_senders": open_senders,
}
