"""`portal add`: store credentials that somebody already has. For the terminal alone, because it takes secrets."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Arg, BadArgument, Message, Reply, Risk, Services
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.commands.common.json_views import StoredPortal
from plugins.bitrix24.commands.portal.group import (
    ADDRESS,
    APPLICATION,
    AUTHORITY,
    MEMBER,
    MEMBER_ID,
    CaFile,
    ClientId,
    Domain,
    Replace,
    new_secret_argument,
    portals,
)
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest.portal_lines import CHECK, name_portal

NoCaFile = Annotated[
    bool,
    Arg(
        help="with --replace: delete the authority that was stored before",
        label="",
        words={"ru": ("без-сертификатов",)},
    ),
]


def check_new_portal(
    services: Services,
    name: str,
    *,
    domain: str,
    member_id: str,
    ca_file: str = "",
    no_ca_file: bool = False,
    replace: bool = False,
    **_others: object,
) -> None:
    """Raise what is wrong with a portal to be added, before its secrets are asked for."""
    _new_portal(services, name, domain, member_id, ca_file=ca_file, no_ca_file=no_ca_file, replace=replace)


def _new_portal(
    services: Services, name: str, domain: str, member_id: str, *, ca_file: str, no_ca_file: bool, replace: bool
) -> tuple[KnownPortal, Endpoint]:
    """The portal as it is to be kept, and where it is. Raises PluginError when it cannot be."""
    if ca_file and no_ca_file:
        raise BadArgument(Message("bitrix24.portal.ca_file_twice"), hint=Message("bitrix24.portal.do_leave_option_out"))
    endpoint = endpoints.portal(domain, services.settings)
    kept = "" if no_ca_file or not replace else _stored_authorities(services, name)
    portal = KnownPortal(
        name=name,
        domain=endpoint.label,
        member_id=member_id,
        added_at=services.clock.now_ms(),
        authorities=certificate_authorities.read(ca_file) if ca_file else kept,
    )
    CredentialStore(services).check(portal, replace=replace)
    return portal, endpoint


@portals.command(
    "add", words={"ru": ("добавить",)}, risk=Risk.GOVERN, data=StoredPortal, terminal=True, check=check_new_portal
)
def add_portal(
    services: Services,
    name: Annotated[str, Arg(help="its name in b24bot, for example prod", label="NAME")],
    *,
    domain: Domain,
    member_id: Annotated[
        str, Arg(help="its member_id, which stays when the portal is renamed", label="ID", words=MEMBER)
    ],
    client_id: ClientId,
    client_secret: Annotated[Secret, new_secret_argument("the application's client_secret", "SECRET")],
    access_token: Annotated[Secret, new_secret_argument("an access token of the application", "TOKEN")],
    refresh_token: Annotated[Secret, new_secret_argument("the refresh token that came with it", "TOKEN")],
    ca_file: CaFile = "",
    no_ca_file: NoCaFile = False,
    replace: Replace = False,
) -> Reply:
    """Add a portal and store its credentials, encrypted.

    The command asks for the secrets and does not show them. It sends nothing to the portal: `portal check` does that.
    It stores the certificates of --ca-file, so the file is not needed afterwards. They are valid for this
    portal only, in addition to those of the system. --replace keeps them.
    """
    portal, endpoint = _new_portal(
        services, name, domain, member_id, ca_file=ca_file, no_ca_file=no_ca_file, replace=replace
    )
    credentials = Credentials(
        member_id=member_id,
        client_id=client_id,
        client_secret=client_secret,
        access=access_token,
        refresh=refresh_token,
        token_url=endpoints.token_url(endpoint, services.settings),
    )
    CredentialStore(services).add(portal, credentials, replace=replace)
    return Reply(
        title=Message("bitrix24.portal.stored", portal=name),
        facts=(
            (ADDRESS, endpoint.label),
            (MEMBER_ID, member_id),
            (APPLICATION, client_id),
            *((AUTHORITY, each) for each in certificate_authorities.subjects(portal.authorities)),
        ),
        notes=(name_portal(Message("bitrix24.portal.do_check", command=CHECK), name),),
        data=StoredPortal(name=name, address=endpoint.label, member_id=member_id),
    )


def _stored_authorities(services: Services, name: str) -> str:
    """The authorities that were stored for a portal whose credentials are replaced."""
    return next((each.authorities for each in CredentialStore(services).portals() if each.name == name), "")
