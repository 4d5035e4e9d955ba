"""What the authorisation server says of the stored access token. Asking spends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from bot.plugin import Message, Services, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import Credentials
from plugins.bitrix24.hosts import certificate_authorities
from plugins.bitrix24.http.exchange import READING, HttpRequest, Undelivered, redact_exchange
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import response
from plugins.bitrix24.rest.response import Unreadable
from plugins.bitrix24.traffic.portal_connections import Connections, Destination


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReply:
    """What came of the question.

    `failure` says why no answer came. `client_id` and `member_id` are empty where the server named none, for example
    because the access token has expired.
    """

    host: str
    failure: Text | None = None
    client_id: str = ""
    member_id: str = ""


def ask_server(services: Services, links: Connections, keys: Credentials, token_url: str) -> ServerReply:
    """Ask the server at a token endpoint for its own `app.info`. Any answer proves that it can be reached."""
    parts = urlsplit(token_url)
    request = HttpRequest(
        verb="POST",
        url=f"{token_url.removesuffix('/').removesuffix('oauth/token')}rest/app.info",
        content_type="application/x-www-form-urlencoded",
        body=Secret(urlencode({"auth": keys.access.reveal()})),
    )
    trusted = certificate_authorities.of_settings(services.settings)
    link = links.for_host(Destination(base=token_url, authorities=trusted), services.clock)
    exchange = redact_exchange(link.wire.send(request, READING), *keys.secrets)
    if isinstance(exchange, Undelivered):
        return ServerReply(host=parts.netloc, failure=exchange.reason)
    body = response.read(exchange.body, failed=exchange.status != 200)
    if isinstance(body, Unreadable):
        return ServerReply(host=parts.netloc, failure=Message("bitrix24.check.server_unreadable"))
    result = body.values.get("result")
    found = result if isinstance(result, Mapping) else {}
    install = found.get("install")
    member = install.get("member_id") if isinstance(install, Mapping) else ""
    return ServerReply(host=parts.netloc, client_id=str(found.get("client_id") or ""), member_id=str(member or ""))
