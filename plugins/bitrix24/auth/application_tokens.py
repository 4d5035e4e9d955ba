"""The `application_token` that an application sent when it was installed: the proof of its later calls, encrypted."""

from __future__ import annotations

from bot.plugin import Services
from plugins.bitrix24.auth.credentials import KnownPortal
from plugins.bitrix24.redaction.secret import Secret

_PREFIX = "application_token:"
"""What the names of these secrets begin with: no portal can have such a name."""


class ApplicationTokens:
    """The tokens of one installation, one for each portal that is known."""

    def __init__(self, services: Services) -> None:
        self._secrets = services.secrets

    def find(self, portal: KnownPortal, client_id: str) -> Secret | None:
        """The token that this application of the portal sent; None where it sent none."""
        sealed = self._secrets.read(_PREFIX + portal.slot)
        if sealed is None or sealed.value["client_id"] != client_id or sealed.value["member_id"] != portal.member_id:
            return None
        return Secret(str(sealed.value["token"]))

    def pin(self, portal: KnownPortal, client_id: str, token: Secret) -> None:
        """Keep a token in the place of the former one."""
        value = {"member_id": portal.member_id, "client_id": client_id, "token": token.reveal()}
        self.remove(portal)
        self._secrets.write(_PREFIX + portal.slot, value, after=0)

    def remove(self, portal: KnownPortal) -> None:
        """Forget the token of a portal."""
        self._secrets.delete(_PREFIX + portal.slot)
