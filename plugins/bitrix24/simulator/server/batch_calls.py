"""Many calls in one request: references between them, their errors, and what a batch may not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.calls.authorization import check_scope
from plugins.bitrix24.simulator.calls.call import Call, Method
from plugins.bitrix24.simulator.calls.invocation import invoke, time_block
from plugins.bitrix24.simulator.methods import METHODS
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.php.params import parse_query
from plugins.bitrix24.simulator.state.faults import inner_body
from plugins.bitrix24.simulator.state.journal import CallEntry
from plugins.bitrix24.simulator.state.method_errors import Page, Refusal, RestError

LENGTH = 50
NOT_ALLOWED = ("batch", "download", "upload")
REFERENCE = re.compile(r"\$result((?:\[[^\]]+\])+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The five maps of an answer, by key of the command."""

    result: dict[str, Any] = field(default_factory=dict)
    result_error: dict[str, Any] = field(default_factory=dict)
    result_total: dict[str, Any] = field(default_factory=dict)
    result_next: dict[str, Any] = field(default_factory=dict)
    result_time: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        maps = {
            "result": self.result,
            "result_error": self.result_error,
            "result_total": self.result_total,
            "result_next": self.result_next,
            "result_time": self.result_time,
        }
        return {name: php_values.as_list(found) for name, found in maps.items()}


def run(call: Call) -> Any:
    """The method `batch`: one call to the bucket, fifty commands at most."""
    commands = call.get("CMD")
    results = Results()
    if not php_values.is_array(commands):
        raise RestError(400, "ERROR_ARGUMENT", "Argument 'CMD' is null or empty", argument="CMD")
    halt = not php_values.empty(call.get("HALT"))
    texts = [(key, text) for key, text in php_values.items(commands) if isinstance(text, str)]
    for number, (key, text) in enumerate(texts):
        failed = not _one(call, results, number, key, text)
        if failed and halt:
            break
    return results.body()


def names(params: Mapping[str, Any]) -> Iterator[str]:
    """The methods of a batch's commands, in their order."""
    commands = params.get("CMD")
    for _, text in php_values.items(commands) if php_values.is_array(commands) else ():
        if isinstance(text, str):
            yield text.partition("?")[0].lower()


def _one(call: Call, results: Results, number: int, key: str, text: str) -> bool:
    """Run one command and file what came of it; False when it failed."""
    name, _, query = text.partition("?")
    name = name.lower()
    params = _resolve(parse_query(query), results.result)
    begun, before = call.world.clock.time(), call.state.revision
    fault = call.world.faults.take(name, inner=True)
    try:
        row = _row(name, number)
        refused = inner_body(fault) if fault else _run(call, results, key, row, params)
    except RestError as error:
        refused = error.body()
    if refused is None:
        results.result_time[key] = time_block(call.world, begun, call.caller.key, name)
    elif "error" in refused:
        results.result_error[key] = refused
        if "result" in refused:
            results.result[key] = False
    else:
        results.result[key] = refused.get("result")
    outcome = f"fault:{fault.kind.name}" if fault else str((refused or {}).get("error", "ok"))
    _note(call, name, params, outcome, call.state.revision != before)
    return refused is None or "error" not in refused


def _row(name: str, number: int) -> Method:
    if number >= LENGTH:
        raise RestError(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    if name in NOT_ALLOWED:
        raise RestError(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
    if name not in METHODS:
        raise RestError(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    return METHODS[name]


def _run(call: Call, results: Results, key: str, row: Method, params: dict[str, Any]) -> dict[str, Any] | None:
    """None when the command succeeded, else the body of its refusal."""
    world = call.world
    check_scope(world, call.caller, row.scope, in_batch=True)
    start = params.pop("start", None)
    inner = Call(world=world, caller=call.caller, method=row.name, params=row.prepare(params), start=start)
    value = invoke(inner, row, charged=world.switches["batch_charged_to"] == "inner")
    if isinstance(value, Refusal):
        if world.switches["register_error_shape"] == "flat":
            return value.body()
        value = value.body()
    if isinstance(value, Page):
        if value.total is not None:
            results.result_total[key] = value.total
        if value.next is not None:
            results.result_next[key] = value.next
        value = value.result
    results.result[key] = value
    return None


def _note(call: Call, name: str, params: Any, outcome: str, effect: bool) -> None:
    who = call.caller
    entry = CallEntry(
        at=call.world.clock.time(),
        method=name,
        params=params,
        caller="webhook" if who.webhook else "application",
        app=who.client_id,
        user=who.user.id,
        status=200,
        outcome=outcome,
        effect=effect,
        in_batch=True,
    )
    call.world.journal.calls.append(entry)


def _resolve(value: Any, done: dict[str, Any]) -> Any:
    """Put earlier results in place of `$result[key][field]`; what is not there is null."""
    if isinstance(value, dict):
        return {key: _resolve(each, done) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolve(each, done) for each in value]
    whole = REFERENCE.fullmatch(value)
    if whole:
        return _look_up(whole[1], done)
    return REFERENCE.sub(lambda found: _as_text(_look_up(found[1], done)), value)


def _as_text(value: Any) -> str:
    return "Array" if php_values.is_array(value) else php_values.text(value)


def _look_up(path: str, done: Any) -> Any:
    for key in re.findall(r"\[([^\]]+)\]", path):
        if not php_values.is_array(done):
            return None
        done = dict(php_values.items(done)).get(key)
    return done
