"""A connection that people approved in Slack, until somebody completes it in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from bot.plugin import Json, Services
from bot.plugin.frozen import dataclass

LIFETIME_MS = 24 * 60 * 60 * 1000
"""Milliseconds until an approval counts no longer."""
_KIND = "approved_connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedConnection:
    """What was approved for a name. `member_id` is empty where nobody named it."""

    name: str
    domain: str
    client_id: str
    member_id: str = ""
    expires_at: int = field(default=0, compare=False)
    """Until when it counts, in UTC milliseconds; `keep` sets it."""


class ApprovedConnections:
    """The approvals of one installation."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def keep(self, approved: ApprovedConnection) -> None:
        """Keep an approval, in the place of one for the same name."""
        value: Mapping[str, Json] = {
            "domain": approved.domain,
            "client_id": approved.client_id,
            "member_id": approved.member_id,
            "expires_at": self._services.clock.now_ms() + LIFETIME_MS,
        }
        self._services.records.put(_KIND, approved.name, value)

    def find(self, name: str) -> ApprovedConnection | None:
        """The approval for a name, if there is one that still counts."""
        value = self._services.records.get(_KIND, name)
        if value is None or int(value["expires_at"]) <= self._services.clock.now_ms():
            return None
        return ApprovedConnection(
            name=name,
            domain=str(value["domain"]),
            client_id=str(value["client_id"]),
            member_id=str(value["member_id"]),
            expires_at=int(value["expires_at"]),
        )

    def all(self) -> Sequence[ApprovedConnection]:
        """All approvals that still count, by the name of their portal."""
        found = [self.find(name) for name in sorted(self._services.records.all(_KIND))]
        return [each for each in found if each is not None]

    def remove(self, name: str) -> None:
        """Forget an approval: the portal is connected."""
        self._services.records.delete(_KIND, name)
