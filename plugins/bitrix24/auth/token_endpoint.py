"""Asks the authorisation server for a new pair of tokens: in the body, or in the query where it reads only that."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.plugin import Message, Services
from plugins.bitrix24.auth import oauth
from plugins.bitrix24.auth.credentials import Credentials, KnownPortal
from plugins.bitrix24.auth.oauth import Grant, RefreshFailure, Tokens
from plugins.bitrix24.hosts import certificate_authorities, vendor_domains
from plugins.bitrix24.hosts.endpoints import portal as endpoint_of
from plugins.bitrix24.hosts.endpoints import token_url
from plugins.bitrix24.http.exchange import READING, HttpRequest, Undelivered, redact_exchange
from plugins.bitrix24.rest import error_codes
from plugins.bitrix24.traffic.portal_connections import Connections, Destination

OTHER_PORTAL = "other_member_id"
"""The code of tokens that are another portal's: a portal that was registered again has another member_id."""
RESTING = RefreshFailure(sentence=Message("bitrix24.token.circuit_open"), hint=error_codes.AGAIN_SOON)

_OF_ANOTHER_SERVER = frozenset({"wrong_client", "invalid_client"})
"""What a server says of an application that the vendor's other server may know."""


class TokenServer:
    """The server that renews one portal's tokens. Each question spends the pair that it asks with."""

    def __init__(self, services: Services, links: Connections, portal: KnownPortal) -> None:
        self._services = services
        self._links = links
        self._portal = portal
        self._endpoint = endpoint_of(portal.domain, services.settings)

    def ask(self, keys: Credentials) -> Tokens | RefreshFailure:
        """Ask for the pair that replaces the one in these credentials."""
        grant = Grant(client_id=keys.client_id, client_secret=keys.client_secret, refresh=keys.refresh)
        answer = self.request_tokens(grant, stored=keys.token_url)
        if isinstance(answer, Tokens) and answer.member_id not in ("", keys.member_id):
            return RefreshFailure(
                sentence=Message("bitrix24.token.of_another_portal"),
                hint=Message("bitrix24.token.do_store_right_credentials"),
                code=OTHER_PORTAL,
                final=True,
            )
        return answer

    def request_tokens(self, grant: Grant, *, stored: str = "") -> Tokens | RefreshFailure:
        """Ask for tokens at the token endpoint that is stored, or else at that of the portal's region.

        The vendor has two servers. Where one does not know the application, which spends nothing, the other is asked
        once; if it gives no tokens either, what the first said counts.
        """
        first = token_url(self._endpoint, self._services.settings, stored=stored)
        answer = self._ask_at(first, grant)
        if isinstance(answer, RefreshFailure) and answer.code in _OF_ANOTHER_SERVER:
            for url in vendor_domains.list_other_servers(first):
                again = self._ask_at(url, grant)
                answer = again if isinstance(again, Tokens) else answer
        return answer

    def _ask_at(self, url: str, grant: Grant) -> Tokens | RefreshFailure:
        """Ask one server, in the second form where it does not read the first."""
        answer = self._exchange(grant, oauth.token_request(url, grant))
        if isinstance(answer, RefreshFailure) and answer.other_form:
            answer = self._exchange(grant, oauth.token_request_in_query(url, grant))
        return replace(answer, source=url) if isinstance(answer, Tokens) else answer

    def _exchange(self, grant: Grant, request: HttpRequest) -> Tokens | RefreshFailure:
        clock = self._services.clock
        trusted = certificate_authorities.of_settings(self._services.settings)
        link = self._links.for_host(Destination(base=request.url, authorities=trusted), clock)
        if not link.breaker.try_acquire(clock.monotonic()):
            return RESTING
        exchange = link.wire.send(request, READING)
        if isinstance(exchange, Undelivered):
            link.breaker.failed(clock.monotonic())
        else:
            link.breaker.record_success()
        answer = oauth.judge_refresh(exchange, asked=request.url)
        if isinstance(answer, Tokens):
            return answer
        reason = answer.code or Message("bitrix24.token.no_answer")
        # Of a portal that is being connected there are no tokens to renew yet, and the command says what is wrong.
        level = logging.WARNING if self._portal.member_id else logging.INFO
        told = Message("bitrix24.token.not_renewed", portal=self._portal.name, reason=reason)
        self._services.log.log(level, "%s", told)
        return oauth.judge_refresh(redact_exchange(exchange, *grant.secrets), asked=request.url)
