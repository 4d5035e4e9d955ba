"""Puts warnings on the record when they begin, when they get worse and when they are over; once each."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Json, Services, Text, read_text, write_text
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.credentials import KnownPortal
from plugins.bitrix24.auth.token_maintenance import DAY_MS
from plugins.bitrix24.health.access_losses import AccessLoss
from plugins.bitrix24.health.warnings import PortalWarning, list_warnings

KIND = "portal_warnings"
REPEAT_MS = DAY_MS
"""A critical warning is told again after so long."""


class WarningLog:
    """What was told of the portals of one installation."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def update(self, portal: KnownPortal) -> None:
        """Tell what began and what ended since the last time."""
        current = {each.subject: each for each in list_warnings(self._services, portal)}
        if not current and self._services.records.get(KIND, portal.identity) is None:
            return
        with self._services.transaction():
            told = dict(self._services.records.get(KIND, portal.identity) or {})
            for subject in sorted(told.keys() - current.keys()):
                self._end(portal, subject, told[subject])
            kept = {subject: self._tell(portal, each, told.get(subject)) for subject, each in current.items()}
            if kept != told:
                self._services.records.put(KIND, portal.identity, kept)

    def tell_once(self, portal: KnownPortal, loss: AccessLoss) -> None:
        """Put something on the record that happened and is not a state."""
        facts: Mapping[str, Text] = {"sentence": loss.says, "advice": loss.advise(portal.name), "warning": loss.name}
        self._services.record(audit_events.WARNING_RAISED, portal.place, facts)

    def _tell(self, portal: KnownPortal, warning: PortalWarning, before: Mapping[str, Json] | None) -> Json:
        now = self._services.clock.now_ms()
        if before is not None and before["level"] == warning.level:
            told_at = before["told_at"]
            if not (warning.critical and isinstance(told_at, int) and now - told_at >= REPEAT_MS):
                return before
        facts = {"sentence": warning.says, "advice": warning.advice, "warning": warning.subject}
        self._services.record(audit_events.WARNING_RAISED, portal.place, facts)
        return {"level": warning.level, "told_at": now, "says": write_text(warning.says)}

    def _end(self, portal: KnownPortal, subject: str, before: Mapping[str, Json]) -> None:
        facts = {"sentence": read_text(before["says"]), "warning": subject}
        self._services.record(audit_events.WARNING_ENDED, portal.place, facts)
