"""Connecting a portal: a code or a refresh token becomes credentials, which are proved before anything is kept.

The authorisation server has to name the application and the portal, the portal has to answer `app.info`, and one
renewal has to bring a new pair. Until then no portal is stored, so that whatever breaks off leaves no half record. Each
pair of tokens is kept before it is used, so that the next try can begin with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.plugin import CallVerdict, Message, PluginError, Refusal, Services, TargetRefused, TargetUnreachable, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import Credentials, KnownPortal
from plugins.bitrix24.auth.oauth import Grant, RefreshFailure, Tokens
from plugins.bitrix24.auth.token_endpoint import TokenServer
from plugins.bitrix24.connecting.token_keeping import TokenKeeping
from plugins.bitrix24.connecting.token_owner import TokenOwner, ask_owner
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.http.exchange import READING, Exchange, HttpRequest, redact_exchange
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import methods, protocol
from plugins.bitrix24.rest.portal_lines import name_portal
from plugins.bitrix24.traffic.portal_connections import Connections, Destination

APP_INFO = methods.find("app.info")
CONNECTOR_LIST = methods.find("imconnector.list")
_READ_CARD = Message("bitrix24.connect.do_read_card")
_OF_TOKEN: Mapping[str, tuple[Message, Message]] = {
    "invalid_grant": (Message("bitrix24.connect.token_refused"), Message("bitrix24.connect.do_open_link")),
    "wrong_client": (Message("bitrix24.connect.client_unknown"), _READ_CARD),
    "invalid_client": (Message("bitrix24.connect.secret_refused"), _READ_CARD),
}
"""What a refusal means by the server's code. For others the sentence of the token endpoint will do."""
_OF_CODE: Mapping[str, tuple[Message, Message]] = {
    **_OF_TOKEN,
    "invalid_grant": (Message("bitrix24.connect.code_refused"), Message("bitrix24.connect.do_open_link")),
}
"""The same of a code."""
WORTHLESS = frozenset({"invalid_grant", "expired_token"})
"""What the authorisation server says of tokens that will never work again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The application's keys, as its card on the portal shows them."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A portal that answered, with the credentials to keep. `app` is its answer to `app.info`, as it came."""

    portal: KnownPortal
    credentials: Credentials
    app: Any
    application_token: Secret | None = None
    """What the application sent at its installation; None where it was connected in another way."""
    user: str = ""
    """The portal's id of whoever the tokens act as, as far as the authorisation server said it."""
    may_manage: bool = True
    """False if the portal refused this user the list of connectors, without which no change can be verified."""


def _find_named(host: str, asked: Endpoint, settings: Mapping[str, str]) -> Endpoint:
    """The address that a portal calls its own. Raises Refusal for one that b24bot may not talk to."""
    try:
        return endpoints.portal(host, settings)
    except Refusal:
        told = excerpt(host)
        raise Refusal(
            Message("bitrix24.connect.named_otherwise", told=told, asked=asked.label),
            hint=Message("bitrix24.connect.do_list_host", host=told),
        ) from None


class Connector:
    """Connects one portal. `portal` has no member_id yet: the authorisation server says it.

    `keeping` gets each pair of tokens before it is used, because the one before cannot be used again.
    """

    def __init__(
        self,
        services: Services,
        links: Connections,
        portal: KnownPortal,
        application: Application,
        keeping: TokenKeeping,
    ) -> None:
        self._services = services
        self._links = links
        self._portal = portal
        self._application = application
        self._keeping = keeping

    def connect_by_code(self, code: Secret, *, member_id: str = "") -> Connection:
        """Exchange the code of an authorise link. `member_id` is what the redirect said. Raises PluginError."""
        return self._prove(self._of(self._ask_for_tokens(code=code), member_id))

    def connect_by_refresh(self, refresh: Secret, *, member_id: str = "") -> Connection:
        """Spend a refresh token that a person has. `member_id` is what stood beside it. Raises PluginError."""
        return self._prove(self._of(self._ask_for_tokens(refresh=refresh), member_id))

    def _of(self, tokens: Tokens, member_id: str) -> Tokens:
        """The tokens, if they are those of the portal that somebody named."""
        if not tokens.member_id:
            raise self._refuse(Message("bitrix24.connect.member_missing"))
        if member_id and member_id != tokens.member_id:
            raise self._refuse(Message("bitrix24.connect.member_differs", told=tokens.member_id, expected=member_id))
        return tokens

    def _ask_for_tokens(self, *, code: Secret | None = None, refresh: Secret | None = None) -> Tokens:
        keys = self._application
        grant = Grant(client_id=keys.client_id, client_secret=keys.client_secret, code=code, refresh=refresh)
        answer = TokenServer(self._services, self._links, self._portal).request_tokens(grant)
        if isinstance(answer, RefreshFailure):
            raise self._explain(answer, _OF_CODE if code else _OF_TOKEN)
        self._keeping.keep(answer)
        return answer

    def _prove(self, tokens: Tokens) -> Connection:
        owner = self._check_owner(tokens)
        portal = self._name_portal(tokens)
        app = self._read_application(portal, tokens.access)
        may_manage = self._call(portal, CONNECTOR_LIST, tokens.access).code != "ACCESS_DENIED"
        credentials = Credentials(
            member_id=tokens.member_id,
            client_id=self._application.client_id,
            client_secret=self._application.client_secret,
            access=tokens.access,
            refresh=tokens.refresh,
            token_url=tokens.source,
        )
        renewed = TokenServer(self._services, self._links, portal).ask(credentials)
        if isinstance(renewed, RefreshFailure):
            raise self._explain(renewed, _OF_TOKEN)
        self._keeping.keep(replace(renewed, member_id=tokens.member_id))
        return Connection(
            portal=portal,
            credentials=replace(credentials, access=renewed.access, refresh=renewed.refresh),
            app=app,
            user=renewed.user or owner.user,
            may_manage=may_manage,
        )

    def _check_owner(self, tokens: Tokens) -> TokenOwner:
        """Let the authorisation server say whose token it is: a token of another application would pass the portal."""
        owner = ask_owner(self._services, self._links, tokens.source, tokens.server, tokens.access)
        if owner.client_id != self._application.client_id:
            raise self._refuse(
                Message("bitrix24.connect.client_differs", told=owner.client_id, expected=self._application.client_id)
            )
        if not owner.member_id:
            raise self._refuse(Message("bitrix24.connect.member_missing"))
        if owner.member_id != tokens.member_id:
            raise self._refuse(
                Message("bitrix24.connect.member_differs", told=owner.member_id, expected=tokens.member_id)
            )
        return owner

    def _name_portal(self, tokens: Tokens) -> KnownPortal:
        """The portal as the server names it: one that was renamed is known by its new address."""
        settings = self._services.settings
        host = urlsplit(tokens.endpoint).netloc
        asked = endpoints.portal(self._portal.domain, settings)
        named = _find_named(host, asked, settings) if host and host != urlsplit(asked.base).netloc else asked
        return replace(self._portal, domain=named.label, member_id=tokens.member_id)

    def _read_application(self, portal: KnownPortal, access: Secret) -> Any:
        judged = self._call(portal, APP_INFO, access)
        if judged.verdict is not CallVerdict.DONE:
            raise _error(judged.sentence, judged.hint, judged.code)
        return judged.result

    def _call(self, portal: KnownPortal, method: methods.Method, access: Secret) -> protocol.Judgement:
        endpoint = endpoints.portal(portal.domain, self._services.settings)
        where = Destination(
            base=endpoint.base, address=endpoint.address, authorities=self._authorities(portal.authorities)
        )
        request = protocol.encode(endpoint.base, method, {}, access)
        return protocol.judge(method, self._send(where, request, access), asked=request.url)

    def _refuse(self, sentence: Message) -> TargetRefused:
        """The error of tokens that are not those of this application and portal: no other try can use them."""
        self._keeping.discard()
        return TargetRefused(sentence, hint=Message("bitrix24.connect.do_check_application"))

    def _explain(self, failure: RefreshFailure, table: Mapping[str, tuple[Message, Message]]) -> PluginError:
        if failure.code in WORTHLESS:
            self._keeping.discard()
        sentence, hint = table.get(failure.code, (failure.sentence, failure.hint))
        return _error(sentence, name_portal(hint, self._portal.name), failure.code)

    def _authorities(self, more: str) -> str:
        return certificate_authorities.of_settings(self._services.settings) + more

    def _send(self, where: Destination, request: HttpRequest, access: Secret) -> Exchange:
        link = self._links.for_host(where, self._services.clock)
        return redact_exchange(link.wire.send(request, READING), access, self._application.client_secret)


def _error(sentence: Text, hint: Text, code: str) -> PluginError:
    return TargetRefused(sentence, code=code, hint=hint) if code else TargetUnreachable(sentence, hint=hint)
