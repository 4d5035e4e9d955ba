"""One REST request from its address to its answer, judged in the portal's order (docs/portal-behaviour.md P91)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from plugins.bitrix24.simulator.calls.authorization import authorise
from plugins.bitrix24.simulator.calls.call import Call, Caller, Method
from plugins.bitrix24.simulator.calls.invocation import invoke, time_block
from plugins.bitrix24.simulator.methods import METHODS
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.php.params import RestRequest, read_request
from plugins.bitrix24.simulator.server import batch_calls
from plugins.bitrix24.simulator.state import faults
from plugins.bitrix24.simulator.state.faults import Fault, Means
from plugins.bitrix24.simulator.state.journal import CallEntry
from plugins.bitrix24.simulator.state.method_errors import Page, Refusal, RestError
from plugins.bitrix24.simulator.state.world import World

ROWS: dict[str, Method] = {**METHODS, "batch": Method(name="batch", run=batch_calls.run)}
TYPE_ERROR = "PHP_TYPE_ERROR"
HEADERS = {"Content-Type": "application/json; charset=utf-8", "Access-Control-Allow-Origin": "*"}
FATAL = {
    "html": LoopbackReply(status=500, headers=dict(faults.HTML_TYPE), body=faults.HTML_PAGE % (500, 500)),
    "empty": LoopbackReply(status=500, headers=dict(faults.HTML_TYPE)),
    "json": LoopbackReply.json(
        {"error": "INTERNAL_SERVER_ERROR", "error_description": "Internal server error"}, status=500
    ),
}


def answer(world: World, web: LoopbackRequest) -> LoopbackReply:
    """Answer a request under `/rest/`."""
    if web.path.startswith("/rest/api/"):
        return LoopbackReply.json({"error": {"code": "METHOD_NOT_FOUND", "message": "Method not found"}}, status=404)
    request = read_request(web)
    world.sender.settle()
    with world.lock:
        moved = _moved(world, web)
        fault = None if moved else _fault(world, request)
    if moved:
        _note(world, request, None, moved.status, "moved", fault=None)
        return moved
    if fault is None:
        return _perform(world, request, None)
    means = Means(
        perform=lambda: _perform(world, request, fault),
        skipped=lambda: _note(world, request, None, 0, f"fault:{fault.kind.name}", fault=fault),
        pause=world.sender.pause,
        later=world.sender.later,
    )
    return faults.apply(fault, means)


def _fault(world: World, request: RestRequest) -> Fault | None:
    """The fault of this request; of a batch also one that a method in it is to meet and that no item can have."""
    fault = world.faults.take(request.address.method)
    if fault is None and request.address.method == "batch":
        names = batch_calls.names(ROWS["batch"].prepare(request.params))
        return next(filter(None, (world.faults.take(name, around=True) for name in names)), None)
    return fault


def _moved(world: World, web: LoopbackRequest) -> LoopbackReply | None:
    """A renamed portal sends everybody who asks under its old name to the new one, with an empty body."""
    new = world.state.plan.renamed_to
    if not new or web.headers.get("host") == new:
        return None
    query = f"?{web.query}" if web.query else ""
    return LoopbackReply(status=302, headers={"Location": f"{world.facts.scheme}://{new}{web.path}{query}"})


def _perform(world: World, request: RestRequest, fault: Fault | None) -> LoopbackReply:
    """Judge the call, carry it out and write it down."""
    with world.lock:
        begun, before = world.clock.time(), world.state.revision
        world.told.clear()
        caller: Caller | None = None
        try:
            _take_turn(world, request)
            row = _find(request)
            caller = authorise(world, request, row.scope)
            value = _run(world, request, caller, row)
            reply, outcome = _success(world, request, caller, value, begun)
        except RestError as error:
            reply, outcome = _reply(error.status, error.body()), error.code
        except php_values.PhpTypeError:
            reply, outcome = FATAL[world.switches["type_error_body"]], TYPE_ERROR
        effect = world.state.revision != before
        _note(world, request, caller, reply.status, outcome, fault=fault, effect=effect)
        return _as_xml(reply) if request.address.xml and outcome != TYPE_ERROR else reply


def _take_turn(world: World, request: RestRequest) -> None:
    if world.switches["rate_limit"] == "on":
        world.bucket.take(request.source, world.rate)


def _find(request: RestRequest) -> Method:
    row = ROWS.get(request.address.method)
    if row is None:
        raise RestError(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    return row


def _run(world: World, request: RestRequest, caller: Caller, row: Method) -> Any:
    call = Call(
        world=world,
        caller=caller,
        method=row.name,
        params=row.prepare(request.params),
        start=request.start,
    )
    charged = row.name != "batch" or world.switches["batch_charged_to"] == "batch"
    return invoke(call, row, charged=charged)


def _success(world: World, request: RestRequest, caller: Caller, value: Any, begun: float) -> tuple[LoopbackReply, str]:
    outcome = "ok"
    if isinstance(value, Refusal):
        outcome = value.code
        if world.switches["register_error_shape"] == "flat":
            return _reply(200, value.body()), outcome
        value = value.body()
    body: dict[str, Any] = {"result": value.result if isinstance(value, Page) else value}
    if isinstance(value, Page):
        lifted = {"next": value.next, "total": value.total}
        body |= {name: number for name, number in lifted.items() if number is not None}
    body["time"] = time_block(world, begun, caller.key, request.address.method)
    body = php_values.spoil_wide_text(body, world.switches["wide_text"])
    reply = _reply(200, body)
    extra = {"X-Bitrix-Rest-Application": caller.client_id, "X-Bitrix-Rest-Time": f"{body['time']['duration']:.10f}"}
    return replace(reply, headers={**reply.headers, **extra}), outcome


def _reply(status: int, body: dict[str, Any]) -> LoopbackReply:
    return LoopbackReply(status=status, headers=HEADERS, body=php_values.encode(body))


def _as_xml(reply: LoopbackReply) -> LoopbackReply:
    text = f'<?xml version="1.0" encoding="utf-8"?><response>{php_values.to_xml(json.loads(reply.body))}</response>'
    return replace(reply, headers={**reply.headers, "Content-Type": "text/xml; charset=utf-8"}, body=text.encode())


def _note(
    world: World,
    request: RestRequest,
    caller: Caller | None,
    status: int,
    outcome: str,
    *,
    fault: Fault | None,
    effect: bool = False,
) -> None:
    entry = CallEntry(
        at=world.clock.time(),
        method=request.address.method,
        params=request.params,
        caller="webhook" if request.address.webhook else "application",
        app=caller.client_id if caller else "",
        user=caller.user.id if caller else 0,
        status=status,
        outcome=outcome,
        effect=effect,
        fault=fault.kind.name if fault else "",
        request=request.name,
    )
    with world.lock:
        world.journal.calls.append(entry)
