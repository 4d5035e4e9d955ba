"""Watches for one portal whether it refuses everything, and tells people when that begins and ends."""

from __future__ import annotations

from bot.plugin import PluginError, Services
from plugins.bitrix24.auth.credentials import KnownPortal
from plugins.bitrix24.health.portal_refusals import PortalRefusals
from plugins.bitrix24.health.warning_log import WarningLog


class AccessWatch:
    """What the calls of one portal teach. Nothing that goes wrong here changes the outcome of a call."""

    def __init__(self, services: Services, portal: KnownPortal) -> None:
        self._services = services
        self._portal = portal
        self._refusals = PortalRefusals(services)
        self._warnings = WarningLog(services)

    def holds_back(self, *, although_blocked: bool) -> bool:
        """Whether a call must not go out, because the vendor has blocked the application."""
        return not although_blocked and self._refusals.holds_back(self._portal.identity)

    def learn(self, method: str, code: str, *, done: bool) -> None:
        """Take from an answer whether the portal refuses everything."""
        try:
            changed = self._refusals.learn(self._portal.identity, method, code, done=done)
        except PluginError as error:
            self._services.log.warning(
                "what the portal %s refuses is not stored: %s", self._portal.name, error.sentence
            )
            return
        if changed:
            self.update()

    def update(self) -> None:
        """Tell people what began and what ended."""
        try:
            self._warnings.update(self._portal)
        except PluginError as error:
            self._services.log.warning("a warning about %s is not stored: %s", self._portal.name, error.sentence)
