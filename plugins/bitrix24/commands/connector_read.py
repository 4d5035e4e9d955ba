"""The connector commands that read. They answer from the portal as it is now."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import groupby
from typing import Annotated

from bot.plugin import Arg, BadArgument, Group, Reply, Risk, Table
from plugins.bitrix24.commands.common import presentation
from plugins.bitrix24.commands.common.json_views import KINDS, connector_view, record_view, status_views
from plugins.bitrix24.connectors import icons, identifiers, registration
from plugins.bitrix24.connectors.identifiers import ListedId
from plugins.bitrix24.connectors.model import Ownership, Status
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal

connectors = Group[Portal]("connector", help="Open-channel connectors of the portal")


def parse_kind(word: str) -> Ownership:
    """The kind that `--kind` names."""
    kind = KINDS.get(word.lower())
    if kind is None:
        raise BadArgument(f"There is no kind of connector “{word[:40]}”.", hint=f"Use one of: {', '.join(KINDS)}.")
    return kind


@connectors.command("list", risk=Risk.READ, examples=["", "--kind ours"])
def list_connectors(
    portal: Portal,
    *,
    kind: Annotated[
        Ownership | None,
        Arg(help="only these: ours, built-in or not-proven", label="KIND", parse=parse_kind, complete=lambda _: KINDS),
    ] = None,
) -> Reply:
    """Show all connectors and on how many lines each is active.

    The portal does not say whose a connector is. Ours are those that were registered or adopted here; the ownership
    of all others is not proven.
    """
    portal.look("connectors", "lines", of=portal.ours() if kind is Ownership.OURS else portal.known_connectors)
    shown = [found for found in portal.connectors() if kind in (None, found.ownership)]
    statuses = _matrix(portal, [found.id for found in shown])
    rows = tuple(
        (found.id, found.name, str(found.ownership), presentation.format_active_lines(each))
        for found, each in zip(shown, statuses, strict=True)
    )
    which = f" of the kind {kind}" if kind else ""
    return Reply(
        title=f"{presentation.plural(len(rows), 'connector')}{which} on {portal.place.name}",
        table=Table(columns=("id", "name", "kind", "lines active"), rows=rows),
        notes=(
            *presentation.note_problems(status for each in statuses for status in each),
            *presentation.note_unusable_ids(found.id for found in shown),
            *portal.unread(),
            *portal.age(),
        ),
        data=[connector_view(found, each) for found, each in zip(shown, statuses, strict=True)],
    )


@connectors.command("show", risk=Risk.READ, examples=["myconnector"])
def show_connector(portal: Portal, connector: ListedId) -> Reply:
    """Show one connector: whose it is, what our record holds, and its lines.

    Any id that `connector list` shows can be named, also one that this bot cannot change.
    """
    portal.look("connectors", "lines", of=[connector], named=True)
    connector = identifiers.find_listed(connector, (each.id for each in portal.connectors()))
    found = next((each for each in portal.connectors() if each.id == connector), None)
    if found is None:
        raise presentation.unknown_connector(portal, connector)
    statuses = portal.statuses(connector)
    here = _worth_showing(statuses)
    snapshot = portal.snapshot(connector)
    return Reply(
        title=connector,
        facts=(
            ("name", found.name),
            ("kind", str(found.ownership)),
            ("lines active", presentation.format_active_lines(statuses)),
            ("our record", _record(snapshot)),
            *(_recorded(snapshot) if snapshot else ()),
        ),
        table=presentation.status_table(portal, here),
        notes=(
            *presentation.note_problems(here),
            *presentation.note_silent_connectors(portal, here),
            *presentation.note_unusable_ids([connector]),
            *portal.unread("lines"),
        ),
        data={
            **connector_view(found, statuses),
            "record": record_view(snapshot),
            "lines": status_views(portal, here),
        },
    )


@connectors.command("status", risk=Risk.READ, examples=["", "myconnector", "--all"])
def connector_status(
    portal: Portal,
    connector: Annotated[
        str | None,
        Arg(help="only this connector", label="ID", parse=identifiers.parse_listed, complete=identifiers.known_ids),
    ] = None,
    *,
    all: Annotated[bool, Arg(help="every connector of the portal, not only ours", label="")] = False,
) -> Reply:
    """Show where connectors are active or in error, and whether the line itself is on.

    Ours, one, or all. A connector can be active on a line that is switched off: then operators get nothing although
    all looks well.
    """
    if connector is not None and all:
        raise BadArgument("`connector status` takes an id or --all, not both.", hint="Leave one of them out.")
    wanted = [connector] if connector is not None else portal.ours() | set(portal.known_connectors if all else ())
    portal.look("connectors", "lines", of=sorted(wanted), named=connector is not None)
    registered = {found.id for found in portal.connectors()}
    if connector is not None:
        return _status_of_one(portal, identifiers.find_listed(connector, registered), registered)
    ids = sorted(registered | portal.ours() if all else portal.ours())
    statuses = [status for each in _matrix(portal, ids) for status in _worth_showing(each)]
    idle = [name for name in ids if name in registered and name not in {status.connector for status in statuses}]
    return Reply(
        title=f"{'All' if all else 'Our'} connectors on the lines of {portal.place.name}",
        table=presentation.status_table(portal, statuses),
        notes=(*_status_notes(portal, statuses, registered), *_idle(idle), *_not_shown(portal, registered, all=all)),
        data=status_views(portal, statuses),
    )


def _status_of_one(portal: Portal, connector: str, registered: Set[str]) -> Reply:
    statuses = portal.statuses(connector)
    if connector not in registered and not any(status.present for status in statuses):
        raise presentation.unknown_connector(portal, connector)
    return Reply(
        title=f"{connector} on the lines of {portal.place.name}",
        table=presentation.status_table(portal, statuses),
        notes=_status_notes(portal, statuses, registered),
        data=status_views(portal, statuses),
    )


def _status_notes(portal: Portal, statuses: Sequence[Status], registered: Set[str]) -> tuple[str, ...]:
    lost = sorted({status.connector for status in statuses if status.present} - registered)
    return (
        *presentation.note_problems(statuses),
        *presentation.note_errors(portal, statuses),
        *(f"{name} is active but not registered: it cannot work." for name in lost),
        *presentation.note_silent_connectors(portal, statuses),
        *portal.unread(),
        *portal.age(),
    )


def _idle(names: Sequence[str]) -> tuple[str, ...]:
    return (f"On no line: {presentation.join_with_and(names)}.",) if names else ()


def _not_shown(portal: Portal, registered: Set[str], *, all: bool) -> tuple[str, ...]:
    if all:
        return ()
    if not portal.ours():
        return ("None is ours yet: `connector adopt ID` takes one into our record, and --all shows every one.",)
    lost = sorted(portal.ours() - registered)
    told = (
        f"Ours, but not registered any more: {presentation.join_with_and(lost)}. `connector restore ID` puts one back.",
    )
    others = len(registered - portal.ours())
    rest = f"{presentation.plural(others, 'connector')} of others and built-in ones not shown; --all shows them."
    return (*(told if lost else ()), *((rest,) if others else ()))


def _matrix(portal: Portal, ids: Sequence[str]) -> list[list[Status]]:
    """The statuses of each connector over all lines, in the order of `ids`."""
    pairs = [(name, line.id) for name in ids for line in portal.lines()]
    found = {name: list(each) for name, each in groupby(portal.matrix(pairs), key=lambda status: status.connector)}
    return [found.get(name, []) for name in ids]


def _worth_showing(statuses: Sequence[Status]) -> list[Status]:
    return [status for status in statuses if status.present or status.problem]


def _record(snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "none: neither registered nor adopted here"
    complete = "registration known" if snapshot.restorable else "registration not known"
    removed = ", removed here since" if snapshot.removed else ""
    return f"{snapshot.how} {presentation.format_date(snapshot.at)}, {complete}{removed}"


def _recorded(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """What cannot be read from the portal, as we know it, and what of that we do not."""
    known = snapshot.registration or {}
    facts = (
        ("handler", str(known.get("PLACEMENT_HANDLER") or "")),
        ("icon", icons.describe_icon(known["ICON"]) if known.get("ICON") else ""),
        ("not known", "; ".join(registration.list_missing_fields(known))),
    )
    data = tuple(
        (f"data on line {line}", ", ".join(f"{key} {value}" for key, value in sorted(told.items())))
        for line, told in sorted(snapshot.lines.items())
        if told
    )
    errors = tuple((f"error on line {line}", why) for line, why in sorted(snapshot.errors.items()))
    return (*(fact for fact in facts if fact[1]), *data, *errors)
