"""Tokens that connecting a portal gave before it broke off or was refused: the next try begins with them.

A renewal spends the pair that it was asked with, so that the new pair is all that a person still has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.plugin import Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.redaction.secret import Secret

LIFETIME_MS = 24 * 60 * 60 * 1000
"""Milliseconds until kept tokens are forgotten."""
_KEPT, _BACKUP = "kept:", "#backup"
"""What the names of the sealed values begin and may end with: no portal can have such a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTokens:
    """A pair of tokens of an application, not proved. `kept_at` is in milliseconds.

    `domain` is what the person said, and `member_id` what the server said; it is empty where the server did not.
    """

    domain: str
    member_id: str
    client_id: str
    access: Secret
    refresh: Secret
    kept_at: int

    def revealed(self) -> Mapping[str, Any]:
        """The JSON object for the encrypted store."""
        return {
            "portal_url": self.domain,
            "member_id": self.member_id,
            "client_id": self.client_id,
            "access": self.access.reveal(),
            "refresh": self.refresh.reveal(),
            "kept_at": self.kept_at,
        }


class KeptTokenStore:
    """The kept tokens of one installation, one pair for each name of a portal."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def find(self, name: str) -> KeptTokens | None:
        """The tokens that are kept for a name. Those that are too old are deleted."""
        sealed = self._services.secrets.read(_KEPT + name)
        if sealed is None:
            return None
        value = sealed.value
        if not 0 <= self._services.clock.now_ms() - int(value["kept_at"]) < LIFETIME_MS:
            self.remove(name)
            return None
        return KeptTokens(
            domain=str(value["portal_url"]),
            member_id=str(value["member_id"]),
            client_id=str(value["client_id"]),
            access=Secret(str(value["access"])),
            refresh=Secret(str(value["refresh"])),
            kept_at=int(value["kept_at"]),
        )

    def keep(self, name: str, tokens: KeptTokens) -> str:
        """Store tokens in the place of former ones, and return the name that they are kept for.

        A portal that is known with this application under another name gets them: under `name` it cannot be stored.
        """
        with self._services.transaction():
            name = self._find_known(tokens) or name
            self._write(name, tokens)
        return name

    def keep_backup(self, name: str, tokens: KeptTokens) -> None:
        """Store tokens that are to become backup tokens of the portal of this name."""
        with self._services.transaction():
            self._write(name + _BACKUP, tokens)

    def find_backup(self, name: str) -> KeptTokens | None:
        """The tokens that are to become backup tokens of the portal of this name."""
        return self.find(name + _BACKUP)

    def remove_backup(self, name: str) -> None:
        """Delete the tokens that were to become backup tokens."""
        self.remove(name + _BACKUP)

    def _write(self, name: str, tokens: KeptTokens) -> None:
        sealed = self._services.secrets.read(_KEPT + name)
        self._services.secrets.write(_KEPT + name, tokens.revealed(), after=sealed.generation if sealed else 0)

    def remove(self, name: str) -> None:
        """Delete what is kept for a name."""
        self._services.secrets.delete(_KEPT + name)

    def _find_known(self, tokens: KeptTokens) -> str:
        store = CredentialStore(self._services)
        for portal in store.portals():
            if tokens.member_id == portal.member_id and store.known(portal.name).client_id == tokens.client_id:
                return portal.name
        return ""
