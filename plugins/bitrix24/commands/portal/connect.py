"""`portal connect`: the application is allowed in a browser, and the code that comes back becomes credentials."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated, assert_never

from bot.plugin import Arg, CommandLine, Dialogue, Message, Reply, Risk, Services, Time
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.authorization_link import (
    LIFETIME_MS,
    AuthorizationRequest,
    AuthorizationRequests,
    make_link,
    new_state,
)
from plugins.bitrix24.auth.connection import Application, Connection, Connector
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.pasted_grant import CODE_SECONDS, PastedCode, PastedToken, read_pasted
from plugins.bitrix24.commands.common.json_views import ConnectedPortal, PortalLink, application_view
from plugins.bitrix24.commands.portal.descriptions import describe_application
from plugins.bitrix24.commands.portal.group import (
    ADDRESS,
    APPLICATION,
    MEMBER_ID,
    known_portals,
    new_secret_argument,
    portals,
)
from plugins.bitrix24.connectors import model
from plugins.bitrix24.connectors.model import AppInfo
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.traffic.portal_connections import Connections


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What came of connecting; no connection when nothing was waited for."""

    name: str
    replace: bool
    connection: Connection | None = None
    app: AppInfo | None = None


def check_connection(services: Services, name: str, *, domain: str, replace: bool = False, **_others: object) -> None:
    """Raise what is wrong with a portal to be connected, before its secret is asked for."""
    endpoints.portal(domain, services.settings)
    CredentialStore(services).check_name(name, replace=replace)


def _portal_to_be(services: Services, name: str, domain: str) -> KnownPortal:
    """The portal as far as it is known; one that is known keeps its certificates."""
    endpoint = endpoints.portal(domain, services.settings)
    known = next((each for each in CredentialStore(services).portals() if each.name == name), None)
    return KnownPortal(
        name=name,
        domain=endpoint.label,
        member_id="",
        added_at=services.clock.now_ms(),
        authorities=known.authorities if known else "",
    )


def _show_link(services: Services, portal: KnownPortal, client_id: str) -> Reply:
    request = AuthorizationRequest(
        portal=portal.name,
        domain=portal.domain,
        client_id=client_id,
        state=new_state(),
        expires_at=services.clock.now_ms() + LIFETIME_MS,
    )
    AuthorizationRequests(services).keep(request)
    url = make_link(endpoints.portal(portal.domain, services.settings), request)
    return Reply(
        title=Message("bitrix24.connect.open", portal=portal.name),
        facts=((Message("bitrix24.connect.link"), url),),
        notes=(Message("bitrix24.connect.link_expires", time=Time(time=request.expires_at)),),
        data=PortalLink(
            authorise_url=url, handler_url=None, install_url=None, expires_at=Time(time=request.expires_at)
        ),
    )


def store_connection(services: Services, found: Connected) -> Reply:
    """Store the portal and its credentials."""
    connection = found.connection
    if connection is None or found.app is None:
        return Reply(title=Message("bitrix24.connect.not_waiting", portal=found.name))
    CredentialStore(services).add(connection.portal, connection.credentials, replace=found.replace)
    return Reply(
        title=Message("bitrix24.connect.connected", portal=found.name),
        facts=(
            (ADDRESS, connection.portal.domain),
            (MEMBER_ID, connection.portal.member_id),
            (APPLICATION, describe_application(found.app)),
        ),
        notes=(Message("bitrix24.portal.do_check", command=CommandLine(command_line="portal check")),),
        data=ConnectedPortal(
            name=found.name,
            address=connection.portal.domain,
            member_id=connection.portal.member_id,
            application=application_view(found.app),
        ),
    )


@portals.command(
    "connect",
    words={"ru": ("подключить",)},
    risk=Risk.GOVERN,
    terminal=True,
    check=check_connection,
    keep=store_connection,
    data=ConnectedPortal | None,
)
def connect_portal(
    dialogue: Dialogue,
    name: Annotated[str, Arg(help="its name in b24bot, for example prod", label="NAME", complete=known_portals)],
    *,
    domain: Annotated[str, Arg(help="its host name, for example shop.bitrix24.com", label="DOMAIN")],
    client_id: Annotated[str, Arg(help="the application's client_id", label="ID")],
    client_secret: Annotated[Secret, new_secret_argument("the application's client_secret", "SECRET")],
    replace: Annotated[bool, Arg(help="store new credentials for a portal that is already known", label="")] = False,
    no_wait: Annotated[bool, Arg(help="print the link and exit", label="")] = False,
) -> Connected:
    """Connect a portal through the browser of its administrator.

    The command prints the authorise link of the application. Open the link as an administrator of the portal, and
    paste the address that the browser ends on. The address holds a code that is valid for 30 seconds. b24bot checks
    that the tokens belong to this application and portal, renews them once, and stores them encrypted.

    Instead of the address you can paste a refresh token of the application, or the whole body of its install call.
    """
    services = dialogue.services
    portal = _portal_to_be(services, name, domain)
    dialogue.show(_show_link(services, portal, client_id))
    if no_wait:
        return Connected(name=name, replace=replace)
    pasted = read_pasted(dialogue.ask(Message("bitrix24.connect.ask_address", count=CODE_SECONDS), secret=True))
    application = Application(client_id=client_id, client_secret=client_secret)
    with closing(Connections()) as links:
        connector = Connector(services, links, portal, application)
        match pasted:
            case PastedCode():
                AuthorizationRequests(services).take(
                    pasted.state, portal=name, domain=portal.domain, client_id=client_id
                )
                connection = connector.connect_by_code(pasted.code, member_id=pasted.member_id)
            case PastedToken():
                connection = connector.connect_by_refresh(pasted.refresh, member_id=pasted.member_id)
            case _:
                assert_never(pasted)
    return Connected(name=name, replace=replace, connection=connection, app=model.app_info(connection.app))
