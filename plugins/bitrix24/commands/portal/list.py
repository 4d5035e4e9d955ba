"""`portal list`: the portals that the bot knows."""

from __future__ import annotations

from bot.plugin import CommandLine, Message, Reply, Risk, Services, Table, time_or_none
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.commands.common.json_views import EventsView, EventWay, PortalRow, application_view, tokens_view
from plugins.bitrix24.commands.common.words import LIST
from plugins.bitrix24.commands.portal.descriptions import (
    describe_backup,
    describe_default,
    describe_time,
    describe_tokens,
)
from plugins.bitrix24.commands.portal.group import MEMBER_ID, portals
from plugins.bitrix24.connecting.unfinished_connections import list_unfinished
from plugins.bitrix24.events.portal_events import read_portal_events
from plugins.bitrix24.health.application_record import ApplicationRecords
from plugins.bitrix24.rest.error_codes import with_advice
from plugins.bitrix24.rest.portal_lines import STORE_BACKUP


@portals.command("list", words=LIST, risk=Risk.READ, data=tuple[PortalRow, ...], examples=[""], everywhere=True)
def list_portals(services: Services) -> Reply:
    """Show the known portals, and which one is chosen for commands without --portal."""
    credential_store, spares = CredentialStore(services), BackupTokenStore(services)
    known = credential_store.portals()
    waiting = tuple(with_advice(each.says, each.do) for each in list_unfinished(services))
    if not known:
        return Reply(
            title=Message("bitrix24.portal.none"),
            notes=waiting or (Message("bitrix24.portal.do_connect_first"),),
            data=(),
        )
    rows = tuple(
        (
            *(
                each.place.shown_name,
                describe_default(services.default_places.get(each.name, ())) or "",
                each.domain,
                each.member_id,
            ),
            *(
                describe_time(each.added_at),
                _describe_spare(each, spares),
                describe_tokens(credential_store.health(each)),
            ),
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
            *waiting,
            *_advise(len(rows), missing=any(spares.known(each) is None for each in known)),
        ),
        data=tuple(_portal_view(services, each) for each in known),
    )


def _describe_spare(known: KnownPortal, spares: BackupTokenStore) -> Message:
    """How the backup tokens are, short: the line that stores some is the same for every portal."""
    spare = spares.known(known)
    return describe_backup(known.name, spare) if spare is not None else Message("bitrix24.token.backup_absent")


def _advise(count: int, *, missing: bool) -> tuple[Message, ...]:
    """What to type next; `missing` tells that a portal has no backup tokens."""
    backup = Message("bitrix24.portal.do_store_backup", command=STORE_BACKUP)
    choose = Message(
        "bitrix24.portal.do_choose_default",
        own=CommandLine(command_line=Message("bitrix24.usage.use")),
        everybody=CommandLine(command_line=Message("bitrix24.usage.use_for_all")),
    )
    return (*((backup,) if missing else ()), *((choose,) if count > 1 else ()))


def _portal_view(services: Services, known: KnownPortal) -> PortalRow:
    chosen = {whose: name for name, all_ in services.default_places.items() for whose in all_}
    application = ApplicationRecords(services).known(known)
    events = read_portal_events(services.records, known.identity)
    return PortalRow(
        name=known.name,
        domain=known.domain,
        member_id=known.member_id,
        client_id=CredentialStore(services).known(known.name).client_id or None,
        default=chosen.get("you", chosen.get("everybody")) == known.name,
        protected=known.protected,
        application=application_view(application) if application else None,
        tokens=tokens_view(services, known),
        events=EventsView(way=EventWay(events.way), last_at=time_or_none(events.last_at)),
    )
