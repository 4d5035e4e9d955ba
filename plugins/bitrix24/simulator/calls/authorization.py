"""Who is calling and whether they may: the checks of tokens and of webhooks (docs/portal-behaviour.md P92)."""

from __future__ import annotations

import re

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.calls.call import Caller
from plugins.bitrix24.simulator.php.params import RestRequest
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.rows import User
from plugins.bitrix24.simulator.state.world import World

TOKEN_SHAPE = re.compile(r"[0-9a-f]{60,}")
CACHE_SECONDS = 3600

DOCS_STATUS = {
    "OVERLOAD_LIMIT": 503,
    "INVALID_CREDENTIALS": 403,
    "insufficient_scope": 403,
    "user_access_error": 403,
    "ACCESS_DENIED": 403,
    "INVALID_REQUEST": 400,
}
"""Where the documentation differs from 401; the switch `oauth_status` chooses."""

TEXTS = {
    "NO_AUTH_FOUND": "Wrong authorization data",
    "expired_token": "The access token provided has expired.",
    "invalid_token": "Unable to get application by token",
    "NOT_INSTALLED": "Application not installed",
    "PAYMENT_REQUIRED": "Payment required",
    "CONNECTION_ERROR": "Error connecting to authorization server",
    "OVERLOAD_LIMIT": "REST API is blocked due to overload.",
    "ACCESS_DENIED": "REST is available only on commercial plans.",
    "APPLICATION_NOT_FOUND": "Application not found",
    "authorization_error": "Unable to authorize user",
    "user_access_error": "The user does not have access to the application.",
    "INVALID_REQUEST": "Https required.",
    "INVALID_CREDENTIALS": "Invalid request credentials",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What the authorisation server says about a token."""

    client_id: str
    user_id: int
    scope: tuple[str, ...]
    expires: float


def _refusal(world: World, code: str, text: str | None = None) -> RestError:
    status = DOCS_STATUS.get(code, 401) if world.switches["oauth_status"] == "docs" else 401
    return RestError(status, code, TEXTS[code] if text is None else text)


def authorise(world: World, request: RestRequest, scope: str | None) -> Caller:
    """The caller, or RestError with the first thing that stands against them."""
    if world.state.plan.deleted:
        raise RestError(
            500 if world.switches["oauth_status"] == "docs" else 403, "PORTAL_DELETED", "Portal was deleted"
        )
    caller = _webhook(world, request) if request.address.webhook else _application(world, request)
    check_scope(world, caller, scope)
    if not caller.user.active:
        raise _refusal(world, "authorization_error")
    if not caller.user.signed_in_once:
        raise _refusal(world, "ACCESS_DENIED", "Current user can't be authorized in this context")
    if not caller.user.app_access and not caller.webhook:
        raise _refusal(world, "user_access_error")
    if caller.auth_connector and not world.state.plan.auth_connector:
        text = "This feature is not enabled for the current license: auth connector"
        raise RestError(403, "WRONG_LICENSE", text)
    return caller


def check_scope(world: World, caller: Caller, scope: str | None, *, in_batch: bool = False) -> None:
    if scope is not None and scope not in caller.scope:
        kind = "webhook" if caller.webhook else "access"
        text = f"The request requires higher privileges than provided by the {kind} token"
        raise _refusal(world, "insufficient_scope", "" if in_batch else text)


def _application(world: World, request: RestRequest) -> Caller:
    if not request.token:
        raise _refusal(world, "NO_AUTH_FOUND")
    grant = _ask_server(world, request.token)
    _check_plan(world)
    app = world.state.apps.get(grant.client_id)
    if app is None or app.deleted or not app.active:
        raise _refusal(world, "APPLICATION_NOT_FOUND")
    if grant.expires <= world.clock.time():
        raise _refusal(world, "expired_token")
    user = world.state.users.get(grant.user_id) or User(id=grant.user_id, name="", active=False)
    return Caller(
        client_id=grant.client_id,
        user=user,
        scope=grant.scope,
        key=grant.client_id,
        auth_connector=request.auth_connector,
    )


def _webhook(world: World, request: RestRequest) -> Caller:
    if world.switches["webhook_over_http"] == "refused" and world.facts.scheme == "http":
        raise _refusal(world, "INVALID_REQUEST")
    hook = world.state.webhooks.get(request.address.webhook or (0, ""))
    if hook is None:
        raise _refusal(world, "INVALID_CREDENTIALS")
    _check_plan(world)
    return Caller(client_id="", user=world.state.users[hook.user_id], scope=hook.scope, key=f"webhook {hook.code}")


def _check_plan(world: World) -> None:
    if world.state.plan.overloaded:
        raise _refusal(world, "OVERLOAD_LIMIT")
    if not world.state.plan.rest:
        raise _refusal(world, "ACCESS_DENIED")


def _ask_server(world: World, value: str) -> Grant:
    """The server's word about a token, for an hour from memory when the switch says so."""
    now = world.clock.time()
    until, known = world.auth_cache.get(value, (0.0, None))
    if isinstance(known, Grant) and now < until and world.switches["auth_cache"] == "hour":
        return known
    if not world.state.plan.auth_server:
        raise _refusal(world, "CONNECTION_ERROR")
    grant = _server_word(world, value, now)
    world.auth_cache[value] = (now + CACHE_SECONDS, grant)
    return grant


def _server_word(world: World, value: str, now: float) -> Grant:
    token = world.tokens.access.get(value)
    if token is None:
        raise _refusal(world, "invalid_token" if TOKEN_SHAPE.fullmatch(value) else "NO_AUTH_FOUND")
    if token.spent or token.expires <= now:
        raise _refusal(world, "expired_token")
    app = world.state.apps[token.client_id]
    if app.deleted:
        raise _refusal(world, "NOT_INSTALLED")
    if not app.paid:
        raise _refusal(world, "PAYMENT_REQUIRED")
    scope = app.scope if token.scope is None else token.scope
    return Grant(client_id=token.client_id, user_id=token.user_id, scope=scope, expires=token.expires)
