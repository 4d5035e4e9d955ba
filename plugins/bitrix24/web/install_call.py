"""The one-time install address: ONAPPINSTALL of an API-only application, or the first page of one with an interface."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.plugin import Message, PluginError, Services, WebReply, WebRequest
from plugins.bitrix24.auth.refused_calls import record_refused_call
from plugins.bitrix24.connecting.pending_install import InstallCall, InstallFault, PendingInstalls
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.web.layout import frame_policy, hash_source, write_page

EVENT = "ONAPPINSTALL"
LIBRARY = "https://api.bitrix24.com/api/v1/"
"""The vendor's library for pages, which alone can say that the installation has ended."""
FINISH = (
    "BX24.init(function(){document.getElementById('wait').hidden=true;"
    "document.getElementById('done').hidden=false;BX24.installFinish();});"
)
LONGEST = 2_000
"""Characters of a field; what is longer is none of an install call."""


def receive_install(services: Services, request: WebRequest) -> WebReply:
    """Keep an install call as pending. Whatever is wrong with it, the answer is the same."""
    call = _read_call(services, request)
    if isinstance(call, str):
        # The address is looked up all the same: a refusal that skips it would be quicker.
        PendingInstalls(services).receive(Secret(request.parameters["nonce"]), None)
        return _refuse(services, request, call)
    found = PendingInstalls(services).receive(Secret(request.parameters["nonce"]), call)
    if isinstance(found, InstallFault):
        return _refuse(services, request, found.value)
    return _finish_page(services, request, call, portal=found) if call.page else _received(request)


def _received(request: WebRequest) -> WebReply:
    return write_page(request, Message("bitrix24.page.received"))


def _refuse(services: Services, request: WebRequest, why: str) -> WebReply:
    record_refused_call(services, route="install", why=why)
    return _received(request)


def _read_call(services: Services, request: WebRequest) -> InstallCall | str:
    """What the call says; the reason against one that says too little or names a host that b24bot may not talk to."""
    form = request.form
    page = bool(form.get("AUTH_ID"))
    if not page and form.get("event", "").upper() != EVENT:
        return "malformed_install"
    values = _page_values(request) if page else _event_values(form)
    if not all(values[name] for name in ("domain", "member_id", "access", "refresh")):
        return "malformed_install"
    if max(map(len, values.values())) > LONGEST:
        return "malformed_install"
    try:
        endpoint = endpoints.portal(values["domain"], services.settings)
    except PluginError:
        return "unlisted_address"
    return InstallCall(
        page=page,
        domain=endpoint.label,
        member_id=values["member_id"],
        access=Secret(values["access"]),
        refresh=Secret(values["refresh"]),
        application_token=Secret(values["application_token"]),
        server=values["server"],
    )


def _page_values(request: WebRequest) -> Mapping[str, str]:
    form = request.form
    return {
        "domain": request.query.get("DOMAIN", "") or form.get("DOMAIN", ""),
        "member_id": form.get("member_id", ""),
        "access": form.get("AUTH_ID", ""),
        "refresh": form.get("REFRESH_ID", ""),
        "application_token": form.get("APPLICATION_TOKEN", ""),
        "server": form.get("SERVER_ENDPOINT", ""),
    }


def _event_values(form: Mapping[str, str]) -> Mapping[str, str]:
    def auth(name: str) -> str:
        return form.get(f"auth[{name}]", "")

    return {
        # In some calls `domain` is the authorisation server; the address for calls is always the portal's.
        "domain": urlsplit(auth("client_endpoint")).netloc or auth("domain"),
        "member_id": auth("member_id"),
        "access": auth("access_token"),
        "refresh": auth("refresh_token"),
        "application_token": auth("application_token"),
        "server": auth("server_endpoint"),
    }


def _finish_page(services: Services, request: WebRequest, call: InstallCall, *, portal: str) -> WebReply:
    """The page that ends the installation, as the last thing that it does. It can be opened again.

    Until then the portal counts the application as not installed (docs/portal-behaviour.md P118).
    """
    waits = PendingInstalls(services).find(portal) is not None
    host = urlsplit(LIBRARY)
    policy = frame_policy(services, call.domain, scripts=f"{host.scheme}://{host.netloc} {hash_source(FINISH)}")
    waiting = (
        '<p id="wait" role="status">',
        Message("bitrix24.page.script_missing", host=host.netloc),
        '</p><p id="done" role="status" hidden>',
        Message("bitrix24.page.install_finished"),
        f'</p><script src="{LIBRARY}"></script><script>{FINISH}</script>',
    )
    finish = Message("bitrix24.page.finish_in_terminal", portal=portal)
    next_step = finish if waits else Message("bitrix24.page.install_complete")
    return write_page(request, Message("bitrix24.page.install_received"), next_step, waiting, policy=policy)
