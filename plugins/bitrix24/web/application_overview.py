"""The page behind the application's menu item and behind links from outside: b24bot's connectors, or one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.plugin import BadArgument, Message, Place, PluginError, Services, Text, WebReply, WebRequest
from plugins.bitrix24.commands.line import parse_line
from plugins.bitrix24.connectors.model import CONNECTED, NOT_CONNECTED, Line, Status
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.traffic.portal_connections import Connections
from plugins.bitrix24.web.connector_page import ConnectorPage, Setting
from plugins.bitrix24.web.layout import Part, frame_policy, write_facts, write_page
from plugins.bitrix24.web.page_call import PageFault, Visitor, prove_visitor, read_options
from plugins.bitrix24.web.page_parts import excuse, refuse_page, write_chat_link, write_visitor

MENU = "DEFAULT"
"""The placement of the menu item."""
ROUTE = "app"


class ApplicationOverview:
    """Answers where the portal opens the application itself. `connector` shows the page that a link names."""

    def __init__(
        self, open_portal: Callable[[Services, Place], Portal], links: Connections, connector: ConnectorPage
    ) -> None:
        self._open_portal = open_portal
        self._links = links
        self._connector = connector

    def answer(self, services: Services, request: WebRequest) -> WebReply:
        """Show the page that the link names, or the overview, to somebody who is proved."""
        try:
            visitor = prove_visitor(services, self._links, request)
        except PluginError as error:
            return excuse(services, request, error)
        if isinstance(visitor, PageFault):
            return refuse_page(services, request, visitor, ROUTE)
        setting = read_link(read_options(request))
        if setting is not None:
            return self._connector.show(services, request, visitor, setting)
        return self._show(services, request, visitor)

    def _show(self, services: Services, request: WebRequest, visitor: Visitor) -> WebReply:
        place, policy = visitor.portal.place, frame_policy(services, visitor.portal.domain)
        try:
            rows = self._list_connectors(services, place)
        except PluginError as error:
            return excuse(services, request, error)
        portal = write_facts([(Message("bitrix24.portal"), f"{place.shown_name} · {place.label}")])
        listed: Message | Sequence[Part] = write_facts(rows) if rows else Message("bitrix24.page.no_connectors")
        heading = ("<h2>", Message("bitrix24.page.own_connectors"), "</h2>")
        parts = (portal, heading, listed, *write_visitor(services, visitor), *write_chat_link(services))
        return write_page(request, Message("bitrix24.page.application"), *parts, policy=policy)

    def _list_connectors(self, services: Services, place: Place) -> Sequence[tuple[Text, Text]]:
        """The connectors that b24bot registered or adopted, each with the lines on which it is active."""
        portal = self._open_portal(services, place)
        ours = sorted(portal.ours())
        portal.look("connectors", "lines", of=ours)
        found = [each for each in portal.connectors() if each.id in ours]
        lines = {line.id: line for line in portal.lines()}
        statuses = portal.matrix([(each.id, number) for each in found for number in lines])
        return [(f"{each.name} ({each.id})", _where(each.id, statuses, lines)) for each in found]


def _where(connector: str, statuses: Sequence[Status], lines: Mapping[int, Line]) -> Message:
    active = tuple(
        lines[status.line].title for status in statuses if status.connector == connector and status.state in CONNECTED
    )
    return Message("bitrix24.page.active_on", lines=active) if active else NOT_CONNECTED


def read_link(params: Mapping[str, str]) -> Setting | None:
    """The connector and the line that a link from outside names; None where it names no connector.

    Anybody can write such a link: what it names is only shown.
    """
    connector = params.get("connector", "").lower()
    if not connector:
        return None
    try:
        return Setting(connector=connector, line=parse_line(params.get("line", "")))
    except BadArgument:
        return Setting(connector=connector, line=0)
