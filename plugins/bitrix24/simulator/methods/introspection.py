"""What a portal can do: methods, method.get and feature.get (docs/portal-behaviour.md P143)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.bitrix24.simulator.calls.call import Call, Method
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import RestError


def rows(known: Mapping[str, str | None]) -> tuple[Method, ...]:
    """The rows of the methods that look at `known`, the scope that each method of the portal needs."""

    def list_methods(call: Call) -> Any:
        """Names that the token may call; of one scope when it is named, of all when `full` is true."""
        wanted = call.get("SCOPE")
        everything = not php_values.empty(call.get("FULL"))
        return [
            name
            for name, scope in known.items()
            if everything or (scope in _scopes_of(call) if wanted is None else scope == wanted)
        ]

    def get_method(call: Call) -> Any:
        name = php_values.text(call.get("NAME")).lower()
        return {"isExisting": name in known, "isAvailable": name in known and known[name] in _scopes_of(call)}

    return (
        Method(name="methods", run=list_methods),
        Method(name="method.get", run=get_method),
        Method(name="feature.get", run=get_feature),
    )


def _scopes_of(call: Call) -> tuple[str | None, ...]:
    """The scopes that the token has, and none, which every token has."""
    return (None, *call.caller.scope)


def get_feature(call: Call) -> Any:
    """Whether the plan has a feature; one that is not known is off."""
    code = php_values.text(call.get("CODE"))
    if not code:
        raise RestError(400, "CODE_EMPTY", "CODE can't be empty")
    plan = call.state.plan
    features = {"rest_offline_extended": plan.extended_offline, "rest_auth_connector": plan.auth_connector}
    return {"value": "Y" if features.get(code) else "N"}
