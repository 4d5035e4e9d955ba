"""`portal list`: the portals that the bot knows."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import CommandLine, Message, Reply, Risk, Services, Table, Text, Time
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.common.json_views import PortalRow, backup_tokens_view, tokens_view
from plugins.bitrix24.commands.common.words import LIST
from plugins.bitrix24.commands.portal.descriptions import describe_backup, describe_time, describe_tokens
from plugins.bitrix24.commands.portal.group import MEMBER_ID, portals

HOW_TO_CONNECT = "b24bot portal connect NAME"


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
            *(describe_time(each.added_at), describe_backup(spares.known(each)), describe_tokens(vault.health(each))),
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
