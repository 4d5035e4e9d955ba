"""Whose an access token is: the authorisation server names the application and the portal."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from bot.plugin import Message, Services, TargetRefused, TargetUnreachable
from bot.plugin.frozen import dataclass
from plugins.bitrix24.hosts import certificate_authorities, endpoints, vendor_domains
from plugins.bitrix24.http.exchange import READING, HttpRequest, Undelivered, redact_exchange
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import response
from plugins.bitrix24.rest.response import Unreadable
from plugins.bitrix24.traffic.portal_connections import Connections, Destination

_AGAIN = Message("bitrix24.connect.do_open_link")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOwner:
    """The application, the portal and the user of a token; empty where the server does not say."""

    client_id: str
    member_id: str
    user: str = ""


def find_owner(services: Services, links: Connections, domain: str, server: str, access: Secret) -> TokenOwner:
    """Let the vendor's servers say whose token this is, each in turn until one knows it. Raises PluginError."""
    first = endpoints.token_url(endpoints.portal(domain, services.settings), services.settings)
    for url in (first, *vendor_domains.list_other_servers(first)):
        try:
            return ask_owner(services, links, url, server, access)
        except TargetRefused as error:
            refused = error
    raise refused


def ask_owner(services: Services, links: Connections, token_url: str, server: str, access: Secret) -> TokenOwner:
    """Ask `app.info` of the authorisation server with this token endpoint. Raises PluginError.

    What the server says of its own address, `server`, counts only on the host that spoke.
    """
    url = _app_info_url(token_url, server)
    request = HttpRequest(
        verb="POST",
        url=url,
        content_type="application/x-www-form-urlencoded",
        body=Secret(urlencode({"auth": access.reveal()})),
    )
    trusted = certificate_authorities.of_settings(services.settings)
    link = links.for_host(Destination(base=url, authorities=trusted), services.clock)
    exchange = redact_exchange(link.wire.send(request, READING), access)
    if isinstance(exchange, Undelivered):
        raise TargetUnreachable(Message("bitrix24.connect.server_silent", reason=exchange.reason), hint=_AGAIN)
    body = response.read(exchange.body, failed=exchange.status != 200)
    result = None if isinstance(body, Unreadable) or body.error else body.values.get("result")
    if exchange.status != 200 or not isinstance(result, Mapping):
        raise TargetRefused(Message("bitrix24.connect.server_unclear", status=str(exchange.status)), hint=_AGAIN)
    install = result.get("install")
    member = str(install.get("member_id") or "") if isinstance(install, Mapping) else ""
    client_id, user = str(result.get("client_id") or ""), str(result.get("user_id") or "")
    return TokenOwner(client_id=client_id, member_id=member, user=user)


def is_of_server(address: str, token_url: str) -> bool:
    """Whether an address, which may be anything, is one of the server with this token endpoint."""
    return address.startswith(_root(token_url))


def _root(token_url: str) -> str:
    asked = urlsplit(token_url)
    return f"{asked.scheme}://{asked.netloc}/"


def _app_info_url(token_url: str, server: str) -> str:
    base = server if is_of_server(server, token_url) else f"{_root(token_url)}rest/"
    return f"{base.rstrip('/')}/app.info"
