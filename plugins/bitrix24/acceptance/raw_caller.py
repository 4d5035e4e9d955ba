"""Calls of a run as they are, also such as the plugin itself would never make; each answer comes back unjudged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from bot.plugin import Json, Message, Services, TargetRefused
from plugins.bitrix24.acceptance.answer import Answer, read_answer
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal, StoredCredentials
from plugins.bitrix24.auth.oauth import RefreshFailure
from plugins.bitrix24.auth.token_refresh import TokenRefresh
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.http.exchange import READING, HttpRequest, redact_exchange
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.traffic.portal_connections import Connections, Destination

FULL = "QUERY_LIMIT_EXCEEDED"
EXPIRED = "expired_token"
MOST_TRIES = 5
PAUSE_SECONDS = 2.0
JSON_TYPE = "application/json; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"
STRANGER: Mapping[str, str] = {
    "grant_type": "refresh_token",
    "client_id": "local.b24bot-probe",
    "client_secret": "probe",
    "refresh_token": "probe",
}
"""A grant of an application that does not exist: it spends nothing, and holds no secret."""


class RawCaller:
    """Calls one portal with its stored tokens, at the pace of all calls to it."""

    def __init__(self, services: Services, links: Connections, portal: KnownPortal) -> None:
        self._services = services
        self._links = links
        self._portal = portal
        self._credential_store = CredentialStore(services)
        self._renewal = TokenRefresh(services, links, portal)
        self._bucket = links.traffic(services, portal.member_id).bucket

    def renew(self) -> None:
        """Renew the tokens once. Raises TargetRefused where that fails."""
        self._renew_after(self._credential_store.held(self._portal))

    def call(self, method: str, params: Mapping[str, Json], *, token: bool = True) -> Answer:
        """The answer to one call. Only what was provably not carried out is sent again."""
        for _ in range(MOST_TRIES):
            held = self._credential_store.held(self._portal)
            answer = self._send(method, params, held, token=token)
            if answer.error == EXPIRED and token:
                self._renew_after(held)
            elif answer.error == FULL:
                self._services.clock.sleep(PAUSE_SECONDS)
            else:
                break
        return answer

    def ask_server(self, place: str) -> Answer:
        """What the authorisation server says to the grant of a stranger, in the "body" or in the "query"."""
        held, settings = self._credential_store.held(self._portal).credentials, self._services.settings
        url = endpoints.token_url(endpoints.portal(self._portal.domain, settings), settings, stored=held.token_url)
        form = Secret(urlencode(STRANGER))
        request = (
            HttpRequest(verb="POST", url=url, content_type=FORM_TYPE, body=form)
            if place == "body"
            else HttpRequest(verb="GET", url=url, query=form)
        )
        trusted = certificate_authorities.of_settings(settings)
        link = self._links.for_host(Destination(base=url, authorities=trusted), self._services.clock)
        return read_answer(link.wire.send(request, READING))

    def _renew_after(self, held: StoredCredentials) -> None:
        failure = self._renewal.refresh_after(held)
        if isinstance(failure, RefreshFailure):
            raise TargetRefused(
                Message("bitrix24.acceptance.not_renewed", reason=failure.sentence),
                code=failure.code,
                hint=failure.hint,
            )

    def _send(self, method: str, params: Mapping[str, Json], held: StoredCredentials, *, token: bool) -> Answer:
        clock, settings = self._services.clock, self._services.settings
        wait = self._bucket.take(clock.monotonic()) or 0.0
        if wait > 0:
            clock.sleep(wait)
        endpoint = endpoints.portal(self._portal.domain, settings)
        where = Destination(
            base=endpoint.base,
            address=endpoint.address,
            authorities=certificate_authorities.of_settings(settings) + self._portal.authorities,
        )
        auth = {"auth": held.credentials.access.reveal()} if token else {}
        body = Secret(json.dumps({**params, **auth}))
        request = HttpRequest(verb="POST", url=f"{endpoint.base}{method}.json", content_type=JSON_TYPE, body=body)
        exchange = self._links.for_host(where, clock).wire.send(request, READING)
        return read_answer(redact_exchange(exchange, *held.credentials.secrets))
