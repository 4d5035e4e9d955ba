"""What each application of a portal watches, where b24bot knows one portal by several applications.

A connector that several of them have is watched by the first, so that each change is told once.
"""

from __future__ import annotations

from bot.plugin import Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.connectors.snapshot import Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchShare:
    """What one application watches: its `connectors`, and where it is the `first` one, all that nobody else has.

    `applications` is how many watch the same portal, and share the requests that it allows.
    """

    connectors: frozenset[str]
    elsewhere: frozenset[str]
    first: bool
    applications: int

    def concerns(self, connector: str) -> bool:
        """Whether this application takes in what b24bot itself changed of a connector."""
        return connector in self.connectors or (self.first and connector not in self.elsewhere)


def find_share(services: Services, portal: KnownPortal) -> WatchShare:
    """Find what this application of a portal watches."""
    all_ = sorted(each.identity for each in CredentialStore(services).portals() if each.member_id == portal.member_id)
    shares: dict[str, frozenset[str]] = {}
    for identity in all_:
        shares[identity] = Snapshots(services.records, identity).ids() - frozenset().union(*shares.values())
    connectors = shares.pop(portal.identity, frozenset())
    return WatchShare(
        connectors=connectors,
        elsewhere=frozenset().union(*shares.values()),
        first=portal.identity == all_[0] if all_ else True,
        applications=max(len(all_), 1),
    )
