"""`portal connect NAME --backup`: a second authorisation of a known portal's application becomes its backup tokens."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace as change

from bot.plugin import BadArgument, Dialogue, Message, Nothing, Refusal, Reply, Services
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore, refuse_pair_in_use
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.token_refresh import TokenRefresh
from plugins.bitrix24.commands.common.json_views import PortalLink, StoredPortal
from plugins.bitrix24.commands.connecting.link import await_answer, show_addresses
from plugins.bitrix24.commands.portal.group import ADDRESS, MEMBER_ID
from plugins.bitrix24.connecting.authorization_link import AuthorizationRequest, AuthorizationRequests, make_request
from plugins.bitrix24.connecting.connection import Application, Connection, Connector
from plugins.bitrix24.connecting.kept_tokens import KeptTokenStore
from plugins.bitrix24.connecting.pasted_grant import PastedCode, PastedToken, read_pasted
from plugins.bitrix24.connecting.token_keeping import BackupKeeping, find_user
from plugins.bitrix24.connecting.unfinished_connections import require_connected
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.rest.portal_lines import CHECK, STORE_BACKUP, name_portal
from plugins.bitrix24.traffic.portal_connections import Connections


def check_backup(
    services: Services, name: str, *, domain: str = "", client_id: str = "", member_id: str = "", replace: bool = False
) -> None:
    """Raise what is wrong with a portal that is to get backup tokens, before anything is shown.

    What the line says of the portal has to be what is known of it.
    """
    require_connected(services, name)
    credential_store = CredentialStore(services)
    portal = credential_store.known(name)
    credential_store.held(portal)
    if replace:
        raise BadArgument(
            Message("bitrix24.connect.backup_and_replace"), hint=Message("bitrix24.portal.do_leave_option_out")
        )
    label = endpoints.portal(domain, services.settings).label if domain else portal.domain
    told = (label, client_id or portal.client_id, member_id or portal.member_id)
    if told != (portal.domain, portal.client_id, portal.member_id):
        raise Refusal(
            Message("bitrix24.connect.backup_of_another", portal=portal.name),
            hint=Message("bitrix24.connect.do_leave_portal_out"),
        )


def refuse_backup_in_slack(portal: KnownPortal) -> Refusal:
    """The refusal where nobody can paste an address that holds a code."""
    line = Message("bitrix24.usage.back_up_in_terminal", portal=portal.name)
    return Refusal(
        Message("bitrix24.connect.backup_in_terminal"), hint=Message("bitrix24.connect.do_type_line", line=line)
    )


def connect_backup(dialogue: Dialogue, name: str, *, no_wait: bool) -> Connection | PortalLink:
    """Prove a second authorisation of a known portal; its link where nothing is waited for. Raises PluginError."""
    services = dialogue.services
    portal = CredentialStore(services).known(name)
    kept = None if no_wait else KeptTokenStore(services).find_backup(portal.name)
    if kept is not None:
        return _prove(services, portal, PastedToken(refresh=kept.refresh))
    request = make_request(services, portal, portal.client_id, dialogue.person, backup=True)
    printed = show_addresses(dialogue, portal, request)
    return printed if no_wait else _prove(services, portal, _take(services, request, await_answer(dialogue, request)))


def _take(services: Services, request: AuthorizationRequest, answer: str) -> PastedCode | PastedToken:
    """Read the answer, and use up the state of a link."""
    pasted = read_pasted(answer)
    if isinstance(pasted, PastedCode):
        AuthorizationRequests(services).take(pasted.state, request)
    return pasted


def _prove(services: Services, portal: KnownPortal, grant: PastedCode | PastedToken) -> Connection:
    """Let the portal and the authorisation server prove the grant: of this portal, this application, another user."""
    keys = CredentialStore(services).held(portal).credentials
    application = Application(client_id=keys.client_id, client_secret=keys.client_secret)
    spent = grant.refresh if isinstance(grant, PastedToken) else None
    keeping = BackupKeeping(services, portal, spent)
    with closing(Connections()) as links:
        connector = Connector(services, links, change(portal, member_id=""), application, keeping)
        if isinstance(grant, PastedCode):
            found = connector.connect_by_code(grant.code, member_id=portal.member_id)
        else:
            if find_user(services, portal.name, grant.refresh) is not None:
                raise refuse_pair_in_use(portal)
            found = connector.connect_by_refresh(grant.refresh, member_id=portal.member_id)
        user = _find_main_user(services, links, portal)
    if user and found.user == user:
        keeping.discard()
        raise Refusal(
            Message("bitrix24.connect.backup_same_user", user=user, portal=portal.name),
            hint=Message("bitrix24.connect.do_open_as_other"),
        )
    return found


def _find_main_user(services: Services, links: Connections, portal: KnownPortal) -> str:
    """The portal's id of whoever the tokens in use act as; one renewal tells it. Empty where they are lost."""
    credential_store = CredentialStore(services)
    health = credential_store.health(portal)
    if health is None or not health.user:
        TokenRefresh(services, links, portal).refresh_after(credential_store.held(portal))
        health = credential_store.health(portal)
    return health.user if health else ""


def store_backup(services: Services, name: str, found: Connection | PortalLink) -> Reply | Nothing:
    """Store what was proved as backup tokens. Raises Refusal where the portal's application changed meanwhile."""
    portal = CredentialStore(services).known(name)
    if isinstance(found, PortalLink):
        line = name_portal(Message("bitrix24.connect.backup_link_printed", command=STORE_BACKUP), portal.name)
        return Nothing(sentence=line, data=found)
    pair = found.credentials
    if pair.client_id != portal.client_id:
        raise Refusal(
            Message("bitrix24.token.backup_changed", portal=portal.name), hint=Message("bitrix24.token.do_retry")
        )
    BackupTokenStore(services).store(portal, pair.access, pair.refresh, renewed_for=found.user)
    KeptTokenStore(services).remove_backup(portal.name)
    return Reply(
        title=Message("bitrix24.token.backup_stored", portal=portal.name),
        facts=((ADDRESS, portal.domain), (MEMBER_ID, portal.member_id)),
        notes=(name_portal(Message("bitrix24.token.backup_proved", command=CHECK), portal.name),),
        data=StoredPortal(name=portal.name, address=portal.domain, member_id=portal.member_id),
    )
