"""`portal show`: what b24bot keeps about one portal, without its secrets. The portal is not asked."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from bot.plugin import CommandLine, Message, Reply, Risk, Services, Text, Time
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import colours
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.common.json_views import TokensView, tokens_view
from plugins.bitrix24.commands.common.words import SHOW
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.descriptions import (
    describe_backup,
    describe_default,
    describe_time,
    describe_tokens,
)
from plugins.bitrix24.commands.portal.group import ADDRESS, APPLICATION, AUTHORITY, MEMBER_ID, PortalName, portals
from plugins.bitrix24.hosts import certificate_authorities


class DefaultFor(StrEnum):
    """Whose default portal one is."""

    YOU = "you"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalDetails:
    """What b24bot keeps about a portal."""

    name: str
    """Its name in b24bot."""
    former_names: tuple[str, ...]
    """Names that it had; lines with one of them still lead to it."""
    default_for: tuple[DefaultFor, ...]
    """Whose commands without `--portal` act on it."""
    address: str
    """Its host name."""
    member_id: str
    """Bitrix24's own id of it."""
    client_id: str
    """The id of the application."""
    protected: bool
    """Whether destructive commands have to name it."""
    colour: str | None
    """Its colour, one of the words that `portal colour` takes; null while it is the only portal."""
    added_at: Time
    """When it was connected."""
    tokens: TokensView
    """What is known of its tokens."""


@portals.command("show", words=SHOW, risk=Risk.READ, data=PortalDetails, examples=["default"], everywhere=True)
def show_portal(services: Services, name: PortalName) -> Reply:
    """Show what b24bot keeps about a portal.

    The answer holds no secrets. Nothing is read from the portal: `portal check` does that.
    """
    credential_store = CredentialStore(services)
    portal = credential_store.known(name)
    return Reply(
        title=portal.place.shown_name,
        facts=tuple(_facts(services, credential_store, portal)),
        notes=(Message("bitrix24.portal.do_check_named", command=CommandLine(command_line=_check_line(portal))),),
        data=PortalDetails(
            name=portal.name,
            former_names=portal.former_names,
            default_for=tuple(map(DefaultFor, services.default_places.get(portal.name, ()))),
            address=portal.domain,
            member_id=portal.member_id,
            client_id=portal.client_id,
            protected=portal.protected,
            colour=portal.colour or None,
            added_at=Time(time=portal.added_at),
            tokens=tokens_view(services, portal),
        ),
    )


def _check_line(portal: KnownPortal) -> str:
    return f"portal check {portal.name}"


def _facts(services: Services, credential_store: CredentialStore, portal: KnownPortal) -> Iterator[tuple[Text, Text]]:
    yield ADDRESS, portal.domain
    yield MEMBER_ID, portal.member_id
    yield APPLICATION, portal.client_id
    if portal.former_names:
        yield Message("bitrix24.portal.former_names"), ", ".join(portal.former_names)
    if portal.colour:
        yield stored_state.LABELS[stored_state.COLOUR], colours.NAMES[portal.colour]
    protection = stored_state.PROTECTED if portal.protected else Message("bitrix24.state.not_protected")
    yield stored_state.LABELS[stored_state.PROTECTION], protection
    chosen = describe_default(services.default_places.get(portal.name, ()))
    if chosen:
        yield Message("bitrix24.portal.head_default_for"), chosen
    yield Message("bitrix24.portal.head_added"), describe_time(portal.added_at)
    yield Message("bitrix24.portal.tokens"), describe_tokens(credential_store.health(portal))
    yield (
        Message("bitrix24.portal.backup_tokens"),
        describe_backup(portal.name, BackupTokenStore(services).known(portal)),
    )
    yield from ((AUTHORITY, each) for each in certificate_authorities.subjects(portal.authorities))
