"""event.bind, event.unbind, event.get, event.test and events (docs/portal-behaviour.md P64 to P67, P73)."""

from __future__ import annotations

from typing import Any

from plugins.bitrix24.simulator.calls.call import DENIED, Call, Method
from plugins.bitrix24.simulator.effects.events import BASE_EVENTS, CONNECTOR_EVENTS, TEST, Event, emit, known
from plugins.bitrix24.simulator.effects.handlers import check_url
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.rows import Handler

TYPES = ("online", "offline")
AUTH_TYPE_RIGHTS = "Access denied! Event binding with AUTH_TYPE requires administrator access rights"
NEVER_OFFLINE = "Offline event cannot be registered for this event."
OFFLINE_RIGHTS = "Access denied! Offline events binding requires administrator access rights"


def _wanted(call: Call) -> Handler:
    """What is to be bound or unbound, after the checks that both have in common; its id is 0."""
    if not php_values.empty(call.get("AUTH_TYPE")):
        call.need_admin(AUTH_TYPE_RIGHTS)
    call.need_filled("EVENT")
    kind = php_values.text(call.get("EVENT_TYPE") or "online").lower()
    if kind not in TYPES:
        text = "Value must be one of {online|offline}"
        raise RestError(400, "ERROR_ARGUMENT", text, argument="EVENT_TYPE")
    offline = kind == "offline"
    if offline:
        call.need_admin(OFFLINE_RIGHTS)
    else:
        call.need_filled("HANDLER")
    user = call.caller.user
    return Handler(
        id=0,
        client_id=call.caller.client_id,
        event=php_values.text(call.get("EVENT")).upper(),
        url="" if offline else php_values.text(call.get("HANDLER")),
        user_id=php_values.to_int(call.get("AUTH_TYPE")) if user.admin else user.id,
        auth_connector=call.caller.auth_connector,
        offline=offline,
    )


def _key(row: Handler) -> tuple[object, ...]:
    return row.client_id, row.event, row.url, row.user_id, row.auth_connector, row.offline


def bind(call: Call) -> Any:
    """Subscribe the application's handler; the same one twice is an error."""
    wanted = _wanted(call)
    if wanted.offline and wanted.event == "ONOFFLINEEVENT":
        raise RestError(400, "ERROR_ARGUMENT", NEVER_OFFLINE, argument="EVENT_TYPE")
    if not wanted.offline:
        check_url(wanted.url)
    if not known(wanted.event, call.caller.scope):
        raise RestError(400, "ERROR_EVENT_NOT_FOUND", "Event not found")
    if call.state.handlers.where(lambda row: _key(row) == _key(wanted)):
        raise RestError(400, "ERROR_CORE", "Unable to set event handler: Handler already binded")
    number = call.state.number("handler", 555)
    made = Handler(
        id=number,
        client_id=wanted.client_id,
        event=wanted.event,
        url=wanted.url,
        user_id=wanted.user_id,
        auth_connector=wanted.auth_connector,
        offline=wanted.offline,
    )
    call.state.handlers.put(number, made)
    return True


def unbind(call: Call) -> Any:
    """Count of what was dropped; a user is looked at only when AUTH_TYPE names one."""
    wanted = _wanted(call)
    by_user = not php_values.empty(call.get("AUTH_TYPE")) or not call.caller.user.admin

    def same(row: Handler) -> bool:
        mine, theirs = _key(row), _key(wanted)
        return (mine if by_user else (*mine[:3], *mine[4:])) == (theirs if by_user else (*theirs[:3], *theirs[4:]))

    return {"count": len(call.state.handlers.drop_where(same))}


def get(call: Call) -> Any:
    """The calling application's handlers; whoever is no administrator sees their own."""
    user = call.caller.user
    mine = call.state.handlers.where(
        lambda row: row.client_id == call.caller.client_id and (user.admin or row.user_id == user.id)
    )
    return [_shown(row) for row in mine]


def _shown(row: Handler) -> dict[str, Any]:
    if row.offline:
        return {"event": row.event, "connector_id": row.auth_connector, "offline": 1}
    return {"event": row.event, "handler": row.url, "auth_type": str(row.user_id), "offline": 0}


def events(call: Call) -> Any:
    """Names that the token may bind, of one scope when it is named."""
    wanted = call.get("SCOPE")
    connector = CONNECTOR_EVENTS if "imopenlines" in call.caller.scope else ()
    if wanted is None:
        return [*BASE_EVENTS, *connector]
    return list(connector) if wanted == "imopenlines" else []


def test(call: Call) -> Any:
    """Raise ONAPPTEST for the application's own handlers, with what was sent."""
    emit(call.world, Event(name=TEST, data={"QUERY": dict(call.params)}, owner=call.caller.client_id, cause=call.cause))
    return 1


ROWS = (
    Method(name="event.bind", run=bind, denied=DENIED),
    Method(name="event.unbind", run=unbind, denied=DENIED),
    Method(name="event.get", run=get, denied=DENIED),
    Method(name="event.test", run=test, denied=DENIED, fold=False),
    Method(name="events", run=events),
)
