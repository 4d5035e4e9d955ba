"""`portal connect`: an application becomes a portal, by an authorise link or by an install call that waits."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from typing import Annotated

from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Dialogue,
    Message,
    Nothing,
    Reply,
    Risk,
    Services,
)
from bot.plugin.frozen import dataclass
from bot.plugin.web import public_url
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.application_tokens import ApplicationTokens
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.common.json_views import ConnectedPortal, PortalLink, StoredPortal, application_view
from plugins.bitrix24.commands.connecting.approval import plan_connection
from plugins.bitrix24.commands.connecting.backup import check_backup, connect_backup, store_backup
from plugins.bitrix24.commands.connecting.installed import complete_install
from plugins.bitrix24.commands.connecting.kept import complete_kept, find_kept
from plugins.bitrix24.commands.connecting.link import (
    INSTALLED,
    await_answer,
    await_client_id,
    describe_printed,
    show_addresses,
)
from plugins.bitrix24.commands.connecting.replacement import check_found
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.descriptions import describe_application
from plugins.bitrix24.commands.portal.group import (
    ADDRESS,
    APPLICATION,
    MEMBER,
    MEMBER_ID,
    CaFile,
    ClientId,
    Domain,
    Replace,
    known_portals,
    parse_client_secret,
    portals,
)
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from plugins.bitrix24.connecting.authorization_link import AuthorizationRequest, AuthorizationRequests, make_request
from plugins.bitrix24.connecting.connect_options import ConnectOptions
from plugins.bitrix24.connecting.connection import Application, Connection, Connector
from plugins.bitrix24.connecting.kept_tokens import KeptTokenStore
from plugins.bitrix24.connecting.pasted_grant import PastedCode, read_pasted
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from plugins.bitrix24.connecting.token_keeping import ConnectionKeeping
from plugins.bitrix24.connectors import model
from plugins.bitrix24.health.access_losses import UNFINISHED
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest.portal_lines import CHECK, name_portal
from plugins.bitrix24.traffic.portal_connections import Connections

NewPortalName = Annotated[
    str,
    Arg(
        help="its name in b24bot, for example prod",
        label="NAME",
        complete=known_portals,
        place=True,
        new_place=True,
    ),
]
ClientSecret = Annotated[
    Secret | None,
    Arg(help="the application's client_secret", label="SECRET", parse=parse_client_secret, secret=True, late=True),
]
Backup = Annotated[
    bool,
    Arg(
        help="in the terminal: store backup tokens of another user for a known portal",
        label="",
        words={"ru": ("резерв",)},
    ),
]
NoWait = Annotated[bool, Arg(help="print the link or the addresses and exit", label="", words={"ru": ("не-ждать",)})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What came of connecting."""

    name: str
    replace: bool
    outcome: Connection | PortalLink
    """The connection, or what was printed when nothing was waited for."""
    former_member: str = ""
    """The member_id that the portal had before it was registered again, as a person confirmed."""
    backup: bool = False
    """The tokens become backup tokens of a portal that is known."""


def check_connection(
    services: Services,
    name: str,
    *,
    domain: str = "",
    client_id: str = "",
    member_id: str = "",
    ca_file: str = "",
    replace: bool = False,
    backup: bool = False,
    **_others: object,
) -> None:
    """Raise what is wrong with a portal to be connected, before anything is shown."""
    if backup:
        check_backup(services, name, domain=domain, client_id=client_id, member_id=member_id, replace=replace)
        return
    CredentialStore(services).check_name(name, replace=replace)
    if ca_file:
        certificate_authorities.read(ca_file)
    if domain:
        endpoints.portal(domain, services.settings)
    if PendingInstalls(services).find(name) or ApprovedConnections(services).find(name):
        return
    if KeptTokenStore(services).find(name) or CredentialStore(services).find(name):
        return
    if not domain:
        raise BadArgument(Message("bitrix24.connect.no_domain"), hint=Message("bitrix24.connect.do_give_domain"))
    if not client_id and not public_url(services.settings, "bitrix24"):
        raise BadArgument(Message("bitrix24.connect.no_client_id"), hint=Message("bitrix24.connect.do_give_client_id"))


def store_connection(services: Services, found: Connected) -> Answer:
    """Store the portal and its credentials."""
    connection = found.outcome
    if found.backup:
        return store_backup(services, found.name, connection)
    if isinstance(connection, PortalLink):
        return Nothing(sentence=describe_printed(found.name, connection), data=connection)
    CredentialStore(services).add(
        connection.portal,
        connection.credentials,
        replace=found.replace,
        reregistered=bool(found.former_member),
        renewed_for=connection.user,
    )
    if found.former_member:
        _record_new_member(services, connection.portal, found.former_member)
    if connection.application_token is not None:
        stored = CredentialStore(services).portal(found.name)
        ApplicationTokens(services).pin(stored, connection.credentials.client_id, connection.application_token)
    PendingInstalls(services).remove(found.name)
    KeptTokenStore(services).remove(found.name)
    ApprovedConnections(services).remove(found.name)
    app = model.app_info(connection.app)
    return Reply(
        title=Message("bitrix24.connect.connected", portal=found.name),
        facts=(
            (ADDRESS, connection.portal.domain),
            (MEMBER_ID, connection.portal.member_id),
            (APPLICATION, describe_application(app)),
        ),
        notes=(
            *(() if connection.may_manage else (Message("bitrix24.connect.user_may_not_manage"),)),
            *(() if app.installed else (UNFINISHED.do,)),
            name_portal(Message("bitrix24.portal.do_check", command=CHECK), found.name),
        ),
        data=ConnectedPortal(
            name=found.name,
            address=connection.portal.domain,
            member_id=connection.portal.member_id,
            application=application_view(app),
        ),
    )


def _record_new_member(services: Services, portal: KnownPortal, former: str) -> None:
    """Record that a portal was registered again, and delete the backup tokens of its former registration."""
    BackupTokenStore(services).remove(CredentialStore(services).portal(portal.name))
    facts = {"former": stored_state.name_member(former), "member": stored_state.name_member(portal.member_id)}
    services.record(audit_events.MEMBER_CHANGED, portal.name, facts)


@portals.command(
    "connect",
    words={"ru": ("подключить",)},
    risk=Risk.GOVERN,
    examples=["stage --domain stage.bitrix24.com --client-id local.5c8bb1b0891cf2"],
    terminal=True,
    check=check_connection,
    keep=store_connection,
    plan=plan_connection,
    data=ConnectedPortal | StoredPortal | PortalLink,
)
def connect_portal(
    dialogue: Dialogue,
    name: NewPortalName,
    *,
    domain: Domain = "",
    client_id: ClientId = "",
    client_secret: ClientSecret = None,
    member_id: Annotated[str, Arg(help="its member_id, to be compared", label="ID", words=MEMBER)] = "",
    ca_file: CaFile = "",
    replace: Replace = False,
    backup: Backup = False,
    no_wait: NoWait = False,
) -> Connected:
    """Connect a portal through the browser of its administrator.

    The command prints the authorise link of the application. Open the link as an administrator of the portal. With
    B24BOT_PUBLIC_URL the browser comes back to b24bot. Without it, paste the address at which the browser stops.
    The address holds a code that is valid for 30 seconds. b24bot checks that the tokens belong to this application and
    portal, renews them once, and stores them encrypted.

    With B24BOT_PUBLIC_URL the command also prints the addresses for the application's card, and needs no --client-id.
    If the application is already installed at that address, the command asks for its client_secret only.

    In Slack, another admin approves the portal and the application. Then run the command in the terminal: it compares
    the result with the approval. Type the client_secret in the terminal only.

    Instead of the address you can paste a refresh token of the application, or the whole body of its install call.
    When a connection fails afterwards, b24bot keeps its tokens encrypted for 24 hours: run the same command again.
    With --replace it begins anew.

    The command stores the certificates of --ca-file with the portal. They are valid for this portal only, in addition
    to those of the system. --replace keeps them.

    With --backup, another administrator opens the link of a known portal. b24bot uses these tokens when the first ones
    are lost.
    """
    if backup:
        return Connected(name=name, replace=False, backup=True, outcome=connect_backup(dialogue, name, no_wait=no_wait))
    approved = ApprovedConnections(dialogue.services).find(name)
    options = ConnectOptions(
        name=name,
        domain=domain,
        client_id=client_id,
        client_secret=client_secret,
        authorities=certificate_authorities.read(ca_file) if ca_file else "",
    )
    options = _complete_options(dialogue.services, options, approved)
    found = _connect(dialogue, options, replace=replace, no_wait=no_wait)
    former = ""
    if isinstance(found, Connection):
        former = check_found(dialogue, approved, found, member_id, replace=replace)
    return Connected(name=name, replace=replace, outcome=found, former_member=former)


def _complete_options(
    services: Services, options: ConnectOptions, approved: ApprovedConnection | None
) -> ConnectOptions:
    """What was left out is as it was approved, else as it is known."""
    other = approved or CredentialStore(services).find(options.name) or KeptTokenStore(services).find(options.name)
    if other is None:
        return options
    return dataclasses.replace(
        options, domain=options.domain or other.domain, client_id=options.client_id or other.client_id
    )


def _connect(dialogue: Dialogue, options: ConnectOptions, *, replace: bool, no_wait: bool) -> Connection | PortalLink:
    """Connect by what waits, by what comes, or by a link; what was printed where nothing is waited for."""
    services = dialogue.services
    if not no_wait and PendingInstalls(services).find(options.name) is not None:
        return complete_install(dialogue, options)
    # New credentials are asked for: tokens of an earlier try may belong to the user who is to be replaced.
    kept = None if no_wait or replace else find_kept(services, options)
    if kept is not None:
        return complete_kept(dialogue, options, kept)
    portal = options.make_portal(services, options.domain)
    client_id = options.client_id
    if not client_id:
        printed = show_addresses(dialogue, portal)
        if no_wait:
            return printed
        client_id = await_client_id(dialogue, options.name)
        if client_id == INSTALLED:
            return complete_install(dialogue, options)
    if no_wait:
        return show_addresses(dialogue, portal, make_request(services, portal, client_id, dialogue.person))
    secret = options.client_secret or parse_client_secret(dialogue.ask_secret("client_secret"))
    return _connect_by_link(dialogue, portal, dataclasses.replace(options, client_id=client_id, client_secret=secret))


def _connect_by_link(dialogue: Dialogue, portal: KnownPortal, options: ConnectOptions) -> Connection:
    """Show the link and wait for what a browser or a person brings, or for an install call."""
    request = make_request(dialogue.services, portal, options.client_id, dialogue.person)
    show_addresses(dialogue, portal, request)
    answer = await_answer(dialogue, request)
    if answer == INSTALLED:
        return complete_install(dialogue, options)
    return _use_answer(dialogue.services, portal, options.application, request, answer)


def _use_answer(
    services: Services, portal: KnownPortal, application: Application, request: AuthorizationRequest, answer: str
) -> Connection:
    pasted = read_pasted(answer)
    keeping = ConnectionKeeping(services, portal.name, portal.domain, application.client_id)
    with closing(Connections()) as links:
        connector = Connector(services, links, portal, application, keeping)
        if isinstance(pasted, PastedCode):
            AuthorizationRequests(services).take(pasted.state, request)
            return connector.connect_by_code(pasted.code, member_id=pasted.member_id)
        with keeping.spend(pasted.refresh):
            return connector.connect_by_refresh(pasted.refresh, member_id=pasted.member_id)
