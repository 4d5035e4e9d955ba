"""The authorise link of an application, the state that ties a code to it, and the code once it comes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from enum import Enum
from urllib.parse import urlencode

from bot.plugin import Json, Message, Refusal, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.known_portal import KnownPortal
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.redaction.secret import Secret

LIFETIME_MS = 10 * 60 * 1000
"""Milliseconds until a link is refused."""
_KIND = "authorization"
_CODE = "code:"
"""What the names of sealed codes begin with: no portal can have such a name."""


APPROVED = "approved"
"""The person of a link that was given to the requester of an approved connection: whoever has the terminal uses it."""


class StateFault(Enum):
    """Why a state is refused that comes back from a browser."""

    MALFORMED = "malformed_callback"
    UNKNOWN = "unknown_state"
    EXPIRED = "expired_state"
    USED = "used_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a link was made for, and by whom. `state` comes back with the code and is good once."""

    portal: str
    domain: str
    client_id: str
    person: str
    state: Secret
    expires_at: int
    backup: bool = False
    """The tokens become backup tokens of a portal that is known."""


def new_state() -> Secret:
    """Make a value that nobody can guess: what ties a code to its link, or the last part of an install address."""
    return Secret(secrets.token_urlsafe(32))


def make_link(endpoint: Endpoint, request: AuthorizationRequest) -> str:
    """Make the address at which a person allows the application. The code comes to the card's own handler path."""
    query = urlencode({"client_id": request.client_id, "state": request.state.reveal()})
    return f"{endpoint.base.removesuffix('rest/')}oauth/authorize/?{query}"


def make_request(
    services: Services, portal: KnownPortal, client_id: str, person: str, *, backup: bool = False
) -> AuthorizationRequest:
    """Make a link for a person and keep what it was made for."""
    request = AuthorizationRequest(
        portal=portal.name,
        domain=portal.domain,
        client_id=client_id,
        person=person,
        state=new_state(),
        expires_at=services.clock.now_ms() + LIFETIME_MS,
        backup=backup,
    )
    AuthorizationRequests(services).keep(request)
    return request


class AuthorizationRequests:
    """The links that were given out. The store keeps a hash of each state, and codes only encrypted."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def keep(self, request: AuthorizationRequest) -> None:
        """Keep a request until its code comes, and forget those that ran out."""
        now = self._services.clock.now_ms()
        with self._services.transaction():
            for key, kept in self._services.records.all(_KIND).items():
                if int(kept["expires_at"]) <= now:
                    self._forget(key)
            value: Mapping[str, Json] = {
                "portal": request.portal,
                "domain": request.domain,
                "client_id": request.client_id,
                "person": request.person,
                "expires_at": request.expires_at,
                "backup": request.backup,
            }
            self._services.records.put(_KIND, hash_value(request.state), value)

    def receive(self, state: Secret, code: Secret, *, member_id: str, readable: bool = True) -> StateFault | None:
        """Keep the code that a browser brought for whoever made the link; the fault of a state that is refused.

        `readable` is False for an address without a usable code: it is refused after the same work as any other.
        """
        key = hash_value(state)
        with self._services.transaction():
            value = self._services.records.get(_KIND, key)
            if not readable:
                return StateFault.MALFORMED
            if value is None:
                return StateFault.UNKNOWN
            if int(value["expires_at"]) <= self._services.clock.now_ms():
                return StateFault.EXPIRED
            sealed = {"code": code.reveal(), "state": state.reveal(), "member_id": member_id}
            return None if self._services.secrets.write(_CODE + key, sealed, after=0) else StateFault.USED

    def find_received(self, request: AuthorizationRequest) -> str | None:
        """The parameters that a browser brought for a link like this one of the same person, if any came.

        They are good once: `take` has to follow. A link of an approved connection is anybody's.
        """
        for key, value in self._services.records.all(_KIND).items():
            sealed = self._services.secrets.read(_CODE + key) if _is_for(value, request) else None
            if sealed is not None:
                return urlencode(sealed.value)
        return None

    def take(self, state: Secret, request: AuthorizationRequest) -> None:
        """Use up a state. Raises Refusal when it is unknown, used or too old.

        It is refused as well when it was made for another portal, application or purpose, or by another person.
        """
        key = hash_value(state)
        with self._services.transaction():
            value = self._services.records.get(_KIND, key)
            self._forget(key)
        self._check(value, request)

    def check(self, state: Secret, request: AuthorizationRequest) -> None:
        """Raise the Refusal of `take` without using the state up."""
        self._check(self._services.records.get(_KIND, hash_value(state)), request)

    def _check(self, value: Mapping[str, Json] | None, request: AuthorizationRequest) -> None:
        if value is None:
            raise _refuse(Message("bitrix24.connect.state_unknown"))
        if int(str(value["expires_at"])) <= self._services.clock.now_ms():
            raise _refuse(Message("bitrix24.connect.state_expired"))
        if not _is_for(value, request):
            raise _refuse(Message("bitrix24.connect.state_of_another"))

    def _forget(self, key: str) -> None:
        self._services.records.delete(_KIND, key)
        self._services.secrets.delete(_CODE + key)


def hash_value(value: Secret) -> str:
    """The hash under which the store keeps what nobody may guess."""
    return hashlib.sha256(value.reveal().encode()).hexdigest()


def _is_for(value: Mapping[str, Json], request: AuthorizationRequest) -> bool:
    """Whether a kept link was made for the same portal, application, purpose and person."""
    if (value["portal"], value["domain"], value["client_id"]) != (request.portal, request.domain, request.client_id):
        return False
    if bool(value.get("backup", False)) is not request.backup:
        return False
    return value.get("person", "") in (request.person, APPROVED)


def _refuse(sentence: Message) -> Refusal:
    return Refusal(sentence, hint=Message("bitrix24.connect.do_open_link"))
