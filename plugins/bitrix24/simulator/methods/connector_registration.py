"""imconnector.register, unregister and list (docs/portal-behaviour.md P20 to P34)."""

from __future__ import annotations

from typing import Any

from plugins.bitrix24.simulator.calls.call import APPLICATION_NEEDED, DENIED, Call, Method
from plugins.bitrix24.simulator.effects.links import unregister
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import Refusal, RestError
from plugins.bitrix24.simulator.state.rows import FLAGS, Connector, Placement

COLUMN = 255
SETTING = "SETTING_CONNECTOR"
DEFAULT_COLOUR = "#90be00"


def register(call: Call) -> Any:
    """Make the connector, or rewrite it, whoever registered it before."""
    params = php_values.upper_keys(call.params, deep=True)
    refused = _check(params)
    if refused:
        return Refusal(code=refused, description=call.world.say(refused))
    ident, handler = params["ID"].lower(), params["PLACEMENT_HANDLER"]
    old = call.state.connectors.get(ident)
    comment = php_values.text(params.get("COMMENT") or params.get("COMMENTS"))
    flags = dict(old.flags) if old else dict(FLAGS)
    flags |= {name: _flag(params[name]) for name in FLAGS if params.get(name) is not None}
    row = Connector(
        id=ident,
        name=params["NAME"],
        icon={"COLOR": DEFAULT_COLOUR, **params["ICON"]},
        icon_disabled=params["ICON_DISABLED"] if isinstance(params.get("ICON_DISABLED"), dict) else {},
        handler=handler,
        client_id=call.caller.client_id,
        placement_id=_placement(call, handler, comment).id,
        flags=flags,
        comment=comment,
    )
    call.state.connectors.put(ident, row)
    return {"result": True}


def _check(params: dict[str, Any]) -> str:
    """The first error, in the portal's order."""
    if "." in php_values.text(params.get("ID")):
        return "APPLICATION_REGISTRATION_ERROR_POINT"
    icon = params.get("ICON")
    wanted = {
        "CONNECTOR_ID_REQUIRED": params.get("ID"),
        "NAME_REQUIRED": params.get("NAME"),
        "ICON_REQUIRED": icon.get("DATA_IMAGE") if isinstance(icon, dict) else None,
        "NO_PLACEMENT_HANDLER": params.get("PLACEMENT_HANDLER"),
    }
    for code, value in wanted.items():
        if not isinstance(value, str) or php_values.empty(value):
            return code
    too_long = len(params["ID"]) > COLUMN or len(params["NAME"]) > COLUMN
    return "APPLICATION_REGISTRATION_ERROR" if too_long else ""


def _flag(value: Any) -> bool:
    return value is True or value == "Y"


def _placement(call: Call, handler: str, comment: str) -> Placement:
    """The application's placement for this handler: one is shared by its connectors."""
    client_id, table = call.caller.client_id, call.state.placements
    found = table.where(lambda row: (row.client_id, row.placement, row.handler) == (client_id, SETTING, handler))
    if found:
        return found[0]
    number = call.state.number("placement")
    made = Placement(id=number, client_id=client_id, placement=SETTING, handler=handler, description=comment, own=False)
    return table.put(number, made)


def remove(call: Call) -> Any:
    """Succeeds for an unknown id and takes another application's connector off its lines."""
    ident = php_values.text(call.get("ID"))
    if php_values.empty(ident):
        code = "APPLICATION_UNREGISTRATION_ERROR"
        return Refusal(code=code, description=call.world.say(code))
    unregister(call.world, ident.lower(), call.caller.client_id, call.cause)
    return {"result": True}


def list_all(call: Call) -> Any:
    """Every channel of the portal, of all applications."""
    if call.caller.webhook:
        if call.world.switches["list_by_webhook"] == "wrong_auth_type":
            raise RestError(403, "WRONG_AUTH_TYPE", APPLICATION_NEEDED)
        raise RestError(400, "ERROR_CORE", DENIED)
    if not call.caller.user.connectors:
        spelled = "don't" if call.world.switches["list_denied_text"] == "docs" else "dont"
        raise RestError(400, "ACCESS_DENIED", f"You {spelled} have access to this action")
    return call.state.channels()


ROWS = (
    Method(name="imconnector.register", run=register, scope="imopenlines", denied=APPLICATION_NEEDED),
    Method(name="imconnector.unregister", run=remove, scope="imopenlines", denied=APPLICATION_NEEDED),
    Method(name="imconnector.list", run=list_all, scope="imopenlines"),
)
