"""The authorise link of an application, and the state that ties the code to it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from bot.plugin import Json, Message, Refusal, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.redaction.secret import Secret

LIFETIME_MS = 10 * 60 * 1000
"""Milliseconds until a link is refused."""
_KIND = "authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a link was made for. `state` comes back with the code and is good once."""

    portal: str
    domain: str
    client_id: str
    state: Secret
    expires_at: int


def new_state() -> Secret:
    """Make the value that ties a code to the link it was asked for with."""
    return Secret(secrets.token_urlsafe(32))


def make_link(endpoint: Endpoint, request: AuthorizationRequest) -> str:
    """Make the address at which a person allows the application. The code comes to the card's own handler path."""
    query = urlencode({"client_id": request.client_id, "state": request.state.reveal()})
    return f"{endpoint.base.removesuffix('rest/')}oauth/authorize/?{query}"


class AuthorizationRequests:
    """The links that were given out. The store keeps a hash of each state, never the state."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def keep(self, request: AuthorizationRequest) -> None:
        """Keep a request until its code comes, and forget those that ran out."""
        now = self._services.clock.now_ms()
        with self._services.transaction():
            for key, kept in self._services.records.all(_KIND).items():
                if int(kept["expires_at"]) <= now:
                    self._services.records.delete(_KIND, key)
            value: Mapping[str, Json] = {
                "portal": request.portal,
                "domain": request.domain,
                "client_id": request.client_id,
                "expires_at": request.expires_at,
            }
            self._services.records.put(_KIND, _key(request.state), value)

    def take(self, state: Secret, *, portal: str, domain: str, client_id: str) -> None:
        """Use up a state. Raises Refusal when it is unknown, used, too old or another portal's or application's."""
        key = _key(state)
        with self._services.transaction():
            value = self._services.records.get(_KIND, key)
            self._services.records.delete(_KIND, key)
        if value is None:
            raise _refuse(Message("bitrix24.connect.state_unknown"))
        if int(value["expires_at"]) <= self._services.clock.now_ms():
            raise _refuse(Message("bitrix24.connect.state_expired"))
        if (value["portal"], value["domain"], value["client_id"]) != (portal, domain, client_id):
            raise _refuse(Message("bitrix24.connect.state_of_another"))


def _refuse(sentence: Message) -> Refusal:
    return Refusal(sentence, hint=Message("bitrix24.connect.do_open_link"))


def _key(state: Secret) -> str:
    return hashlib.sha256(state.reveal().encode()).hexdigest()
