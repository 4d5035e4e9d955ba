"""What the plugin measures of each portal for monitoring, from what is stored and what this process has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.plugin import Measurement, Services
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.token_maintenance import find_token_end
from plugins.bitrix24.traffic.portal_connections import Connections, PortalState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """One portal and what this process keeps about its traffic."""

    services: Services
    portal: KnownPortal
    traffic: PortalState


def _token_remaining(about: _Measured) -> float:
    return (find_token_end(about.services, about.portal) - about.services.clock.now_ms()) / 1000


def _access_lost(about: _Measured) -> float:
    health = CredentialStore(about.services).health(about.portal)
    return float(health is not None and health.locked_out)


def _budget_used(about: _Measured) -> float:
    return about.traffic.bucket.used(about.services.clock.monotonic())


def _operating(about: _Measured) -> float:
    busiest = about.traffic.operating.busiest(about.services.clock.now_ms())
    return busiest[1] if busiest else 0.0


ROWS: Mapping[str, tuple[str, Callable[[_Measured], float]]] = {
    "token_remaining_seconds": (
        "Time until the refresh token of the portal ends unless b24bot renews it.",
        _token_remaining,
    ),
    "access_lost": ("1 if the last renewal of the portal's tokens was refused, else 0.", _access_lost),
    "request_budget_used_ratio": (
        "Share of the portal's request limit that is in use, between 0 and 1.",
        _budget_used,
    ),
    "operating_seconds": (
        "Longest time that the portal worked on one method within ten minutes, as this process last saw it.",
        _operating,
    ),
}
"""The help text of each measurement, and what measures it."""


def measure_portals(services: Services, links: Connections) -> Sequence[Measurement]:
    """Measure every known portal. No portal is called."""
    known = [
        _Measured(services=services, portal=portal, traffic=links.traffic(services, portal.member_id))
        for portal in CredentialStore(services).portals()
    ]
    return [
        Measurement(name=name, help=text, place=about.portal.name, value=read(about))
        for name, (text, read) in ROWS.items()
        for about in known
    ]
