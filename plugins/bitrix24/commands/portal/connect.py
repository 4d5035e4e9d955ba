"""`portal connect`: an application becomes a portal, by an authorise link or by an install call that waits."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Call,
    CommandLine,
    Dialogue,
    Message,
    Nothing,
    Plan,
    Refusal,
    Reply,
    Risk,
    Services,
    Undo,
    UndoKind,
    quote,
)
from bot.plugin.frozen import dataclass
from bot.plugin.web import public_url
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.application_tokens import ApplicationTokens
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.common.json_views import ConnectedPortal, application_view
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.connect_link import (
    INSTALLED,
    await_answer,
    await_client_id,
    describe_printed,
    show_addresses,
)
from plugins.bitrix24.commands.portal.connect_pending import complete_install
from plugins.bitrix24.commands.portal.descriptions import describe_application
from plugins.bitrix24.commands.portal.group import (
    ADDRESS,
    APPLICATION,
    MEMBER_ID,
    known_portals,
    parse_secret,
    portals,
)
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from plugins.bitrix24.connecting.authorization_link import AuthorizationRequest, AuthorizationRequests, make_request
from plugins.bitrix24.connecting.connection import Application, Connection, Connector
from plugins.bitrix24.connecting.pasted_grant import PastedCode, read_pasted
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from plugins.bitrix24.connecting.portal_wish import PortalWish
from plugins.bitrix24.connectors import model
from plugins.bitrix24.events.application_token import is_same_token
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.traffic.portal_connections import Connections


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What came of connecting; no connection when nothing was waited for."""

    name: str
    replace: bool
    connection: Connection | None = None
    has_link: bool = False
    """An authorise link was printed, and not only the addresses for the application's card."""
    former_member: str = ""
    """The member_id that the portal had before it was registered again, as a person confirmed."""


def check_connection(
    services: Services,
    name: str,
    *,
    domain: str = "",
    client_id: str = "",
    ca_file: str = "",
    replace: bool = False,
    **_others: object,
) -> None:
    """Raise what is wrong with a portal to be connected, before anything is shown."""
    CredentialStore(services).check_name(name, replace=replace)
    if ca_file:
        certificate_authorities.read(ca_file)
    if domain:
        endpoints.portal(domain, services.settings)
    if PendingInstalls(services).find(name) or ApprovedConnections(services).find(name):
        return
    if CredentialStore(services).find(name):
        return
    if not domain:
        raise BadArgument(Message("bitrix24.connect.no_domain"), hint=Message("bitrix24.connect.do_give_domain"))
    if not client_id and not public_url(services.settings, "bitrix24"):
        raise BadArgument(Message("bitrix24.connect.no_client_id"), hint=Message("bitrix24.connect.do_give_client_id"))


def store_connection(services: Services, found: Connected) -> Answer:
    """Store the portal and its credentials."""
    connection = found.connection
    if connection is None:
        return Nothing(sentence=describe_printed(found.name, link=found.has_link))
    CredentialStore(services).add(
        connection.portal, connection.credentials, replace=found.replace, reregistered=bool(found.former_member)
    )
    if found.former_member:
        _record_new_member(services, connection.portal, found.former_member)
    if connection.application_token is not None:
        stored = CredentialStore(services).portal(found.name)
        ApplicationTokens(services).pin(stored, connection.credentials.client_id, connection.application_token)
    PendingInstalls(services).remove(found.name)
    ApprovedConnections(services).remove(found.name)
    app = model.app_info(connection.app)
    return Reply(
        title=Message("bitrix24.connect.connected", portal=found.name),
        facts=(
            (ADDRESS, connection.portal.domain),
            (MEMBER_ID, connection.portal.member_id),
            (APPLICATION, describe_application(app)),
        ),
        notes=(Message("bitrix24.portal.do_check", command=CommandLine(command_line="portal check")),),
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


def plan_connection(
    services: Services, name: str, *, domain: str = "", client_id: str = "", member_id: str = "", replace: bool = False
) -> Plan | Nothing:
    """Plan to let somebody at the terminal connect this portal and application. Raises PluginError.

    What the line leaves out of a portal that is known stays as it is.
    """
    vault = CredentialStore(services)
    vault.check_name(name, replace=replace)
    known = vault.find(name)
    if known is not None:
        domain, client_id = domain or known.domain, client_id or known.client_id
        member_id = member_id or known.member_id
    if not domain:
        raise BadArgument(Message("bitrix24.connect.no_domain"), hint=Message("bitrix24.connect.do_give_domain"))
    if not client_id:
        raise BadArgument(
            Message("bitrix24.connect.approval_without_client_id"), hint=Message("bitrix24.connect.do_give_client_id")
        )
    label = endpoints.portal(domain, services.settings).label
    wanted = ApprovedConnection(name=name, domain=label, client_id=client_id, member_id=member_id)
    before, line = ApprovedConnections(services).find(name), stored_state.connecting_line(services, name)
    if before == wanted:
        return Nothing(sentence=Message("bitrix24.connect.approved_already", portal=name, line=line))
    params = {"name": name, "domain": label, "client_id": client_id, "member_id": member_id}
    summary = Message("bitrix24.connect.approve_summary", portal=name, address=label, client=client_id)
    if known is not None:
        summary = Message("bitrix24.connect.replace_summary", portal=name, address=label, client=client_id)
    return Plan(
        summary=summary,
        target=stored_state.connection_target(name),
        calls=(
            Call(
                method=stored_state.APPROVE_CONNECTION,
                params=params,
                note=Message("bitrix24.connect.approve_note", line=line),
            ),
        ),
        before={stored_state.CONNECTION: stored_state.describe_connection(before)} if before else {},
        wanted={stored_state.CONNECTION: stored_state.describe_connection(wanted)},
        undo=Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.connect.approve_undo")),
        radius=(Message("bitrix24.connect.approve_radius", portal=name), Message("bitrix24.connect.approve_private")),
        warnings=tuple(_differences(known, wanted)) if known is not None else (),
        labels={stored_state.CONNECTION: Message("bitrix24.state.connection")},
    )


def _differences(known: KnownPortal, wanted: ApprovedConnection) -> Iterator[Message]:
    """What is to be another than it is: whoever approves must see both."""
    if wanted.member_id != known.member_id:
        yield Message(
            "bitrix24.connect.new_member",
            former=stored_state.name_member(known.member_id),
            member=stored_state.name_member(wanted.member_id),
        )
    if wanted.client_id != known.client_id:
        yield Message("bitrix24.connect.new_client", former=known.client_id, client=wanted.client_id)
    if wanted.domain != known.domain:
        yield Message("bitrix24.connect.new_address", former=known.domain, address=wanted.domain)


def compare_with_approval(approved: ApprovedConnection | None, connection: Connection) -> None:
    """Raises Refusal when what was connected differs from what was approved."""
    if approved is None:
        return
    found = (connection.portal.domain, connection.credentials.client_id)
    same_member = approved.member_id in ("", connection.portal.member_id)
    if found != (approved.domain, approved.client_id) or not same_member:
        raise Refusal(
            Message(
                "bitrix24.connect.not_approved",
                address=connection.portal.domain,
                client=connection.credentials.client_id,
                member=connection.portal.member_id,
            ),
            hint=Message("bitrix24.connect.do_approve_again"),
        )


@portals.command(
    "connect",
    words={"ru": ("подключить",)},
    risk=Risk.GOVERN,
    terminal=True,
    check=check_connection,
    keep=store_connection,
    plan=plan_connection,
    data=ConnectedPortal | None,
)
def connect_portal(
    dialogue: Dialogue,
    name: Annotated[
        str,
        Arg(
            help="its name in b24bot, for example prod",
            label="NAME",
            complete=known_portals,
            place=True,
            new_place=True,
        ),
    ],
    *,
    domain: Annotated[str, Arg(help="its host name, for example shop.bitrix24.com", label="DOMAIN")] = "",
    client_id: Annotated[str, Arg(help="the application's client_id", label="ID")] = "",
    client_secret: Annotated[
        Secret | None,
        Arg(help="the application's client_secret", label="SECRET", parse=parse_secret, secret=True, late=True),
    ] = None,
    member_id: Annotated[str, Arg(help="its member_id, to be compared", label="ID")] = "",
    ca_file: Annotated[
        str, Arg(help="a PEM file of the authority that signed this portal's certificate", label="PATH")
    ] = "",
    replace: Annotated[bool, Arg(help="store new credentials for a portal that is already known", label="")] = False,
    no_wait: Annotated[bool, Arg(help="print the link or the addresses and exit", label="")] = False,
) -> Connected:
    """Connect a portal through the browser of its administrator.

    The command prints the authorise link of the application. Open the link as an administrator of the portal. With
    B24BOT_PUBLIC_URL the browser comes back to b24bot. Without it, paste the address that the browser ends on. The
    address holds a code that is valid for 30 seconds. b24bot checks that the tokens belong to this application and
    portal, renews them once, and stores them encrypted.

    With B24BOT_PUBLIC_URL the command also prints the addresses for the application's card, and needs no --client-id.
    An application that was installed at its address waits: the command then asks for its client_secret only.

    In Slack, another admin approves the portal and the application. Then run the command in the terminal: it compares
    the result with the approval. Type the client_secret in the terminal only.

    Instead of the address you can paste a refresh token of the application, or the whole body of its install call.

    The command stores the certificates of --ca-file with the portal. They count for this portal only, beside those of
    the system, and --replace keeps them.
    """
    approved = ApprovedConnections(dialogue.services).find(name)
    wish = PortalWish(
        name=name,
        domain=domain,
        client_id=client_id,
        client_secret=client_secret,
        authorities=certificate_authorities.read(ca_file) if ca_file else "",
    )
    wish = _complete_wish(dialogue.services, wish, approved)
    found = _connect(dialogue, wish, no_wait=no_wait)
    former = _check_found(dialogue, approved, found, member_id, replace=replace) if found is not None else ""
    return Connected(name=name, replace=replace, connection=found, has_link=bool(wish.client_id), former_member=former)


def _complete_wish(services: Services, wish: PortalWish, approved: ApprovedConnection | None) -> PortalWish:
    """What was left out is as it was approved, else as it is known."""
    other = approved or CredentialStore(services).find(wish.name)
    if other is None:
        return wish
    return dataclasses.replace(wish, domain=wish.domain or other.domain, client_id=wish.client_id or other.client_id)


def _check_found(
    dialogue: Dialogue, approved: ApprovedConnection | None, found: Connection, member_id: str, *, replace: bool
) -> str:
    """Compare what was connected with what was approved and named; the former member_id. Raises Refusal."""
    compare_with_approval(approved, found)
    _compare_member(found, member_id)
    former = confirm_member(dialogue, approved, found) if replace else ""
    if not former:
        confirm_application_token(dialogue, found)
    return former


def _compare_member(connection: Connection, member_id: str) -> None:
    if member_id and connection.portal.member_id != member_id:
        raise Refusal(
            Message("bitrix24.connect.member_differs", told=connection.portal.member_id, expected=member_id),
            hint=Message("bitrix24.connect.do_check_application"),
        )


def confirm_member(dialogue: Dialogue, approved: ApprovedConnection | None, connection: Connection) -> str:
    """Let a person confirm that the portal was registered again, and return the former member_id.

    Empty where the member_id is the known one. What two admins approved needs no other yes: their card names both.
    Raises Refusal.
    """
    portal = connection.portal
    known = CredentialStore(dialogue.services).find(portal.name)
    if known is None or known.member_id == portal.member_id:
        return ""
    if approved is None or approved.member_id != portal.member_id:
        question = Message(
            "bitrix24.connect.ask_new_member", portal=portal.name, former=known.member_id, member=portal.member_id
        )
        if dialogue.ask(question).strip() != portal.member_id:
            raise Refusal(
                Message("bitrix24.connect.member_not_confirmed", portal=portal.name, former=known.member_id),
                hint=Message(
                    "bitrix24.connect.do_type_member",
                    line=CommandLine(command_line=f"portal connect {quote(portal.name)} --replace"),
                ),
            )
    return known.member_id


def confirm_application_token(dialogue: Dialogue, connection: Connection) -> None:
    """Let a person confirm an install call that proves itself otherwise than the former one. Raises Refusal."""
    name, keys = connection.portal.name, connection.credentials
    known = CredentialStore(dialogue.services).find(name)
    pinned = ApplicationTokens(dialogue.services).find(known, keys.client_id) if known else None
    token = connection.application_token
    if pinned is None or token is None or is_same_token(pinned, token):
        return
    if dialogue.ask(Message("bitrix24.connect.ask_other_token", portal=name)).strip() != name:
        raise Refusal(
            Message("bitrix24.connect.token_not_confirmed", portal=name),
            hint=Message("bitrix24.connect.do_check_application"),
        )


def _connect(dialogue: Dialogue, wish: PortalWish, *, no_wait: bool) -> Connection | None:
    """Connect by what waits, by what comes, or by a link; None where nothing is waited for."""
    services = dialogue.services
    if not no_wait and PendingInstalls(services).find(wish.name) is not None:
        return complete_install(dialogue, wish)
    portal = wish.make_portal(services, wish.domain)
    client_id = wish.client_id
    if not client_id:
        show_addresses(dialogue, portal)
        client_id = "" if no_wait else await_client_id(dialogue, wish.name)
        if client_id == INSTALLED:
            return complete_install(dialogue, wish)
    if no_wait:
        if client_id:
            show_addresses(dialogue, portal, make_request(services, portal, client_id, dialogue.person))
        return None
    secret = wish.client_secret or parse_secret(dialogue.ask_secret("client_secret"))
    return _connect_by_link(dialogue, portal, dataclasses.replace(wish, client_id=client_id, client_secret=secret))


def _connect_by_link(dialogue: Dialogue, portal: KnownPortal, wish: PortalWish) -> Connection:
    """Show the link and wait for what a browser or a person brings, or for an install call."""
    request = make_request(dialogue.services, portal, wish.client_id, dialogue.person)
    show_addresses(dialogue, portal, request)
    answer = await_answer(dialogue, request)
    if answer == INSTALLED:
        return complete_install(dialogue, wish)
    return _use_answer(dialogue.services, portal, wish.application, request, answer)


def _use_answer(
    services: Services, portal: KnownPortal, application: Application, request: AuthorizationRequest, answer: str
) -> Connection:
    pasted = read_pasted(answer)
    with closing(Connections()) as links:
        connector = Connector(services, links, portal, application)
        if isinstance(pasted, PastedCode):
            AuthorizationRequests(services).take(pasted.state, request)
            return connector.connect_by_code(pasted.code, member_id=pasted.member_id)
        return connector.connect_by_refresh(pasted.refresh, member_id=pasted.member_id)
