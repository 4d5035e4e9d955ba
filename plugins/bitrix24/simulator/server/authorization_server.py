"""The authorisation server: token endpoint, authorise page and app.info (docs/portal-behaviour.md P75 to P81)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from bot.plugin.frozen import dataclass
from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.php.params import parse_pairs, parse_query, read_body
from plugins.bitrix24.simulator.state import faults
from plugins.bitrix24.simulator.state.faults import Fault, Means
from plugins.bitrix24.simulator.state.journal import TokenEntry
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.portal_tokens import ACCESS_SECONDS, Pair
from plugins.bitrix24.simulator.state.rows import Application
from plugins.bitrix24.simulator.state.world import World

METHOD = "oauth.token"
HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}
UNSUPPORTED = ("password", "assertion", "client_credentials")
NO_GRANT_TYPE = "Invalid grant_type parameter or parameter missing"
REFUSED = b"<!DOCTYPE html><html><body>Access denied</body></html>"
NO_REFRESH = 'No "refresh_token" parameter found'


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a request for tokens says. `via` tells where the grant was found."""

    grant_type: str
    client_id: str
    client_secret: str
    code: str
    refresh_token: str
    scope: str
    via: str


def read_grant(web: LoopbackRequest, *, reads: str) -> Grant:
    """The grant from where the switch says; the client's id and secret may come either way."""
    query, body = parse_pairs(web.query_pairs()), read_body(web)
    wide = {**query, **body}
    narrow = {"body": wide, "query": query, "body_only": body}[reads]
    found = {name: narrow.get(name) for name in ("grant_type", "code", "refresh_token", "scope")}
    found |= {name: wide.get(name) for name in ("client_id", "client_secret")}
    words = {
        name: "" if value is None or php_values.is_array(value) else php_values.text(value)
        for name, value in found.items()
    }
    via = "nowhere" if "grant_type" not in narrow else "query" if "grant_type" in query else "body"
    return Grant(**words, via=via)


def token(world: World, web: LoopbackRequest) -> LoopbackReply:
    """Answer a request to `/oauth/token/`."""
    world.sender.settle()
    grant = read_grant(web, reads=world.switches["oauth_reads_body"])
    with world.lock:
        fault = world.faults.take(METHOD)
    if fault is None:
        return _perform(world, web, grant, None)
    means = Means(
        perform=lambda: _perform(world, web, grant, fault),
        skipped=lambda: _note(world, web, grant, 0, f"fault:{fault.kind.name}", fault),
        pause=world.sender.pause,
        later=world.sender.later,
    )
    return faults.apply(fault, means)


def _perform(world: World, web: LoopbackRequest, grant: Grant, fault: Fault | None) -> LoopbackReply:
    with world.lock:
        try:
            status, body, outcome = 200, _exchange(world, grant), "ok"
        except RestError as error:
            status, body, outcome = error.status, error.body(), error.code
        _note(world, web, grant, status, outcome, fault)
    return LoopbackReply(status=status, headers=HEADERS, body=php_values.encode(body))


def _note(world: World, web: LoopbackRequest, grant: Grant, status: int, outcome: str, fault: Fault | None) -> None:
    entry = TokenEntry(
        at=world.clock.time(),
        http_method=web.method,
        grant_type=grant.grant_type,
        client_id=grant.client_id,
        via=grant.via,
        status=status,
        outcome=outcome,
        effect=outcome == "ok",
        fault=fault.kind.name if fault else "",
    )
    with world.lock:
        world.journal.token_calls.append(entry)


def _exchange(world: World, grant: Grant) -> dict[str, Any]:
    """The token JSON, or RestError in the order of docs/portal-behaviour.md P77."""
    if grant.grant_type in UNSUPPORTED:
        raise RestError(400, "unsupported_grant_type", None)
    if grant.grant_type == "authorization_code":
        if not grant.code:
            raise RestError(400, "invalid_request", None)
        told = _token_json(world, _by_code(world, grant, _application(world, grant)))
        return {**told, "scope": "app"} if world.switches["code_flow_scope"] == "app" else told
    if grant.grant_type == "refresh_token":
        if not grant.refresh_token:
            raise RestError(400, "invalid_request", NO_REFRESH)
        return _token_json(world, _by_refresh(world, grant, _application(world, grant)))
    raise RestError(400, "invalid_request", NO_GRANT_TYPE)


def _application(world: World, grant: Grant) -> Application:
    if not grant.client_id:
        raise RestError(400, "unauthorized_client", None)
    app = world.state.apps.get(grant.client_id)
    if app is None:
        raise RestError(200, "wrong_client", None)
    if grant.client_secret != app.client_secret:
        raise RestError(400, "invalid_client", None)
    if app.deleted:
        raise RestError(401, "NOT_INSTALLED", "Application not installed")
    if not app.paid:
        raise RestError(401, "PAYMENT_REQUIRED", "Payment required")
    if not world.state.plan.license_ok:
        raise RestError(401, "verification_needed", "License check failed.")
    if not set(filter(None, grant.scope.split(","))) <= set(app.scope):
        text = "Given scope exceeds permissions associated with given grant"
        raise RestError(403, "invalid_scope", text)
    return app


def _by_code(world: World, grant: Grant, app: Application) -> Pair:
    code = world.tokens.codes.get(grant.code)
    if code is None or code.used or code.client_id != app.client_id or code.expires <= world.clock.time():
        raise RestError(400, "invalid_grant", None)
    world.tokens.codes[code.value] = replace(code, used=True)
    return world.tokens.issue(app.client_id, code.user_id)


def _by_refresh(world: World, grant: Grant, app: Application) -> Pair:
    old = world.tokens.refresh.get(grant.refresh_token)
    if old is None or old.client_id != app.client_id:
        raise RestError(400, "invalid_grant", None)
    reusable = world.switches["refresh_reuse"] == "reusable"
    if old.spent and not reusable:
        raise RestError(400, "invalid_grant", None)
    if old.expires <= world.clock.time():
        if world.switches["refresh_lapsed"] == "expired_token":
            raise RestError(401, "expired_token", "The refresh token provided has expired.")
        raise RestError(400, "invalid_grant", None)
    if not world.state.is_employed(old.user_id):
        raise RestError(400, "invalid_grant", None)
    if not reusable:
        world.tokens.spend(old)
    return world.tokens.issue(app.client_id, old.user_id, scope=old.scope)


def _token_json(world: World, pair: Pair) -> dict[str, Any]:
    app = world.state.apps[pair.access.client_id]
    return {
        "access_token": pair.access.value,
        "client_endpoint": world.rest_url,
        "domain": world.facts.domain,
        "expires": int(pair.access.expires),
        "expires_in": ACCESS_SECONDS,
        "member_id": world.facts.member_id,
        "refresh_token": pair.refresh.value,
        "scope": ",".join(app.scope if pair.access.scope is None else pair.access.scope),
        "server_endpoint": world.server_url,
        "status": app.status,
        "user_id": pair.access.user_id,
    }


def authorise(world: World, web: LoopbackRequest) -> LoopbackReply:
    """The portal's page: whoever is signed in there is sent back to the application with a code."""
    asked = parse_query(web.query)
    with world.lock:
        app = world.state.apps.get(str(asked.get("client_id", "")))
        if app is None or app.deleted:
            page = b"<!DOCTYPE html><html><body>Application not found</body></html>"
            return LoopbackReply(status=200, headers=dict(faults.HTML_TYPE), body=page)
        if not world.state.is_employed(world.state.plan.signed_in):
            # The portal shows its own page: nothing leads back to the application.
            return LoopbackReply(status=200, headers=dict(faults.HTML_TYPE), body=REFUSED)
        code = world.tokens.code(app.client_id, world.state.plan.signed_in)
        domain = {"domain": world.domain} if world.switches["callback_domain"] == "present" else {}
        back = {
            "code": code.value,
            "state": asked.get("state", ""),
            **domain,
            "member_id": world.facts.member_id,
            "scope": ",".join(app.scope),
            "server_domain": world.facts.domain,
        }
    join = "&" if "?" in app.redirect_uri else "?"
    return LoopbackReply(status=302, headers={"Location": f"{app.redirect_uri}{join}{urlencode(back)}"})


def server_app_info(world: World, web: LoopbackRequest) -> LoopbackReply:
    """`app.info` of the authorisation server: the trusted payment status (docs/portal-behaviour.md P114)."""
    asked = {**parse_pairs(web.query_pairs()), **read_body(web)}
    shown = str(asked.get("auth") or asked.get("access_token") or "")
    with world.lock:
        held = world.tokens.access.get(shown)
        if held is None:
            return LoopbackReply(status=400, headers=HEADERS, body=php_values.encode({"error": "invalid_client"}))
        if held.spent or held.expires <= world.clock.time():
            text = "The authorization token provided has expired."
            body = {"error": "expired_token", "error_description": text}
            return LoopbackReply(status=401, headers=HEADERS, body=php_values.encode(body))
        app = world.state.apps[held.client_id]
        install = {
            "installed": not app.deleted,
            "version": "1",
            "status": app.status,
            "scope": ",".join(app.scope),
            "domain": world.domain,
            "uri": "",
            "client_endpoint": world.rest_url,
            "member_id": world.facts.member_id,
            "member_type": "portal",
        }
        result = {
            "client_id": app.client_id,
            "scope": ",".join(app.scope),
            "expires": int(held.expires),
            "install": install,
            "user_id": held.user_id,
        }
    return LoopbackReply(headers=HEADERS, body=php_values.encode({"result": result}))
