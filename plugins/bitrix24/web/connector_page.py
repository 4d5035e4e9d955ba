"""The settings page of a connector, which the contact centre opens for one open line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from urllib.parse import quote, urlencode

from bot.plugin import (
    BadArgument,
    Message,
    Place,
    PluginError,
    Services,
    Text,
    WebReply,
    WebRequest,
)
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.line import parse_line
from plugins.bitrix24.connectors.model import ACTIVE, CONNECTED, NOT_READABLE, Connector, Line
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.traffic.portal_connections import Connections
from plugins.bitrix24.web.layout import (
    Part,
    frame_policy,
    write_facts,
    write_form,
    write_note,
    write_page,
)
from plugins.bitrix24.web.page_call import PageFault, Visitor, prove_visitor, read_options
from plugins.bitrix24.web.page_parts import REOPEN, claimed_policy, excuse, refuse_page, write_chat_link, write_visitor
from plugins.bitrix24.web.page_token import PageToken, PageTokens, TokenFault

PLACEMENT = "SETTING_CONNECTOR"
ROUTE = "connector"
"""The route in the record of a refused call."""
CONNECT, DISCONNECT, REFRESH = "connect", "disconnect", "refresh"
"""What the buttons of the page ask for."""
COMMANDS: Mapping[str, str] = {CONNECT: "connector activate", DISCONNECT: "connector deactivate"}
"""The command that a button stands for: a change request like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a settings page is about. `line` is 0 where the portal named none."""

    connector: str
    line: int
    note: Message | None = field(default=None, compare=False)
    """What came of the button that was pressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the portal says of it. `connector` is None where it is not registered, and `line` where there is none."""

    connector: Connector | None
    line: Line | None
    state: Message

    @property
    def choices(self) -> Sequence[tuple[str, Message]]:
        """The buttons that would change something."""
        if self.connector is None or self.line is None or self.state == NOT_READABLE:
            return ()
        connect = (CONNECT, Message("bitrix24.page.connect"))
        disconnect = (DISCONNECT, Message("bitrix24.page.disconnect"))
        return (disconnect,) if self.state == ACTIVE else (connect,)


class ConnectorPage:
    """Answers at the settings address of a connector. `open_portal` and `links` are those of the plugin."""

    def __init__(self, open_portal: Callable[[Services, Place], Portal], links: Connections) -> None:
        self._open_portal = open_portal
        self._links = links

    def answer(self, services: Services, request: WebRequest) -> WebReply:
        """Show the page to a user of a portal, or do what a button asks for.

        Whatever is wrong with the call, the answer is the same.
        """
        if "page_token" in request.form:
            return self._press(services, request)
        try:
            visitor = prove_visitor(services, self._links, request)
        except PluginError as error:
            return excuse(services, request, error)
        if isinstance(visitor, PageFault):
            return refuse_page(services, request, visitor, ROUTE)
        setting = read_setting(request)
        if setting is None:
            return refuse_page(services, request, PageFault.OTHER_CONNECTOR, ROUTE, portal=visitor.portal.name)
        return self.show(services, request, visitor, setting)

    def _press(self, services: Services, request: WebRequest) -> WebReply:
        """Do what a button asks for. Its form has to be of a page of ours, for this connector and line."""
        token = PageTokens(services).read(request.form["page_token"])
        if token is TokenFault.EXPIRED:
            return write_page(
                request, Message("bitrix24.page.expired"), REOPEN, policy=claimed_policy(services, request)
            )
        if isinstance(token, TokenFault) or not _fits(token, request):
            return refuse_page(services, request, PageFault.FORGED, ROUTE)
        portal = next((each for each in CredentialStore(services).portals() if each.identity == token.portal), None)
        if portal is None:
            return refuse_page(services, request, PageFault.UNKNOWN_PORTAL, ROUTE)
        visitor, setting = Visitor(portal=portal, user=token.user), Setting(connector=token.connector, line=token.line)
        try:
            note = self._ask(services, visitor, setting, token, request.form.get("action", ""))
        except PluginError as error:
            return excuse(services, request, error)
        return self.show(services, request, visitor, replace(setting, note=note))

    def _ask(
        self, services: Services, visitor: Visitor, setting: Setting, token: PageToken, action: str
    ) -> Message | None:
        """Ask for what a button stands for; what came of it. Raises PluginError when the portal cannot be read."""
        if action == REFRESH:
            return None
        offered = {name for name, _ in self._look(services, visitor, setting).choices}
        if action not in offered:
            return Message("bitrix24.page.not_offered")
        return _submit(services, visitor.portal.place, token, action)

    def show(self, services: Services, request: WebRequest, visitor: Visitor, setting: Setting) -> WebReply:
        """Show how the connector is on the line, for somebody who is proved."""
        policy = frame_policy(services, visitor.portal.domain)
        if not setting.line:
            return write_page(request, setting.connector, Message("bitrix24.page.no_line"), policy=policy)
        try:
            seen = self._look(services, visitor, setting)
        except PluginError as error:
            return excuse(services, request, error)
        title = seen.connector.name if seen.connector else setting.connector
        told = [write_note(setting.note)] if setting.note else []
        parts = (*told, *_describe(visitor, setting, seen), *_offer(services, request, visitor, setting, seen))
        return write_page(request, title, *parts, policy=policy)

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


def _fits(token: PageToken, request: WebRequest) -> bool:
    """Whether a form says the same as its token, and asks for something that the page offers."""
    address, line = request.parameters.get("connector", "").lower(), request.form.get("line", "")
    known = request.form.get("action", "") in (*COMMANDS, REFRESH)
    return known and (token.connector, str(token.line)) == (address, line)


def _submit(services: Services, place: Place, token: PageToken, action: str) -> Message:
    """Hand the command of a button to the host, in the name of the person whom an admin linked; what came of it."""
    line = f"{COMMANDS[action]} {token.connector} {token.line}"
    try:
        services.accounts.submit(place, token.user, line, key=f"{token.nonce}-{action}")
    except PluginError as error:
        return error.sentence if isinstance(error.sentence, Message) else Message("bitrix24.page.not_sent")
    return Message("bitrix24.page.sent")


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


def _offer(
    services: Services, request: WebRequest, visitor: Visitor, setting: Setting, seen: Seen
) -> Sequence[Message | Sequence[Part]]:
    """What this user can do from here: a change request where an admin linked them, else the way to be linked."""
    place = visitor.portal.place
    linked = services.accounts.find_person(place, visitor.user) is not None
    choices = seen.choices if linked and setting.note is None else ()
    token = PageTokens(services).issue(
        portal=place.identity, user=visitor.user, connector=setting.connector, line=setting.line
    )
    fields = {"page_token": token, "line": str(setting.line)}
    buttons = [*choices, (REFRESH, Message("bitrix24.page.refresh"))]
    address = settings_path(setting.connector, request.language, visitor.portal.domain)
    form = write_form(address, fields, buttons)
    return [*write_visitor(services, visitor), form, *write_chat_link(services)]


def settings_path(connector: str, language: str, domain: str) -> str:
    """The address of a connector's settings page below b24bot's own, with the parameters that a portal adds."""
    return f"/bitrix24/connector/{quote(connector, safe='')}?{urlencode({'DOMAIN': domain, 'LANG': language})}"
