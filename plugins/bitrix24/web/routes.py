"""The addresses below `/bitrix24`, a row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.plugin import Place, Services, WebRoute
from plugins.bitrix24.connectors import deep_link
from plugins.bitrix24.events.online_events import PATH
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.traffic.portal_connections import Connections
from plugins.bitrix24.web.application_overview import MENU, ApplicationOverview
from plugins.bitrix24.web.application_page import ApplicationAddress
from plugins.bitrix24.web.connector_page import PLACEMENT, ConnectorPage
from plugins.bitrix24.web.event_address import answer_event
from plugins.bitrix24.web.install_call import receive_install


def list_routes(open_portal: Callable[[Services, Place], Portal], links: Connections) -> Sequence[WebRoute]:
    """List the routes. The pages read portals through what the plugin opens, over its connections."""
    connector = ConnectorPage(open_portal, links)
    overview = ApplicationOverview(open_portal, links, connector)
    application = ApplicationAddress(
        {PLACEMENT: connector.answer, MENU: overview.answer, deep_link.PLACEMENT: overview.answer}
    )
    return (
        WebRoute(path=deep_link.PATH, methods=("GET", "POST"), answer=application.answer),
        WebRoute(path=PATH, methods=("POST",), answer=answer_event),
        WebRoute(path="/install/{nonce}", methods=("POST",), answer=receive_install),
        WebRoute(path="/connector/{connector}", methods=("POST",), answer=connector.answer),
    )
