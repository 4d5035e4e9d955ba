"""The connector commands that read. They answer from the portal as it is now."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import groupby
from typing import Annotated

from bot.plugin import Arg, BadArgument, CommandLine, Group, Message, Reply, Risk, Table, Text, Time
from plugins.bitrix24.commands.common import preconditions, presentation
from plugins.bitrix24.commands.common.json_views import (
    KIND_WORDS,
    KINDS,
    TYPED_KINDS,
    ConnectorDetails,
    ConnectorRow,
    StatusRow,
    connector_details,
    connector_view,
    status_views,
)
from plugins.bitrix24.commands.common.words import ALL, LIST, SHOW, Filter, matches_filter
from plugins.bitrix24.connectors import icons, identifiers, registration
from plugins.bitrix24.connectors.identifiers import ListedId
from plugins.bitrix24.connectors.model import OWNERSHIP, Ownership, Status
from plugins.bitrix24.connectors.snapshot import Data, Snapshot
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.excerpt import excerpt

connectors = Group[Portal](
    "connector", help="Open-channel connectors of the portal", words={"ru": ("коннектор", "коннекторы", "коннекторов")}
)


def parse_kind(word: str) -> Ownership:
    """The kind that `--kind` names."""
    kind = KINDS.get(word.lower())
    if kind is None:
        raise BadArgument(
            Message("bitrix24.connector.kind_unknown", word=excerpt(word, 40)),
            hint=Message("bitrix24.connector.kind_hint", kinds=TYPED_KINDS),
        )
    return kind


@connectors.command(
    "list", words=LIST, risk=Risk.READ, data=tuple[ConnectorRow, ...], examples=["", "--kind ours", "whatsapp"]
)
def list_connectors(
    portal: Portal,
    *words: Filter,
    kind: Annotated[
        Ownership | None,
        Arg(
            help="only this kind: ours, built-in or not-proven",
            label="KIND",
            parse=parse_kind,
            complete=lambda _: KINDS,
            words={"ru": ("вид",)},
            values=KIND_WORDS,
        ),
    ] = None,
) -> Reply:
    """Show all connectors and on how many lines each is active.

    The portal does not report which application owns a connector. Connectors that were registered or adopted here are
    ours. The ownership of all others is not proven.
    """
    portal.look("connectors", "lines", of=portal.ours() if kind is Ownership.OURS else portal.known_connectors)
    shown = [
        found
        for found in portal.connectors()
        if kind in (None, found.ownership) and matches_filter(words, found.id, found.name)
    ]
    statuses = _matrix(portal, [found.id for found in shown])
    rows = tuple(
        (found.id, found.name, OWNERSHIP[found.ownership], presentation.format_active_lines(each))
        for found, each in zip(shown, statuses, strict=True)
    )
    return Reply(
        title=_list_title(portal, len(rows), kind),
        table=Table(columns=_LIST_COLUMNS, rows=rows),
        notes=(
            *presentation.note_problems(status for each in statuses for status in each),
            *presentation.note_unusable_ids(found.id for found in shown),
            *portal.unread(),
            *portal.age(),
        ),
        data=tuple(connector_view(found, each) for found, each in zip(shown, statuses, strict=True)),
    )


def _list_title(portal: Portal, count: int, kind: Ownership | None) -> Message:
    if kind is None:
        return Message("bitrix24.connector.list_title", count=count, portal=portal.place.name)
    return Message("bitrix24.connector.list_title_of_kind", count=count, portal=portal.place.name, kind=OWNERSHIP[kind])


_NAME = Message("bitrix24.connector.field_name")
_KIND = Message("bitrix24.connector.field_kind")
_LINES_ACTIVE = Message("bitrix24.connector.field_lines_active")
_LIST_COLUMNS = (Message("bitrix24.connector.field_id"), _NAME, _KIND, _LINES_ACTIVE)


@connectors.command("show", words=SHOW, risk=Risk.READ, data=ConnectorDetails, examples=["myconnector"])
def show_connector(portal: Portal, connector: ListedId) -> Reply:
    """Show one connector: its ownership, b24bot's record of it, and its lines.

    Takes any id that `connector list` shows, also one of a connector that b24bot cannot change.
    """
    portal.look("connectors", "lines", of=[connector], named=True)
    connector = identifiers.find_listed(connector, portal.connectors())
    found = next((each for each in portal.connectors() if each.id == connector), None)
    if found is None:
        raise presentation.unknown_connector(portal, connector)
    statuses = portal.statuses(connector)
    here = _worth_showing(statuses)
    snapshot = portal.snapshot(connector)
    return Reply(
        title=connector,
        facts=(
            (_NAME, found.name),
            (_KIND, OWNERSHIP[found.ownership]),
            (_LINES_ACTIVE, presentation.format_active_lines(statuses)),
            (Message("bitrix24.state.record"), _record(snapshot)),
            *(_recorded(snapshot) if snapshot else ()),
        ),
        table=presentation.status_table(portal, here),
        notes=(
            *presentation.note_problems(here),
            *presentation.note_silent_connectors(portal, here),
            *presentation.note_unusable_ids([connector]),
            *portal.unread("lines"),
        ),
        data=connector_details(portal, found, statuses),
    )


@connectors.command(
    "status",
    words={"ru": ("статус", "состояние")},
    risk=Risk.READ,
    data=tuple[StatusRow, ...],
    examples=["", "myconnector", "--all"],
)
def connector_status(
    portal: Portal,
    connector: Annotated[
        str | None,
        Arg(help="only this connector", label="ID", parse=identifiers.parse_listed, complete=identifiers.known_ids),
    ] = None,
    *,
    all: Annotated[bool, Arg(help="every connector of the portal, not only ours", label="", words=ALL)] = False,
) -> Reply:
    """Show where connectors are active or in error, and whether the line itself is on.

    Without ID, shows our connectors. A connector can be active on a line that is switched off. Operators then receive
    nothing from it.
    """
    if connector is not None and all:
        raise BadArgument(
            Message("bitrix24.connector.status_id_and_all", command=CommandLine(command_line="connector status")),
            hint=preconditions.LEAVE_ONE_OUT,
        )
    wanted = [connector] if connector is not None else portal.ours() | set(portal.known_connectors if all else ())
    portal.look("connectors", "lines", of=sorted(wanted), named=connector is not None)
    registered = {found.id for found in portal.connectors()}
    if connector is not None:
        return _status_of_one(portal, identifiers.find_listed(connector, portal.connectors()), registered)
    ids = sorted(registered | portal.ours() if all else portal.ours())
    statuses = [status for each in _matrix(portal, ids) for status in _worth_showing(each)]
    idle = [name for name in ids if name in registered and name not in {status.connector for status in statuses}]
    return Reply(
        title=Message("bitrix24.connector.status_title_all", portal=portal.place.name)
        if all
        else Message("bitrix24.connector.status_title_ours", portal=portal.place.name),
        table=presentation.status_table(portal, statuses),
        notes=(*_status_notes(portal, statuses, registered), *_idle(idle), *_not_shown(portal, registered, all=all)),
        data=status_views(portal, statuses),
    )


def _status_of_one(portal: Portal, connector: str, registered: Set[str]) -> Reply:
    statuses = portal.statuses(connector)
    if connector not in registered and not any(status.present for status in statuses):
        raise presentation.unknown_connector(portal, connector)
    return Reply(
        title=Message("bitrix24.connector.status_title", connector=connector, portal=portal.place.name),
        table=presentation.status_table(portal, statuses),
        notes=_status_notes(portal, statuses, registered),
        data=status_views(portal, statuses),
    )


def _status_notes(portal: Portal, statuses: Sequence[Status], registered: Set[str]) -> tuple[Text, ...]:
    lost = sorted({status.connector for status in statuses if status.present} - registered)
    return (
        *presentation.note_problems(statuses),
        *presentation.note_errors(portal, statuses),
        *(Message("bitrix24.connector.active_unregistered", connector=name) for name in lost),
        *presentation.note_silent_connectors(portal, statuses),
        *portal.unread(),
        *portal.age(),
    )


def _idle(names: Sequence[str]) -> tuple[Message, ...]:
    return (Message("bitrix24.connector.on_no_line", connectors=tuple(names)),) if names else ()


def _not_shown(portal: Portal, registered: Set[str], *, all: bool) -> tuple[Message, ...]:
    if all:
        return ()
    every = CommandLine(command_line="connector status --all")
    if not portal.ours():
        adopt = CommandLine(command_line="connector adopt ID")
        return (Message("bitrix24.connector.none_ours", command=adopt, every=every),)
    lost = tuple(sorted(portal.ours() - registered))
    restore = CommandLine(command_line="connector restore ID")
    told = (Message("bitrix24.connector.ours_unregistered", connectors=lost, command=restore),)
    others = len(registered - portal.ours())
    rest = (Message("bitrix24.connector.others_not_shown", count=others, command=every),)
    return (*(told if lost else ()), *(rest if others else ()))


def _matrix(portal: Portal, ids: Sequence[str]) -> list[list[Status]]:
    """The statuses of each connector over all lines, in the order of `ids`."""
    pairs = [(name, line.id) for name in ids for line in portal.lines()]
    found = {name: list(each) for name, each in groupby(portal.matrix(pairs), key=lambda status: status.connector)}
    return [found.get(name, []) for name in ids]


def _worth_showing(statuses: Sequence[Status]) -> list[Status]:
    return [status for status in statuses if status.present or status.problem]


def _record(snapshot: Snapshot | None) -> Text:
    if snapshot is None:
        return Message("bitrix24.connector.no_record")
    when = Time(time=snapshot.at)
    made = (
        Message("bitrix24.connector.record_adopted", time=when)
        if snapshot.how == "adopted"
        else Message("bitrix24.connector.record_registered", time=when)
    )
    complete = (
        Message("bitrix24.connector.record_complete")
        if snapshot.restorable
        else Message("bitrix24.connector.record_incomplete")
    )
    removed = (Message("bitrix24.connector.record_removed"),) if snapshot.removed else ()
    return Message("bitrix24.connector.record", parts=(made, complete, *removed))


def _recorded(snapshot: Snapshot) -> tuple[tuple[Text, Text], ...]:
    """What cannot be read from the portal, as we know it, and what of that we do not."""
    known = snapshot.registration or {}
    missing = registration.list_missing_fields(known)
    facts: tuple[tuple[Text, Text], ...] = (
        (registration.HANDLER, str(known.get("PLACEMENT_HANDLER") or "")),
        (registration.ICON, icons.describe_icon(known["ICON"]) if known.get("ICON") else ""),
        (registration.NOT_KNOWN, Message("bitrix24.connector.record", parts=missing) if missing else ""),
    )
    data = tuple(
        (Message("bitrix24.connector.field_data", line=str(line)), _data(told))
        for line, told in sorted(snapshot.lines.items())
        if told
    )
    errors = tuple(
        (Message("bitrix24.connector.field_error", line=str(line)), why)
        for line, why in sorted(snapshot.errors.items())
    )
    return (*(fact for fact in facts if fact[1]), *data, *errors)


def _data(told: Data) -> Message:
    parts = tuple(
        Message("bitrix24.connector.field_value", field=key, value=value) for key, value in sorted(told.items())
    )
    return Message("bitrix24.connector.record", parts=parts)
