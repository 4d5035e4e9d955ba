"""An application that was installed at its one-time address and waits for its client_secret.

Nothing here counts as trusted: `connection.py` proves it before a portal is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

from bot.plugin import Json, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connecting.authorization_link import hash_value, new_state
from plugins.bitrix24.redaction.secret import Secret

LIFETIME_MS = 24 * 60 * 60 * 1000
"""Milliseconds until an install address is refused."""
_INVITATION = "install_invitation"
_NONCE, _PENDING = "install:", "pending:"
"""What the names of sealed values begin with: no portal can have such a name."""


class InstallFault(Enum):
    """Why an install call is refused."""

    MALFORMED = "malformed_install"
    UNKNOWN = "unknown_nonce"
    EXPIRED = "expired_nonce"
    REPEATED = "repeated_install"
    OTHER_PORTAL = "install_of_another_portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallCall:
    """What an install call says. `page` is the first page of an application with a user interface."""

    page: bool
    domain: str
    member_id: str
    access: Secret
    refresh: Secret
    application_token: Secret
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingInstall:
    """The credentials of an install call, not proved. `received_at` is in milliseconds."""

    portal: str
    domain: str
    member_id: str
    access: Secret
    refresh: Secret
    application_token: Secret
    server: str
    received_at: int

    def revealed(self) -> Mapping[str, Any]:
        """The JSON object for the encrypted store."""
        return {
            "domain": self.domain,
            "member_id": self.member_id,
            "access": self.access.reveal(),
            "refresh": self.refresh.reveal(),
            "application_token": self.application_token.reveal(),
            "server": self.server,
            "received_at": self.received_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The last part of an install address, and until when it is good."""

    nonce: Secret
    expires_at: int


class PendingInstalls:
    """The install addresses that were given out, and what came to them. One call is taken for each portal."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def invite(self, portal: str) -> Invitation:
        """The install address of a portal; the one that was given out before while it is good, as a card may have it.

        Inside a transaction of its own.
        """
        now = self._services.clock.now_ms()
        secrets, records = self._services.secrets, self._services.records
        with self._services.transaction():
            self._drop_expired(now)
            sealed = secrets.read(_NONCE + portal)
            if sealed is not None:
                nonce = Secret(str(sealed.value["nonce"]))
                kept = records.get(_INVITATION, hash_value(nonce))
                if kept is not None and not kept["member_id"]:
                    return Invitation(nonce=nonce, expires_at=int(kept["expires_at"]))
            made = Invitation(nonce=new_state(), expires_at=now + LIFETIME_MS)
            value: Mapping[str, Json] = {"portal": portal, "expires_at": made.expires_at, "member_id": ""}
            records.put(_INVITATION, hash_value(made.nonce), value)
            secrets.delete(_NONCE + portal)
            secrets.write(_NONCE + portal, {"nonce": made.nonce.reveal()}, after=0)
        return made

    def receive(self, nonce: Secret, call: InstallCall | None) -> str | InstallFault:
        """Keep a call as pending, once for an address; the name of its portal, or why it is refused.

        A call that cannot be read, None, is refused after the same work as any other.

        The first page comes each time an administrator opens it: from the same portal it is no fault, and its newer
        tokens take the place of those that still wait.
        """
        key, now = hash_value(nonce), self._services.clock.now_ms()
        with self._services.transaction():
            kept = self._services.records.get(_INVITATION, key)
            if call is None:
                return InstallFault.MALFORMED
            if kept is None:
                return InstallFault.UNKNOWN
            if int(kept["expires_at"]) <= now:
                return InstallFault.EXPIRED
            portal, former = str(kept["portal"]), str(kept["member_id"])
            if former and former != call.member_id:
                return InstallFault.OTHER_PORTAL
            if former and not call.page:
                return InstallFault.REPEATED
            if former and self.find(portal) is None:
                return portal
            self._services.records.put(_INVITATION, key, {**kept, "member_id": call.member_id})
            self.keep(
                PendingInstall(
                    portal=portal,
                    domain=call.domain,
                    member_id=call.member_id,
                    access=call.access,
                    refresh=call.refresh,
                    application_token=call.application_token,
                    server=call.server,
                    received_at=now,
                )
            )
        return portal

    def find(self, portal: str) -> PendingInstall | None:
        """What waits for this portal."""
        sealed = self._services.secrets.read(_PENDING + portal)
        if sealed is None:
            return None
        value = sealed.value
        return PendingInstall(
            portal=portal,
            domain=str(value["domain"]),
            member_id=str(value["member_id"]),
            access=Secret(str(value["access"])),
            refresh=Secret(str(value["refresh"])),
            application_token=Secret(str(value["application_token"])),
            server=str(value["server"]),
            received_at=int(value["received_at"]),
        )

    def all(self) -> Sequence[PendingInstall]:
        """All that wait, by the name of their portal."""
        kept = self._services.records.all(_INVITATION).values()
        found = [self.find(name) for name in sorted({str(each["portal"]) for each in kept})]
        return [each for each in found if each is not None]

    def keep(self, pending: PendingInstall) -> None:
        """Store what waits, in the place of what waited."""
        name = _PENDING + pending.portal
        sealed = self._services.secrets.read(name)
        self._services.secrets.write(name, pending.revealed(), after=sealed.generation if sealed else 0)

    def renew(self, portal: str, access: Secret, refresh: Secret) -> None:
        """Store the pair that a renewal gave before it is used: the former one is spent."""
        with self._services.transaction():
            pending = self.find(portal)
            if pending is not None:
                self.keep(replace(pending, access=access, refresh=refresh))

    def remove(self, portal: str) -> None:
        """Forget what waits: the portal is connected. Its address stays known, to show the page again."""
        self._services.secrets.delete(_PENDING + portal)
        self._services.secrets.delete(_NONCE + portal)

    def withdraw(self, portal: str) -> None:
        """Forget what waits, and refuse its address from now on: somebody does not want this portal."""
        with self._services.transaction():
            self.remove(portal)
            for key, kept in self._services.records.all(_INVITATION).items():
                if kept["portal"] == portal:
                    self._services.records.delete(_INVITATION, key)

    def discard(self, portal: str, refresh: Secret) -> None:
        """Forget what waits with this token, which proved to be worthless; the address can be used once more.

        Newer tokens stay: another command has renewed them, or another install call brought them.
        """
        with self._services.transaction():
            pending = self.find(portal)
            if pending is None or pending.refresh != refresh:
                return
            self._services.secrets.delete(_PENDING + portal)
            for key, kept in self._services.records.all(_INVITATION).items():
                if kept["portal"] == portal:
                    self._services.records.put(_INVITATION, key, {**kept, "member_id": ""})

    def _drop_expired(self, now: int) -> None:
        for key, kept in self._services.records.all(_INVITATION).items():
            # What waits is found by its invitation.
            if int(kept["expires_at"]) <= now and self.find(str(kept["portal"])) is None:
                self._services.records.delete(_INVITATION, key)
