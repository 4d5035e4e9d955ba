"""placement.bind, unbind, get and list (docs/portal-behaviour.md P88)."""

from __future__ import annotations

from typing import Any

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.calls.call import APPLICATION_NEEDED, Call, Method
from plugins.bitrix24.simulator.effects.handlers import check_url
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import RestError, argument_missing
from plugins.bitrix24.simulator.state.rows import Placement

NO_CODE = "The placement code is not specified"
DEEP_LINK = "REST_APP_URI"
NO_URL = "The URL of the placement handler is not specified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A spot that an application may embed into; `most` 0 is any number of handlers."""

    code: str
    scope: str
    most: int = 0


PLACES = {
    place.code: place
    for place in (
        Place(code="SETTING_CONNECTOR", scope="imopenlines"),
        Place(code="CONTACT_CENTER", scope="contact_center"),
        Place(code="PAGE_BACKGROUND_WORKER", scope="placement", most=1),
        Place(code=DEEP_LINK, scope="placement", most=1),
    )
}


def _code(call: Call) -> str:
    value = call.get("PLACEMENT")
    if not isinstance(value, str):
        text = "The value of an argument 'PLACEMENT' must be of type string"
        raise RestError(400, "ERROR_ARGUMENT", text, argument="PLACEMENT")
    if not value:
        raise argument_missing(NO_CODE)
    return value.upper()


def _same(call: Call, code: str, handler: str | None) -> list[Placement]:
    return call.state.placements.where(
        lambda row: row.client_id == call.caller.client_id and row.placement == code and handler in (None, row.handler)
    )


def bind(call: Call) -> Any:
    call.need_admin()
    code = _code(call)
    handler = php_values.text(call.get("HANDLER"))
    if not handler:
        raise argument_missing(NO_URL)
    check_url(handler)
    place = PLACES.get(code)
    if place is None or place.scope not in call.caller.scope:
        raise RestError(400, "ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    if not php_values.empty(call.get("USER_ID")):
        raise RestError(400, "ERROR_PLACEMENT_USER_MODE", "User mode is not available.")
    if _same(call, code, handler):
        raise RestError(400, "ERROR_CORE", "Unable to set placement handler: Handler already binded")
    if place.most and len(_same(call, code, None)) >= place.most:
        raise RestError(400, "ERROR_PLACEMENT_MAX_COUNT", f"Placement max count: {place.most}")
    number = call.state.number("placement")
    made = Placement(
        id=number,
        client_id=call.caller.client_id,
        placement=code,
        handler=handler,
        title=php_values.text(call.get("TITLE")),
        description=php_values.text(call.get("DESCRIPTION")),
        group_name=php_values.text(call.get("GROUP_NAME")),
        lang_all=_map(call.get("LANG_ALL")),
        options=_map(call.get("OPTIONS")),
    )
    call.state.placements.put(number, made)
    return True


def _map(value: Any) -> dict[str, Any]:
    return dict(php_values.items(value)) if php_values.is_array(value) else {}


def unbind(call: Call) -> Any:
    """The portal counts each handler twice, or once by switch."""
    call.need_admin()
    handler = call.get("HANDLER")
    found = _same(call, _code(call), None if php_values.empty(handler) else php_values.text(handler))
    for row in found:
        call.state.placements.drop(row.id)
    return {"count": len(found) * int(call.world.switches["placement_unbind_count"])}


def get(call: Call) -> Any:
    call.need_admin()
    mine = call.state.placements.where(lambda row: row.client_id == call.caller.client_id)
    return [
        {
            "id": row.id,
            "placement": row.placement,
            "userId": row.user_id,
            "handler": row.handler,
            "options": dict(row.options),
            "title": row.title,
            "description": row.description,
            "langAll": dict(row.lang_all),
        }
        for row in mine
    ]


def list_all(call: Call) -> Any:
    wanted = call.get("SCOPE")
    return [
        place.code for place in PLACES.values() if place.scope in call.caller.scope and wanted in (None, place.scope)
    ]


ROWS = tuple(
    Method(name=f"placement.{name}", run=run, scope="placement", denied=APPLICATION_NEEDED)
    for name, run in (("bind", bind), ("unbind", unbind), ("get", get), ("list", list_all))
)
