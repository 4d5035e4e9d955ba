"""People of a simulated portal who open the pages of its applications."""

from __future__ import annotations

import json
from typing import Any

from bot.plugin import WebReply
from bot.testing import page_text
from bot.testing.web_requests import request_route
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.auth.refused_calls import CALL_REFUSED
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulator import PortalSimulator, application_pages
from tests.bitrix24.plugin_bot import PluginBot

PUBLIC = "https://b24bot.example.com"


class Visits:
    """The calls that the portal makes for the browsers of its users, and their answers."""

    def __init__(self, bot: PluginBot) -> None:
        self.bot = bot

    def settings_call(
        self, line: int = 1, *, connector: str = "myconnector", user: int = 1, portal: PortalSimulator | None = None
    ) -> dict[str, str]:
        """The fields that the portal posts when a user opens the settings page of a connector."""
        world = (portal or self.bot.portal).world
        with world.lock:
            page = application_pages.connector_page(world, world.state.status(connector, line), user, connecting=False)
            assert page is not None
            return {name: str(value) for name, value in application_pages.request(world, page).pairs}

    def open(self, form: dict[str, str], connector: str = "myconnector", *, language: str = "en") -> WebReply:
        """Post a form to the settings address of a connector."""
        address = f"/connector/{connector}?DOMAIN={self.bot.portal.world.domain}&LANG={language}"
        self.reply = request_route(self.bot.plugin, self.bot.services, "POST", address, form=form)
        self.page = page_text(self.reply, language)
        return self.reply

    def connect_second_portal(self, portal: PortalSimulator, member_id: str) -> None:
        """Connect a portal that has an authorisation server of its own."""
        known = KnownPortal(name="second", domain=portal.url, member_id=member_id, added_at=0)
        credentials = Credentials(
            member_id=member_id,
            client_id=portal.client_id,
            client_secret=Secret(portal.client_secret),
            access=Secret(portal.access_token),
            refresh=Secret(portal.refresh_token),
            token_url=portal.oauth_url,
        )
        CredentialStore(self.bot.services).add(known, credentials, replace=False)

    def reasons(self) -> list[str]:
        """Why calls were refused, the first one first."""
        return [str(record.facts["why"]) for record in self.bot.recorded(CALL_REFUSED.tag)]


def with_options(form: dict[str, str], **options: Any) -> dict[str, str]:
    """A page's call with other options."""
    return {**form, "PLACEMENT_OPTIONS": json.dumps({**json.loads(form["PLACEMENT_OPTIONS"]), **options})}
