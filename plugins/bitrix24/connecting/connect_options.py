"""The portal that somebody wants to connect, as far as they said it."""

from __future__ import annotations

from dataclasses import field

from bot.plugin import Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.connecting.connection import Application
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.redaction.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectOptions:
    """What a person typed; empty where they left it out. `authorities` are PEM certificates."""

    name: str
    domain: str = ""
    client_id: str = ""
    client_secret: Secret | None = None
    authorities: str = field(repr=False, default="")

    @property
    def application(self) -> Application:
        """The application's keys, once both are known."""
        return Application(client_id=self.client_id, client_secret=self.client_secret or Secret(""))

    def make_portal(self, services: Services, domain: str) -> KnownPortal:
        """Make the record of the portal at this address, without a member_id. A known one keeps its certificates."""
        known = next((each for each in CredentialStore(services).portals() if each.name == self.name), None)
        return KnownPortal(
            name=self.name,
            domain=endpoints.portal(domain, services.settings).label,
            member_id="",
            added_at=services.clock.now_ms(),
            authorities=self.authorities or (known.authorities if known else ""),
        )
