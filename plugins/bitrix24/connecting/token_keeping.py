"""Where each pair of tokens goes that connecting a portal gives: it is stored before it is used.

The pair before is spent by then. A token that a known portal uses is therefore spent for this portal only, and what
comes for it is stored there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from bot.plugin import Message, Refusal, Services
from plugins.bitrix24.auth import backup_tokens
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.oauth import Tokens
from plugins.bitrix24.auth.token_refresh import LEASE
from plugins.bitrix24.connecting.kept_tokens import KeptTokens, KeptTokenStore
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from plugins.bitrix24.redaction.secret import Secret


class TokenKeeping(Protocol):
    """Stores the tokens of one connection until its portal is stored."""

    def keep(self, tokens: Tokens) -> None:
        """Store a pair in the place of the one that it was asked with."""

    def discard(self) -> None:
        """Forget the pair: it proved to be worthless."""


class InstallKeeping:
    """Keeps the tokens of an install call that waits. `refresh` is the token that is spent first.

    Another command may be completing the same call: only its own pair is discarded.
    """

    def __init__(self, services: Services, name: str, refresh: Secret) -> None:
        self._installs = PendingInstalls(services)
        self._name = name
        self._last = refresh

    def keep(self, tokens: Tokens) -> None:
        self._installs.renew(self._name, tokens.access, tokens.refresh)
        self._last = tokens.refresh

    def discard(self) -> None:
        self._installs.discard(self._name, self._last)


class ConnectionKeeping:
    """Keeps what a code or a refresh token gives for the next try; or for the portal that used this refresh token."""

    def __init__(self, services: Services, name: str, domain: str, client_id: str) -> None:
        self._services = services
        self._kept = KeptTokenStore(services)
        self._name = name
        self._domain = domain
        self._client_id = client_id
        self._last: Secret | None = None
        self._user: KnownPortal | None = None

    @contextmanager
    def spend(self, refresh: Secret) -> Iterator[None]:
        """Spend a refresh token. Raises Refusal, before that, for one that another portal or a backup uses."""
        self._last = refresh
        self._user = find_user(self._services, self._name, refresh)
        if self._user is None:
            yield
            return
        with self._services.secrets.lease(self._user.slot, seconds=LEASE) as mine:
            if not mine:
                raise Refusal(Message("bitrix24.token.busy"), hint=Message("bitrix24.token.do_retry"))
            yield

    def keep(self, tokens: Tokens) -> None:
        if self._user is None or not self._renew(self._user, tokens):
            kept = KeptTokens(
                domain=self._domain,
                member_id=tokens.member_id,
                client_id=self._client_id,
                access=tokens.access,
                refresh=tokens.refresh,
                kept_at=self._services.clock.now_ms(),
            )
            self._name = self._kept.keep(self._name, kept)
        self._last = tokens.refresh

    def discard(self) -> None:
        kept = self._kept.find(self._name)
        if kept is not None and kept.refresh == self._last:
            self._kept.remove(self._name)

    def _renew(self, portal: KnownPortal, tokens: Tokens) -> bool:
        """Store the pair for the portal whose token was spent; False when it has a newer one."""
        store = CredentialStore(self._services)
        held = store.stored(portal, portal.slot)
        if held is None or held.credentials.refresh != self._last:
            return False
        return store.renewed(portal, held, tokens.access, tokens.refresh, token_url=tokens.source)


class BackupKeeping:
    """Keeps what a code or a refresh token gives until it is stored as backup tokens of a known portal.

    `refresh` is the token that is spent first; None where a code is. Only its own pair is discarded.
    """

    def __init__(self, services: Services, portal: KnownPortal, refresh: Secret | None) -> None:
        self._last = refresh
        self._services = services
        self._kept = KeptTokenStore(services)
        self._portal = portal

    def keep(self, tokens: Tokens) -> None:
        kept = KeptTokens(
            domain=self._portal.domain,
            member_id=tokens.member_id,
            client_id=self._portal.client_id,
            access=tokens.access,
            refresh=tokens.refresh,
            kept_at=self._services.clock.now_ms(),
        )
        self._kept.keep_backup(self._portal.name, kept)
        self._last = tokens.refresh

    def discard(self) -> None:
        kept = self._kept.find_backup(self._portal.name)
        if kept is not None and kept.refresh == self._last:
            self._kept.remove_backup(self._portal.name)


def find_user(services: Services, name: str, refresh: Secret) -> KnownPortal | None:
    """The portal of this name, if it uses the refresh token; None when no portal does.

    Raises Refusal where it is in use under another name, or as a backup.
    """
    for portal in CredentialStore(services).portals():
        if _is_stored(services, backup_tokens.slot(portal), refresh):
            raise Refusal(
                Message("bitrix24.connect.token_is_backup", portal=portal.name),
                hint=Message("bitrix24.token.do_authorise_again"),
            )
        if _is_stored(services, portal.slot, refresh):
            if portal.name != name:
                raise Refusal(
                    Message("bitrix24.portal.known_as", portal=portal.name),
                    hint=Message("bitrix24.portal.do_use_name"),
                )
            return portal
    return None


def _is_stored(services: Services, slot: str, refresh: Secret) -> bool:
    sealed = services.secrets.read(slot)
    return sealed is not None and Secret(str(sealed.value.get("refresh"))) == refresh
