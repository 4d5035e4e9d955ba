"""The commands about portals. `portal add` is for the terminal alone, because it takes secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from bot.plugin import Arg, BadArgument, Group, Json, Reply, Risk, Services, Table, TargetRefused, iso
from plugins.bitrix24.auth.backup_tokens import KEPT, USED, BackupTokens, BackupTokenStore
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal, TokenHealth
from plugins.bitrix24.commands.common import presentation
from plugins.bitrix24.commands.common.json_views import application_view, tokens_view
from plugins.bitrix24.connectors.model import AppInfo
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.secret import Secret

HOW_TO_ADD = "b24bot portal add NAME"
portals = Group[Portal]("portal", help="The Bitrix24 portals the bot knows")


def parse_secret(word: str) -> Secret:
    """A value that is never shown; blanks around it come from pasting."""
    return Secret(word.strip())


def _hidden(help: str, label: str) -> Arg:
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
        raise BadArgument("--ca-file and --no-ca-file contradict each other.", hint="Leave one of them out.")
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


@portals.command("add", risk=Risk.GOVERN, terminal=True, check=check_new_portal)
def add_portal(
    services: Services,
    name: Annotated[str, Arg(help="what we call it, like prod", label="NAME")],
    *,
    domain: Annotated[str, Arg(help="its host name, like shop.bitrix24.com", label="DOMAIN")],
    member_id: Annotated[str, Arg(help="its member_id, which survives renames", label="ID")],
    client_id: Annotated[str, Arg(help="the application's client_id", label="ID")],
    client_secret: Annotated[Secret, _hidden("the application's client_secret", "SECRET")],
    access_token: Annotated[Secret, _hidden("an access token of the application", "TOKEN")],
    refresh_token: Annotated[Secret, _hidden("the refresh token that came with it", "TOKEN")],
    ca_file: Annotated[
        str, Arg(help="a PEM file of the authority that signed this portal's certificate", label="PATH")
    ] = "",
    no_ca_file: Annotated[bool, Arg(help="with --replace: forget the authority stored before", label="")] = False,
    replace: Annotated[bool, Arg(help="store new credentials for a portal that is known", label="")] = False,
) -> Reply:
    """Make a portal known and store its credentials, encrypted.

    The secrets are asked for without showing them. Nothing is sent to the portal: `portal check` does that. The
    certificates in --ca-file are stored, so the file may go; they count for this portal alone, beside those of the
    system, and --replace keeps them.
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
        title=f"The portal {name} is stored",
        facts=(
            ("address", endpoint.label),
            ("member id", member_id),
            ("application", client_id),
            *(("certificate authority", each) for each in certificate_authorities.subjects(portal.authorities)),
        ),
        notes=("See whether it works: `b24bot portal check`",),
    )


def _stored_authorities(services: Services, name: str) -> str:
    """The authorities that were stored for a portal whose credentials are replaced."""
    return next((each.authorities for each in CredentialStore(services).portals() if each.name == name), "")


def check_spare_portal(services: Services, name: str) -> None:
    """Raise what is wrong with a portal that is to get a spare pair, before the pair is asked for."""
    vault = CredentialStore(services)
    vault.held(vault.portal(name))


@portals.command("spare", risk=Risk.GOVERN, terminal=True, check=check_spare_portal)
def spare_portal(
    services: Services,
    name: Annotated[str, Arg(help="the portal", label="NAME", complete=known_portals)],
    *,
    access_token: Annotated[Secret, _hidden("an access token of a second authorisation", "TOKEN")],
    refresh_token: Annotated[Secret, _hidden("the refresh token that came with it", "TOKEN")],
) -> Reply:
    """Store a spare pair of tokens, which takes over when the pair in use is lost.

    It must come from another authorisation of the same application. The bot renews it once soon, to prove that it
    works, and then every three weeks.
    """
    portal = CredentialStore(services).portal(name)
    BackupTokenStore(services).store(portal, access_token, refresh_token)
    return Reply(
        title=f"The spare pair of {portal.name} is stored",
        facts=(("address", portal.domain), ("member id", portal.member_id)),
        notes=("The bot at work proves it within an hour; `portal check` then says so.",),
    )


@portals.command("list", risk=Risk.READ, examples=[""], everywhere=True)
def list_portals(services: Services) -> Reply:
    """Show the portals the bot knows, and which one commands without --portal act on."""
    vault, spares = CredentialStore(services), BackupTokenStore(services)
    known = vault.portals()
    if not known:
        return Reply(title="No portal is set up yet.", notes=(f"In the host's terminal: `{HOW_TO_ADD}`",), data=[])
    rows = tuple(
        (
            *(each.name, ", ".join(services.default_places.get(each.name, ())), each.domain, each.member_id),
            *(presentation.format_date(each.added_at), _spare(spares.known(each)), _tokens(vault.health(each))),
        )
        for each in known
    )
    return Reply(
        title=presentation.plural(len(rows), "portal"),
        table=Table(columns=("name", "default for", "address", "member id", "added", "spare", "tokens"), rows=rows),
        notes=("`portal use NAME` chooses your own, `portal use NAME --for-all` everybody's default.",)
        if len(rows) > 1
        else (),
        data=[_portal_view(services, each) for each in known],
    )


def _portal_view(services: Services, known: KnownPortal) -> Mapping[str, Json]:
    return {
        "name": known.name,
        "default_for": services.default_places.get(known.name, ()),
        "address": known.domain,
        "member_id": known.member_id,
        "added_at": iso(known.added_at),
        **tokens_view(CredentialStore(services).health(known), BackupTokenStore(services).known(known)),
    }


@portals.command("check", risk=Risk.READ, examples=[""])
def check_portal(portal: Portal) -> Reply:
    """Check that the token works, the application is installed, and endings can be verified.

    Only reads. An access token that has run out is renewed on the way.
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
            ("access token", "works"),
            ("application", f"{'installed' if app.installed else 'not marked as installed'}, {app.status}"),
            ("payment", "in order" if app.paid else "run out"),
            ("licence", app.licence),
            ("connectors", listed),
            ("lines", f"{len(lines)}, {off} switched off" if off else str(len(lines))),
            *(("certificate authority", each) for each in portal.authorities()),
            ("spare pair", _spare(portal.spare(portal.place.name))),
            ("tokens", _tokens(portal.health(portal.place.name))),
        ),
        notes=(*problems, *portal.token_warnings(), *portal.unread(), *portal.remarks()),
        data={
            "name": portal.place.name,
            "address": portal.place.label,
            "problems": problems,
            "application": application_view(app),
            "may_list_connectors": may_list,
            "lines": len(lines),
            "lines_disabled": off,
            **tokens_view(portal.health(portal.place.name), portal.spare(portal.place.name)),
        },
    )


def _can_list(portal: Portal) -> tuple[str, bool]:
    try:
        return str(len(portal.connectors())), True
    except TargetRefused as error:
        return f"cannot be listed: {error.sentence}", False


def _problems(app: AppInfo, *, may_list: bool) -> list[str]:
    told: list[str] = []
    if not app.installed:
        told.append(
            "The application is not marked as installed: the portal sends it no events and hides its settings page. "
            "Its installation page must call BX24.installFinish()."
        )
    if not app.paid:
        told.append("The application's paid term on this portal has ended.")
    if not may_list:
        told.append(
            "The token's user may not list connectors, so what a change did cannot be verified. Give that user the "
            "right to modify connectors of open channels."
        )
    return told


def _spare(spare: BackupTokens | None) -> str:
    if spare is None:
        return "none; `b24bot portal spare` stores one"
    when = presentation.format_date(spare.at)
    if spare.state != KEPT:
        return f"none left: it {'took over' if spare.state == USED else 'was refused'} {when}"
    return f"renewed {when}" if spare.proven else f"stored {when}, not proven yet"


def _tokens(health: TokenHealth | None) -> str:
    if health is None:
        return "not renewed by the bot yet"
    when = presentation.format_date(health.at)
    return f"refused {when}: {health.sentence}" if health.locked_out else f"renewed {when}"
