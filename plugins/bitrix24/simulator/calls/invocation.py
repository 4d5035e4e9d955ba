"""Running one method for a caller who has been let in: operating time, kind of authorisation, then the method."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from plugins.bitrix24.simulator.calls.call import Call, Method
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.world import World


def invoke(call: Call, row: Method, *, charged: bool = True) -> Any:
    """The method's value; RestError and PhpTypeError pass through. `charged` False costs no operating time."""
    world, key = call.world, call.caller.key
    if charged:
        world.operating.check(key, row.name, world.switches["operating_limit"])
        world.operating.charge(key, row.name, world.operating.cost(row.name))
    if row.denied and call.caller.webhook:
        raise RestError(403, "WRONG_AUTH_TYPE", row.denied)
    return row.run(call)


def time_block(world: World, begun: float, key: str, method: str) -> dict[str, Any]:
    """The eight keys of `time`; without a limiter only six of them."""
    lasted = world.operating.cost(method)
    finish = max(world.clock.time(), begun) + lasted
    found: dict[str, Any] = {
        "start": begun,
        "finish": finish,
        "duration": finish - begun,
        "processing": lasted,
        "date_start": _iso(begun),
        "date_finish": _iso(finish),
    }
    if world.switches["operating_limit"] != "off":
        found["operating_reset_at"] = world.operating.reset_at(key, method)
        found["operating"] = world.operating.used(key, method)
    return found


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), UTC).isoformat()
