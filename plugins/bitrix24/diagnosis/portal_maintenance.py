"""Looks after every portal now and then: renews tokens in time, asks who they belong to, and warns people."""

from __future__ import annotations

from collections.abc import Callable

from bot.plugin import PluginError, Services
from plugins.bitrix24.auth import token_maintenance
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.token_maintenance import DAY_MS
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.health import application_record, portal_refusals, warning_log
from plugins.bitrix24.health.access_losses import OVERLOADED
from plugins.bitrix24.health.application_record import ApplicationRecords
from plugins.bitrix24.health.portal_refusals import HOLD_MS, PortalRefusals
from plugins.bitrix24.health.warning_log import WarningLog
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.traffic.portal_connections import Connections

FRESH_MS = 50 * 60 * 1000
"""So long after a renewal the access token can be used without another renewal."""


def look_after_portals(services: Services, links: Connections, open_portal: Callable[[KnownPortal], Portal]) -> None:
    """Renew what would run out, ask what is due, and tell what began or ended. One portal stops no other."""
    token_maintenance.maintain_tokens(services, links)
    portals = CredentialStore(services).portals()
    _forget_others(services, {portal.identity for portal in portals})
    for portal in portals:
        try:
            if _is_due(services, portal):
                _ask(open_portal(portal))
        except PluginError as error:
            services.log.warning("the portal %s does not say how it is doing: %s", portal.name, error.sentence)
        WarningLog(services).update(portal)


def _forget_others(services: Services, known: set[str]) -> None:
    """Delete what is kept of portals that were removed."""
    for kind in (application_record.KIND, portal_refusals.KIND, warning_log.KIND):
        for identity in services.records.all(kind):
            if identity not in known:
                services.records.delete(kind, identity)


def _is_due(services: Services, portal: KnownPortal) -> bool:
    """Whether to ask: after each renewal while its token is good, and daily while the portal refuses everything."""
    now = services.clock.now_ms()
    health, seen = CredentialStore(services).health(portal), ApplicationRecords(services).known(portal)
    refusal = PortalRefusals(services).known(portal.identity)
    if refusal is not None:
        return now - refusal.asked_at >= (HOLD_MS if refusal.loss is OVERLOADED else DAY_MS)
    renewed_at = health.renewed_at if health is not None and not health.locked_out else None
    return renewed_at is not None and now - renewed_at < FRESH_MS and (seen is None or seen.at < renewed_at)


def _ask(opened: Portal) -> None:
    """Ask for the application, its scopes and its user, and write the answers down. Raises PluginError."""
    about = Examination(opened, parts=("app", "scopes", "profile"))
    about.ask_application()
    about.remember()
