"""event.offline.*: an application's queue of events on the portal (docs/portal-behaviour.md P74)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from plugins.bitrix24.simulator.calls.call import DENIED, Call, Method
from plugins.bitrix24.simulator.effects.events import OFFLINE_SECONDS
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import Page, RestError
from plugins.bitrix24.simulator.state.rows import OfflineEvent

PAGE = 50
NO_FEATURE = "This feature is not enabled for the current license: extended offline events handling"


def _mine(call: Call) -> list[OfflineEvent]:
    """The application's events that have not lapsed and fit the filter, oldest first or as ordered."""
    call.need_admin()
    oldest = call.world.clock.time() - OFFLINE_SECONDS
    key = (call.caller.client_id, call.caller.auth_connector)
    rows = call.state.offline.where(lambda row: (row.client_id, row.auth_connector) == key and row.at > oldest)
    wanted = php_values.upper_keys(dict(php_values.items(call.get("FILTER") or {})))
    rows = [row for row in rows if all(_fits(row, name, value) for name, value in wanted.items())]
    order = php_values.upper_keys(dict(php_values.items(call.get("ORDER") or {})))
    return sorted(rows, key=lambda row: row.id, reverse=str(order.get("ID", "")).upper() == "DESC")


def _shown(row: OfflineEvent) -> dict[str, Any]:
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": datetime.fromtimestamp(int(row.at), UTC).isoformat(),
        "EVENT_NAME": row.event,
        "EVENT_DATA": row.data,
        "EVENT_ADDITIONAL": {"user_id": str(row.user_id)},
        "MESSAGE_ID": row.message_id,
    }


def _fits(row: OfflineEvent, name: str, value: Any) -> bool:
    return str(_listed(row).get(name.lstrip("="))) == php_values.text(value)


def _listed(row: OfflineEvent) -> dict[str, Any]:
    return {**_shown(row), "PROCESS_ID": row.process_id, "ERROR": int(row.failed)}


def get(call: Call) -> Any:
    """Take events off the queue, or reserve them under a process id where the plan has that."""
    clear = call.get("CLEAR") is None or not php_values.empty(call.get("CLEAR"))
    if not clear and not call.state.plan.extended_offline:
        raise RestError(403, "WRONG_LICENSE", NO_FEATURE)
    limit = PAGE if call.get("LIMIT") is None else php_values.to_int(call.get("LIMIT"))
    if limit <= 0:
        raise RestError(400, "ERROR_ARGUMENT", "Value must be positive integer", argument="LIMIT")
    process = "" if php_values.empty(call.get("PROCESS_ID")) else php_values.text(call.get("PROCESS_ID"))
    failed = not php_values.empty(call.get("ERROR"))
    rows = [row for row in _mine(call) if row.process_id == process and row.failed == failed]
    rows = rows[:limit]
    if clear:
        for row in rows:
            call.state.offline.drop(row.id)
        return {"process_id": None, "events": [_shown(row) for row in rows]}
    process = process or secrets.token_hex(16)
    for row in rows:
        call.state.offline.put(row.id, replace(row, process_id=process))
    return {"process_id": process, "events": [_shown(row) for row in rows]}


def _of_process(call: Call) -> list[OfflineEvent]:
    process = php_values.text(call.get("PROCESS_ID"))
    rows = [row for row in _mine(call) if row.process_id == process]
    for name, field in (("ID", "id"), ("MESSAGE_ID", "message_id")):
        if php_values.is_array(call.get(name)):
            wanted = {php_values.text(each) for each in php_values.values(call.get(name))}
            rows = [row for row in rows if str(getattr(row, field)) in wanted]
    return rows


def clear(call: Call) -> Any:
    """Remove rows of a process. An empty one stands for those that nobody has reserved, where the portal takes it."""
    if call.world.switches["offline_clear_empty_process"] == "allowed":
        call.need("PROCESS_ID")
    else:
        call.need_filled("PROCESS_ID")
    for row in _of_process(call):
        call.state.offline.drop(row.id)
    return True


def error(call: Call) -> Any:
    """Mark reserved events as failed: they are read again with ERROR=1 only."""
    call.need_filled("PROCESS_ID", "MESSAGE_ID")
    for row in _of_process(call):
        call.state.offline.put(row.id, replace(row, failed=True))
    return True


def list_all(call: Call) -> Any:
    """The queue as it is, fifty a page."""
    rows = _mine(call)
    first = max(0, php_values.to_int(call.start))
    more = first + PAGE < len(rows)
    return Page(
        result=[_listed(row) for row in rows[first : first + PAGE]],
        total=None if php_values.to_int(call.start) < 0 else len(rows),
        next=first + PAGE if more and php_values.to_int(call.start) >= 0 else None,
    )


ROWS = tuple(
    Method(name=f"event.offline.{name}", run=run, denied=DENIED)
    for name, run in (("get", get), ("clear", clear), ("error", error), ("list", list_all))
)
