"""Access tokens, refresh tokens and authorisation codes of one portal, and how long each is good."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TypeVar

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.state.simulated_clock import Clock

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 180 * 24 * 3600
CODE_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """`scope` None is whatever the application has now."""

    value: str
    client_id: str
    user_id: int
    expires: float
    scope: tuple[str, ...] | None = None
    spent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    value: str
    access: str
    client_id: str
    user_id: int
    expires: float
    scope: tuple[str, ...] | None = None
    spent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    value: str
    client_id: str
    user_id: int
    expires: float
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    access: AccessToken
    refresh: RefreshToken


Lapsing = TypeVar("Lapsing", AccessToken, RefreshToken)


def new_secret() -> str:
    """A token as long as the portal's."""
    return secrets.token_hex(35)


class Tokens:
    """The authorisation server's memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.access: dict[str, AccessToken] = {}
        self.refresh: dict[str, RefreshToken] = {}
        self.codes: dict[str, Code] = {}

    def issue(
        self,
        client_id: str,
        user_id: int,
        *,
        scope: tuple[str, ...] | None = None,
        access: str = "",
        refresh: str = "",
    ) -> Pair:
        """A new pair; `access` and `refresh` fix the values, else they are random."""
        now = self._clock.time()
        token = AccessToken(
            value=access or new_secret(),
            client_id=client_id,
            user_id=user_id,
            expires=now + ACCESS_SECONDS,
            scope=scope,
        )
        renewal = RefreshToken(
            value=refresh or new_secret(),
            access=token.value,
            client_id=client_id,
            user_id=user_id,
            expires=now + REFRESH_SECONDS,
            scope=scope,
        )
        self.access[token.value] = token
        self.refresh[renewal.value] = renewal
        return Pair(access=token, refresh=renewal)

    def spend(self, token: RefreshToken) -> None:
        """The pair is used up: the next link of the chain replaces it."""
        self.refresh[token.value] = replace(token, spent=True)
        self.access[token.access] = replace(self.access[token.access], spent=True)

    def code(self, client_id: str, user_id: int) -> Code:
        made = Code(
            value=secrets.token_hex(20),
            client_id=client_id,
            user_id=user_id,
            expires=self._clock.time() + CODE_SECONDS,
        )
        self.codes[made.value] = made
        return made

    def expire(self, *, client_id: str | None, access: bool, refresh: bool) -> int:
        """Let tokens lapse now; None is every application's. Returns how many were alive."""
        now = self._clock.time()
        lapsed = 0
        if access:
            for token in self._alive(self.access, client_id):
                self.access[token.value] = replace(token, expires=now)
                lapsed += 1
        if refresh:
            for renewal in self._alive(self.refresh, client_id):
                self.refresh[renewal.value] = replace(renewal, expires=now)
                lapsed += 1
        return lapsed

    def forget(self) -> None:
        """Know no token and no code any more."""
        for table in (self.access, self.refresh, self.codes):
            table.clear()

    def _alive(self, table: dict[str, Lapsing], client_id: str | None) -> list[Lapsing]:
        now = self._clock.time()
        return [row for row in table.values() if client_id in (None, row.client_id) and row.expires > now]
