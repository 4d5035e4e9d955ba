"""What the checks of one portal look at; what one has found out, the next ones need not ask for again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from plugins.bitrix24.connectors.model import AppInfo, UserProfile
from plugins.bitrix24.events.portal_events import PortalEvents, read_portal_events
from plugins.bitrix24.health.application_record import ApplicationRecord, find_missing_scopes
from plugins.bitrix24.http import reachability
from plugins.bitrix24.http.reachability import Host
from plugins.bitrix24.portal import Portal


class Examination:
    """One portal, examined once."""

    def __init__(
        self, portal: Portal, *, parts: Sequence[str] = ("app", "scopes", "profile", "connectors", "lines")
    ) -> None:
        self.portal = portal
        self._parts = parts

    @cached_property
    def host(self) -> Host:
        """Where the portal is."""
        to = self.portal.destination
        return reachability.host_of(to.base, address=to.address, authorities=to.authorities)

    @cached_property
    def addresses(self) -> Sequence[str]:
        """The addresses of the portal. Raises OSError."""
        return reachability.resolve(self.host)

    @cached_property
    def address(self) -> str:
        """The address that takes connections. Raises OSError."""
        return reachability.connect(self.host, self.addresses)

    @cached_property
    def app(self) -> AppInfo:
        """The application as the portal sees it, asked for together with all that later checks need."""
        self.portal.gather(*self._parts)
        return self.portal.app()

    def ask_application(self) -> None:
        """Ask for the application, its scopes and its user. Raises PluginError."""
        _ = self.app, self.scopes, self.user

    def remember(self) -> None:
        """Write down what the portal said of the application, if it said all of it."""
        if not {"app", "scopes", "user"} <= vars(self).keys():
            return
        self.portal.note_application(
            ApplicationRecord(
                installed=self.app.installed,
                paid=self.app.paid,
                licence=self.app.licence,
                status=self.app.status,
                number=self.app.number,
                at=self.portal.now_ms(),
                user=self.user.id,
                admin=self.user.admin,
                missing=find_missing_scopes(self.scopes),
            )
        )

    @cached_property
    def scopes(self) -> frozenset[str]:
        """What the application is allowed."""
        return self.portal.scopes()

    @cached_property
    def events(self) -> PortalEvents:
        """How the bot hears of changes on the portal."""
        return read_portal_events(self.portal.records, self.portal.known.identity)

    @cached_property
    def user(self) -> UserProfile:
        """The user whose tokens the bot has."""
        return self.portal.profile()
