"""imconnector.activate, status, connector.data.set and set.error (docs/portal-behaviour.md P35 to P51)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from plugins.bitrix24.simulator.calls.call import APPLICATION_NEEDED, Call, Method
from plugins.bitrix24.simulator.effects.links import connector_id, switch_off
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.rows import Status

DATA_KEYS = ("ID", "URL", "URL_IM", "NAME")
DONE = {"SUCCESS": True, "DATA": []}


def activate(call: Call) -> Any:
    """Neither the connector nor the line need exist; "N" switches on."""
    call.need("CONNECTOR", "LINE", "ACTIVE")
    line = php_values.to_int(call.get("LINE"))
    if php_values.empty(call.get("ACTIVE")):
        switch_off(call.world, php_values.text(call.get("CONNECTOR")), line, call.cause)
        return True
    row = call.state.status(connector_id(call.get("CONNECTOR")), line)
    call.state.put_status(replace(row, active=True, connection=True, register=True, error=False))
    return True


def status(call: Call) -> Any:
    """Never fails for what it does not know: everything is false then."""
    call.need("CONNECTOR")
    ident, line = connector_id(call.get("CONNECTOR")), php_values.to_int(call.get("LINE"))
    row = call.state.status(ident, line)
    return {
        "LINE": line,
        "CONNECTOR": ident,
        "ERROR": row.error,
        "CONFIGURED": row.configured,
        "STATUS": row.working,
    }


def set_data(call: Call) -> Any:
    """Merge, or overwrite by switch, the known fields; works before the activation too."""
    call.need("CONNECTOR", "LINE", "DATA")
    row = call.state.status(connector_id(call.get("CONNECTOR")), php_values.to_int(call.get("LINE")))
    sent = php_values.upper_keys(dict(php_values.items(call.get("DATA"))))
    given = {key: php_values.text(sent[key]) for key in DATA_KEYS if not php_values.empty(sent.get(key))}
    merge = call.world.switches["data_set"] == "merge"
    call.state.put_status(_raised(call, replace(row, data={**row.data, **given} if merge else given)))
    return True


def _raised(call: Call, row: Status) -> Status:
    if call.world.switches["data_set_raises"] == "yes":
        return replace(row, connection=True, register=True)
    return row


def set_error(call: Call) -> Any:
    """Mark (connector, line) as broken until the next activation."""
    call.need("CONNECTOR", "LINE")
    ident = connector_id(call.get("CONNECTOR"))
    if not call.state.provided(ident):
        raise call.refuse("IMCONNECTOR_NO_CORRECT_PROVIDER")
    row: Status = call.state.status(ident, php_values.to_int(call.get("LINE")))
    call.state.put_status(replace(row, error=True))
    return DONE


ROWS = tuple(
    Method(name=f"imconnector.{name}", run=run, scope="imopenlines", denied=APPLICATION_NEEDED)
    for name, run in (
        ("activate", activate),
        ("status", status),
        ("connector.data.set", set_data),
        ("set.error", set_error),
    )
)
