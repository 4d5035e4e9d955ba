"""The control API under `/control/`: looking into the portal, and making it do what a test needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from bot.plugin.frozen import dataclass
from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from plugins.bitrix24.simulator.calls.call import NOBODY
from plugins.bitrix24.simulator.effects.links import strip_application
from plugins.bitrix24.simulator.operators import act as operate
from plugins.bitrix24.simulator.row_patches import ControlError, need, patched
from plugins.bitrix24.simulator.seed import app_id, seed, set_person
from plugins.bitrix24.simulator.state.faults import UnknownFault, read_fault
from plugins.bitrix24.simulator.state.switches import SWITCHES, UnknownSwitch
from plugins.bitrix24.simulator.state.world import ADMIN, World

ControlRequest = Mapping[str, Any]
Act = Callable[[World, ControlRequest], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address of the control API. `locked`: the act runs under the World's lock."""

    method: str
    path: str
    act: Act
    help: str
    locked: bool = True


def answer(world: World, web: LoopbackRequest) -> LoopbackReply:
    """Answer a request under `/control/`; mistakes come back as 400 with a sentence."""
    path = web.path.removeprefix("/control").strip("/")
    route = BY_ADDRESS.get((web.method, path))
    if route is None:
        text = f"There is no {web.method} /control/{path}. GET /control/ lists what there is."
        return LoopbackReply.json({"error": text}, status=404)
    world.sender.settle()
    try:
        asked = json.loads(web.body or b"{}")
        if route.locked:
            with world.lock:
                return LoopbackReply.json(route.act(world, asked))
        return LoopbackReply.json(route.act(world, asked))
    except (ControlError, UnknownFault, UnknownSwitch) as error:
        return LoopbackReply.json({"error": str(error)}, status=400)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        return LoopbackReply.json({"error": f"The body cannot be used: {error}"}, status=400)


def _index(_world: World, _asked: ControlRequest) -> Any:
    return [{"method": route.method, "path": f"/control/{route.path}", "help": route.help} for route in ROUTES]


def _state(world: World, _asked: ControlRequest) -> Any:
    journal = world.journal.as_json()
    return {
        **world.state.as_json(),
        "switches": world.switches.all(),
        "time": world.clock.time(),
        "bucket": world.bucket.levels(),
        "faults": [fault.as_json() for fault in world.faults.waiting()],
        "journal": journal["calls"],
        "token_calls": journal["token_calls"],
    }


def _journal(world: World, _asked: ControlRequest) -> Any:
    return world.journal.as_json()


def _events(world: World, _asked: ControlRequest) -> Any:
    idle = world.sender.idle()
    return {"idle": idle, "events": [delivery.as_json() for delivery in list(world.sender.deliveries)]}


def _switches(world: World, asked: ControlRequest) -> Any:
    for name, value in asked.items():
        world.switches.set(name, value)
    return world.switches.all()


def _switch_rows(_world: World, _asked: ControlRequest) -> Any:
    return [asdict(switch) for switch in SWITCHES]


def _add_faults(world: World, asked: Any) -> Any:
    for each in [read_fault(one) for one in (asked if isinstance(asked, list) else [asked])]:
        world.faults.add(each)
    return _faults(world, {})


def _faults(world: World, _asked: ControlRequest) -> Any:
    return [fault.as_json() for fault in world.faults.waiting()]


def _clear_faults(world: World, _asked: ControlRequest) -> Any:
    world.faults.clear()
    return []


def _clock(world: World, asked: ControlRequest) -> Any:
    """Not under the lock: what falls due takes the lock itself."""
    if "freeze" in asked:
        world.clock.freeze(bool(asked["freeze"]))
    seconds = asked.get("advance", 0)
    if not isinstance(seconds, int | float) or seconds < 0:
        raise ControlError(f"'advance' must be seconds, zero or more; it was {seconds!r}.")
    world.clock.advance(seconds)
    world.sender.settle()
    world.sender.wake()
    return {"time": world.clock.time(), "frozen": world.clock.frozen}


def _person(world: World, asked: ControlRequest) -> Any:
    return asdict(set_person(world, asked))


def _app(world: World, asked: ControlRequest) -> Any:
    """Change an application; one that stops being active or installed loses what it had on the portal."""
    client_id = app_id(world, asked.get("app"))
    old = world.state.apps[client_id]
    rest = {name: value for name, value in asked.items() if name != "app"}
    new = patched(old, rest, fixed=("client_id", "app_id", "deleted"))
    if (old.active and old.installed) and not (new.active and new.installed):
        strip_application(world, client_id, NOBODY)
    return asdict(world.state.apps.put(client_id, new))


def _plan(world: World, asked: ControlRequest) -> Any:
    new = patched(world.state.plan, asked)
    world.state.plan = new
    return asdict(new)


def _costs(world: World, asked: ControlRequest) -> Any:
    for method, seconds in asked.items():
        world.operating.costs[method.lower()] = float(seconds)
    return dict(world.operating.costs)


def _expire(world: World, asked: ControlRequest) -> Any:
    kind = asked.get("kind", "access")
    if kind not in ("access", "refresh", "both"):
        raise ControlError(f"'kind' must be access, refresh or both, not {kind!r}.")
    client_id = app_id(world, asked["app"]) if asked.get("app") else None
    lapsed = world.tokens.expire(client_id=client_id, access=kind != "refresh", refresh=kind != "access")
    return {"expired": lapsed}


def _issue(world: World, asked: ControlRequest) -> Any:
    """A new pair for an application and a user, with the application's scope or a narrower one."""
    scope = tuple(need(asked, "scope", list)) if "scope" in asked else None
    pair = world.tokens.issue(app_id(world, asked.get("app")), int(asked.get("user", ADMIN)), scope=scope)
    return {"access_token": pair.access.value, "refresh_token": pair.refresh.value}


def _reset(world: World, _asked: ControlRequest) -> Any:
    world.reset()
    return {"reset": True}


ROUTES = (
    Route(method="GET", path="", act=_index, help="this list"),
    Route(method="GET", path="state", act=_state, help="every table, the journal, switches, faults, time"),
    Route(method="GET", path="journal", act=_journal, help="REST calls and token calls alone"),
    Route(method="GET", path="events", act=_events, help="deliveries made, once the sender is idle", locked=False),
    Route(method="POST", path="seed", act=seed, help="lines, connectors, activations, people, built_in"),
    Route(method="GET", path="switches", act=_switch_rows, help="the switches, their values and what they mean"),
    Route(method="POST", path="switches", act=_switches, help="{name: value, ...}"),
    Route(method="GET", path="faults", act=_faults, help="the faults that wait"),
    Route(method="POST", path="faults", act=_add_faults, help="one fault or a list: kind, method, times, ..."),
    Route(method="DELETE", path="faults", act=_clear_faults, help="forget the faults that wait"),
    Route(method="GET", path="clock", act=_clock, help="the portal's time", locked=False),
    Route(method="POST", path="clock", act=_clock, help="advance: seconds; freeze: true or false", locked=False),
    Route(method="POST", path="people", act=_person, help="id, name, admin, active, app_access, connectors, lines"),
    Route(method="POST", path="permissions", act=_person, help="the same as people"),
    Route(method="POST", path="app", act=_app, help="app, active, installed, paid, scope, redirect_uri, ..."),
    Route(method="POST", path="plan", act=_plan, help="rest, overloaded, deleted, enterprise, renamed_to, ..."),
    Route(method="POST", path="costs", act=_costs, help="{method: seconds that each call of it lasts}"),
    Route(method="POST", path="operator", act=operate, help="action and its fields", locked=False),
    Route(method="POST", path="tokens/expire", act=_expire, help="app, kind: access, refresh or both"),
    Route(method="POST", path="tokens/issue", act=_issue, help="app, user, scope: a new pair"),
    Route(method="POST", path="reset", act=_reset, help="a fresh portal with the same keys"),
)
BY_ADDRESS = {(route.method, route.path): route for route in ROUTES}
