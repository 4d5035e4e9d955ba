"""The signed word that a page's form carries, in the place of a cookie: who opened the page, and what it is about."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from enum import Enum

from bot.plugin import Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connecting.authorization_link import new_state

LIFETIME_MS = 15 * 60 * 1000
"""Milliseconds until a page has to be opened anew."""
LONGEST = 1_000
"""Characters of a token."""
_KEY = "pages:key"
"""The name of the key that signs; no portal can have such a name."""


class TokenFault(Enum):
    """Why a page's token is refused."""

    FORGED = "forged"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToken:
    """What a page is about: a connector on a line of a portal, for one user of that portal.

    `portal` is the identity of the place. `nonce` tells one page from another, so that a form counts once.
    """

    portal: str
    user: str
    connector: str
    line: int
    expires_at: int
    nonce: str


class PageTokens:
    """Signs what pages carry with a key that the bot keeps encrypted."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def issue(self, *, portal: str, user: str, connector: str, line: int) -> str:
        """Sign the token of a page that is opened now. No secret stands in it."""
        expires_at = self._services.clock.now_ms() + LIFETIME_MS
        said = [portal, user, connector, line, expires_at, new_state().reveal()]
        body = _encode(json.dumps(said, separators=(",", ":")).encode())
        return f"{body}.{self._sign(body)}"

    def read(self, token: str) -> PageToken | TokenFault:
        """Read a token of ours; the fault of one that is not, or that is too old."""
        body, _, signature = token.partition(".")
        if len(token) > LONGEST or not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return TokenFault.FORGED
        portal, user, connector, line, expires_at, nonce = json.loads(base64.urlsafe_b64decode(body))
        if expires_at <= self._services.clock.now_ms():
            return TokenFault.EXPIRED
        return PageToken(portal=portal, user=user, connector=connector, line=line, expires_at=expires_at, nonce=nonce)

    def _sign(self, body: str) -> str:
        return _encode(hmac.digest(self._key(), body.encode(errors="replace"), hashlib.sha256))

    def _key(self) -> bytes:
        kept = self._services.secrets.read(_KEY)
        if kept is None:
            # Of two processes the first one's key counts.
            self._services.secrets.write(_KEY, {"key": new_state().reveal()}, after=0)
            kept = self._services.secrets.read(_KEY)
        if kept is None:
            raise RuntimeError("the key of the pages was deleted while it was made")
        return str(kept.value["key"]).encode()


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode()
