"""Methods about the token itself: app.info, scope, methods, profile, server.time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from plugins.bitrix24.simulator.calls.call import Call, Method
from plugins.bitrix24.simulator.state.method_errors import RestError


def app_info(call: Call) -> Any:
    """The application as the portal sees it: INSTALLED false means that no event is delivered."""
    if call.caller.webhook:
        raise RestError(403, "ACCESS_DENIED", "Access denied! Application context required")
    app = call.state.apps[call.caller.client_id]
    return {
        "ID": app.app_id,
        "CODE": app.client_id,
        "VERSION": app.version,
        "STATUS": app.status,
        "INSTALLED": app.installed,
        "PAYMENT_EXPIRED": "N" if app.paid else "Y",
        "DAYS": None,
        "LANGUAGE_ID": call.world.switches["language"],
        "LICENSE": "en_ent" if call.state.plan.enterprise else "en_basic",
        "LICENSE_TYPE": "ent" if call.state.plan.enterprise else "basic",
        "LICENSE_FAMILY": "ent" if call.state.plan.enterprise else "basic",
    }


def scope(call: Call) -> Any:
    return list(call.caller.scope)


def profile(call: Call) -> Any:
    who = call.caller.user
    return {"ID": str(who.id), "ADMIN": who.admin, "NAME": who.name, "LAST_NAME": "", "TIME_ZONE": ""}


def server_time(call: Call) -> Any:
    return datetime.fromtimestamp(int(call.world.clock.time()), UTC).isoformat()


ROWS = (
    Method(name="app.info", run=app_info),
    Method(name="scope", run=scope),
    Method(name="profile", run=profile),
    Method(name="server.time", run=server_time),
)
