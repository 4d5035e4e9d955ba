"""The settings page of a connector, which the contact centre opens for one open line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.plugin import BadArgument, Message, Place, PluginError, Services, Text, WebReply, WebRequest
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.refused_calls import record_refused_call
from plugins.bitrix24.commands.line import parse_line
from plugins.bitrix24.connectors.model import CONNECTED, Connector, Line
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.traffic.portal_connections import Connections
from plugins.bitrix24.web.layout import Part, frame_policy, write_facts, write_note, write_page
from plugins.bitrix24.web.page_call import PageFault, Visitor, prove_visitor, read_options

PLACEMENT = "SETTING_CONNECTOR"
ROUTE = "connector"
"""The route in the record of a refused call."""
_REOPEN = Message("bitrix24.page.reopen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a settings page is about. `line` is 0 where the portal named none."""

    connector: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the portal says of it. `connector` is None where it is not registered, and `line` where there is none."""

    connector: Connector | None
    line: Line | None
    state: Message


class ConnectorPage:
    """Answers at the settings address of a connector. `open_portal` and `links` are those of the plugin."""

    def __init__(self, open_portal: Callable[[Services, Place], Portal], links: Connections) -> None:
        self._open_portal = open_portal
        self._links = links

    def answer(self, services: Services, request: WebRequest) -> WebReply:
        """Show the page to a user of a portal. Whatever is wrong with the call, the answer is the same."""
        try:
            visitor = prove_visitor(services, self._links, request)
        except PluginError as error:
            return _excuse(request, error)
        setting = read_setting(request)
        if isinstance(visitor, PageFault):
            return refuse(services, request, visitor)
        if setting is None:
            return refuse(services, request, PageFault.OTHER_CONNECTOR, visitor.portal.name)
        return self.show(services, request, visitor, setting)

    def show(self, services: Services, request: WebRequest, visitor: Visitor, setting: Setting) -> WebReply:
        """Show how the connector is on the line, for somebody who is proved."""
        policy = frame_policy(services, visitor.portal.domain)
        if not setting.line:
            return write_page(request, setting.connector, Message("bitrix24.page.no_line"), policy=policy)
        try:
            seen = self._look(services, visitor, setting)
        except PluginError as error:
            return _excuse(request, error, policy)
        title = seen.connector.name if seen.connector else setting.connector
        return write_page(request, title, *_describe(visitor, setting, seen), policy=policy)

    def _look(self, services: Services, visitor: Visitor, setting: Setting) -> Seen:
        portal = self._open_portal(services, visitor.portal.place)
        portal.look("connectors", "lines", of=[setting.connector], on=[setting.line], named=True)
        connector = next((each for each in portal.connectors() if each.id.lower() == setting.connector), None)
        (status,) = portal.matrix([(connector.id if connector else setting.connector, setting.line)])
        line = next((each for each in portal.lines() if each.id == setting.line), None)
        return Seen(connector=connector, line=line, state=status.state)


def read_setting(request: WebRequest) -> Setting | None:
    """What the portal opened the page for; None where the address is that of another connector."""
    options = read_options(request)
    named = options.get("CONNECTOR", "").lower()
    address = request.parameters.get("connector", named).lower()
    if not address or (named and named != address):
        return None
    try:
        line = parse_line(options.get("LINE", ""))
    except BadArgument:
        line = 0
    return Setting(connector=address, line=line)


def refuse(services: Services, request: WebRequest, fault: PageFault, portal: str = "-") -> WebReply:
    """Record a call that was not proved, and answer as every such call is answered."""
    record_refused_call(services, route=ROUTE, why=fault.value, portal=portal)
    return write_page(request, Message("bitrix24.page.not_proved"), _REOPEN)


def _excuse(request: WebRequest, error: PluginError, policy: str = "") -> WebReply:
    """Say what cannot be read now. Nothing is wrong with the call."""
    told = [part for part in (error.sentence, error.hint) if isinstance(part, Message)]
    return write_page(request, Message("bitrix24.page.not_readable"), *told, policy=policy)


def _describe(visitor: Visitor, setting: Setting, seen: Seen) -> Sequence[Sequence[Part]]:
    place = visitor.portal.place
    line: Text = seen.line.title if seen.line else str(setting.line)
    rows: list[tuple[Message, Text]] = [
        (Message("bitrix24.portal"), f"{place.shown_name} · {place.label}"),
        (Message("bitrix24.page.connector_id"), seen.connector.id if seen.connector else setting.connector),
        (Message("bitrix24.page.line"), line),
        (Message("bitrix24.page.line_switch"), seen.line.switch if seen.line else Message("bitrix24.page.line_gone")),
        (Message("bitrix24.page.state"), seen.state),
    ]
    return [write_facts(rows), *_remarks(seen)]


def _remarks(seen: Seen) -> list[Sequence[Part]]:
    """What the two switches mean together."""
    if seen.connector is None:
        return [write_note(Message("bitrix24.page.not_registered"))]
    if seen.line is not None and not seen.line.on and seen.state in CONNECTED:
        return [write_note(Message("bitrix24.page.line_off"))]
    return []
