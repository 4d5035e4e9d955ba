"""The commands about portals. `portal add` is for the terminal alone, because it takes secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from bot.plugin import (
    Arg,
    BadArgument,
    CommandLine,
    Group,
    Message,
    Reply,
    Risk,
    Services,
    Table,
    TargetRefused,
    Text,
    Time,
)
from plugins.bitrix24.auth.backup_tokens import KEPT, USED, BackupTokens, BackupTokenStore
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal, TokenHealth
from plugins.bitrix24.commands.common.json_views import (
    PortalCheck,
    PortalRow,
    StoredPortal,
    application_view,
    backup_tokens_view,
    tokens_view,
)
from plugins.bitrix24.commands.common.words import LIST, PORTAL
from plugins.bitrix24.connectors.model import AppInfo
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.secret import Secret

HOW_TO_CONNECT = "b24bot portal connect NAME"
ADDRESS = Message("bitrix24.portal.address")
MEMBER_ID = Message("bitrix24.portal.member_id")
APPLICATION = Message("bitrix24.portal.application")
AUTHORITY = Message("bitrix24.portal.certificate_authority")
PAID, UNPAID = Message("bitrix24.portal.paid"), Message("bitrix24.portal.payment_ended")
UNKNOWN_KIND = Message("bitrix24.portal.kind_unknown")
APPLICATION_KINDS: Mapping[str, Message] = {
    "free": Message("bitrix24.portal.kind_free"),
    "demo": Message("bitrix24.portal.kind_demo"),
    "trial": Message("bitrix24.portal.kind_trial"),
    "paid": Message("bitrix24.portal.kind_paid"),
    "local": Message("bitrix24.portal.kind_local"),
    "subscription": Message("bitrix24.portal.kind_subscription"),
}
portals = Group[Portal]("portal", help="Bitrix24 portals that the bot knows", words=PORTAL)


def parse_secret(word: str) -> Secret:
    """A value that is never shown; blanks around it come from pasting."""
    return Secret(word.strip())


def new_secret_argument(help: str, label: str) -> Arg:
    """Make an argument that is asked for and never shown."""
    return Arg(help=help, label=label, parse=parse_secret, secret=True)


def known_portals(services: Services) -> list[str]:
    """List the names of the portals, for shell completion."""
    return [portal.name for portal in CredentialStore(services).portals()]


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
    domain: Annotated[str, Arg(help="its host name, for example shop.bitrix24.com", label="DOMAIN")],
    member_id: Annotated[str, Arg(help="its member_id, which stays when the portal is renamed", label="ID")],
    client_id: Annotated[str, Arg(help="the application's client_id", label="ID")],
    client_secret: Annotated[Secret, new_secret_argument("the application's client_secret", "SECRET")],
    access_token: Annotated[Secret, new_secret_argument("an access token of the application", "TOKEN")],
    refresh_token: Annotated[Secret, new_secret_argument("the refresh token that came with it", "TOKEN")],
    ca_file: Annotated[
        str, Arg(help="a PEM file of the authority that signed this portal's certificate", label="PATH")
    ] = "",
    no_ca_file: Annotated[
        bool, Arg(help="with --replace: delete the authority that was stored before", label="")
    ] = False,
    replace: Annotated[bool, Arg(help="store new credentials for a portal that is already known", label="")] = False,
) -> Reply:
    """Add a portal and store its credentials, encrypted.

    The command asks for the secrets and does not show them. It sends nothing to the portal: `portal check` does that.
    It stores the certificates of --ca-file, so the file is not needed afterwards. They count for this portal only,
    beside those of the system, and --replace keeps them.
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
        notes=(Message("bitrix24.portal.do_check", command=CommandLine(command_line="portal check")),),
        data=StoredPortal(name=name, address=endpoint.label, member_id=member_id),
    )


def _stored_authorities(services: Services, name: str) -> str:
    """The authorities that were stored for a portal whose credentials are replaced."""
    return next((each.authorities for each in CredentialStore(services).portals() if each.name == name), "")


def check_spare_portal(services: Services, name: str) -> None:
    """Raise what is wrong with a portal that is to get a spare pair, before the pair is asked for."""
    vault = CredentialStore(services)
    vault.held(vault.portal(name))


@portals.command(
    "spare", words={"ru": ("резерв",)}, risk=Risk.GOVERN, data=StoredPortal, terminal=True, check=check_spare_portal
)
def spare_portal(
    services: Services,
    name: Annotated[str, Arg(help="the name of the portal", label="NAME", complete=known_portals)],
    *,
    access_token: Annotated[Secret, new_secret_argument("an access token of a second authorisation", "TOKEN")],
    refresh_token: Annotated[Secret, new_secret_argument("the refresh token that came with it", "TOKEN")],
) -> Reply:
    """Store backup tokens, which the bot uses when the tokens in use are lost.

    They must come from another authorisation of the same application. The bot renews them soon, to verify that they
    work, and then every three weeks.
    """
    portal = CredentialStore(services).portal(name)
    BackupTokenStore(services).store(portal, access_token, refresh_token)
    return Reply(
        title=Message("bitrix24.token.backup_stored", portal=portal.name),
        facts=((ADDRESS, portal.domain), (MEMBER_ID, portal.member_id)),
        notes=(Message("bitrix24.token.backup_proof", command=CommandLine(command_line="portal check")),),
        data=StoredPortal(name=portal.name, address=portal.domain, member_id=portal.member_id),
    )


@portals.command("list", words=LIST, risk=Risk.READ, data=tuple[PortalRow, ...], examples=[""], everywhere=True)
def list_portals(services: Services) -> Reply:
    """Show the known portals, and which one commands without --portal act on."""
    vault, spares = CredentialStore(services), BackupTokenStore(services)
    known = vault.portals()
    if not known:
        return Reply(
            title=Message("bitrix24.portal.none"),
            notes=(Message("bitrix24.portal.do_connect", command=HOW_TO_CONNECT),),
            data=(),
        )
    rows = tuple(
        (
            *(each.name, _say_default_for(services.default_places.get(each.name, ())), each.domain, each.member_id),
            *(_day(each.added_at), _describe_backup(spares.known(each)), _describe_tokens(vault.health(each))),
        )
        for each in known
    )
    return Reply(
        title=Message("bitrix24.portal.count", count=len(rows)),
        table=Table(
            columns=(
                Message("bitrix24.portal.head_name"),
                Message("bitrix24.portal.head_default_for"),
                Message("bitrix24.portal.head_address"),
                MEMBER_ID,
                Message("bitrix24.portal.head_added"),
                Message("bitrix24.portal.head_backup_tokens"),
                Message("bitrix24.portal.head_tokens"),
            ),
            rows=rows,
        ),
        notes=(
            Message(
                "bitrix24.portal.do_choose_default",
                own=CommandLine(command_line="portal use NAME"),
                everybody=CommandLine(command_line="portal use NAME --for-all"),
            ),
        )
        if len(rows) > 1
        else (),
        data=tuple(_portal_view(services, each) for each in known),
    )


def _say_default_for(whose: Sequence[str]) -> Text:
    match tuple(whose):
        case ("you",):
            return Message("bitrix24.portal.default_for_you")
        case ("everybody",):
            return Message("bitrix24.portal.default_for_everybody")
        case ():
            return ""
        case _:
            return Message("bitrix24.portal.default_for_you_and_everybody")


def _portal_view(services: Services, known: KnownPortal) -> PortalRow:
    return PortalRow(
        name=known.name,
        default_for=tuple(services.default_places.get(known.name, ())),
        address=known.domain,
        member_id=known.member_id,
        added_at=Time(time=known.added_at),
        tokens=tokens_view(CredentialStore(services).health(known)),
        backup_tokens=backup_tokens_view(BackupTokenStore(services).known(known)),
    )


@portals.command("check", words={"ru": ("проверить",)}, risk=Risk.READ, data=PortalCheck, examples=[""])
def check_portal(portal: Portal) -> Reply:
    """Check that the token works, the application is installed, and results can be verified.

    Only reads. Renews an access token that has expired.
    """
    portal.gather("app", "connectors", "lines")
    app = portal.app()
    listed, may_list = _can_list(portal)
    lines = portal.lines()
    off = sum(not line.on for line in lines)
    problems = _problems(app, may_list=may_list)
    return Reply(
        title=f"{portal.place.name} · {portal.place.label}",
        facts=(
            (Message("bitrix24.portal.access_token"), Message("bitrix24.portal.token_works")),
            (APPLICATION, describe_application(app)),
            (Message("bitrix24.portal.payment"), PAID if app.paid else UNPAID),
            (Message("bitrix24.portal.licence"), app.licence),
            (Message("bitrix24.portal.connectors"), listed),
            (Message("bitrix24.portal.lines"), _describe_lines(len(lines), off)),
            *((AUTHORITY, each) for each in portal.authorities()),
            (Message("bitrix24.portal.backup_tokens"), _describe_backup(portal.spare(portal.place.name))),
            (Message("bitrix24.portal.tokens"), _describe_tokens(portal.health(portal.place.name))),
        ),
        notes=(*problems, *portal.token_warnings(), *portal.unread(), *portal.remarks()),
        data=PortalCheck(
            name=portal.place.name,
            address=portal.place.label,
            problems=tuple(problems),
            application=application_view(app),
            may_list_connectors=may_list,
            lines=len(lines),
            lines_disabled=off,
            tokens=tokens_view(portal.health(portal.place.name)),
            backup_tokens=backup_tokens_view(portal.spare(portal.place.name)),
        ),
    )


def describe_application(app: AppInfo) -> Message:
    """Say how far the application is installed, and of which kind it is."""
    kind = APPLICATION_KINDS.get(app.status, UNKNOWN_KIND)
    if app.installed:
        return Message("bitrix24.portal.application_installed", status=kind)
    return Message("bitrix24.portal.application_not_installed", status=kind)


def _describe_lines(count: int, off: int) -> Text:
    return Message("bitrix24.portal.lines_off", lines=str(count), count=off) if off else str(count)


def _can_list(portal: Portal) -> tuple[Text, bool]:
    try:
        return str(len(portal.connectors())), True
    except TargetRefused as error:
        return Message("bitrix24.portal.connectors_not_listed", reason=error.sentence), False


def _problems(app: AppInfo, *, may_list: bool) -> list[Message]:
    told: list[Message] = []
    if not app.installed:
        told.append(Message("bitrix24.portal.problem_not_installed"))
    if not app.paid:
        told.append(Message("bitrix24.portal.problem_unpaid"))
    if not may_list:
        told.append(Message("bitrix24.portal.problem_may_not_list"))
    return told


def _day(milliseconds: int) -> Message:
    return Message("bitrix24.portal.time", time=Time(time=milliseconds))


def _describe_backup(spare: BackupTokens | None) -> Message:
    if spare is None:
        return Message("bitrix24.token.backup_none")
    at = Time(time=spare.at)
    if spare.state == USED:
        return Message("bitrix24.token.backup_took_over", time=at)
    if spare.state != KEPT:
        return Message("bitrix24.token.backup_refused", time=at)
    return (
        Message("bitrix24.token.backup_renewed", time=at)
        if spare.proven
        else Message("bitrix24.token.backup_unproven", time=at)
    )


def _describe_tokens(health: TokenHealth | None) -> Message:
    if health is None:
        return Message("bitrix24.token.never_renewed")
    at = Time(time=health.at)
    if health.locked_out:
        return Message("bitrix24.token.refused", time=at, reason=health.sentence)
    return Message("bitrix24.token.renewed", time=at)
