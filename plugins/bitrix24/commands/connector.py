"""The connector commands that read. They answer from the portal as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

from bot.plugin import Arg, BadArgument, Group, Reply, Risk, Table
from plugins.bitrix24 import identifiers
from plugins.bitrix24.commands import words
from plugins.bitrix24.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.snapshot import Snapshot
from plugins.bitrix24.values import Ownership, Status

connectors = Group[Portal]("connector", help="Open-channel connectors of the portal")

_KINDS = {"ours": Ownership.OURS, "built-in": Ownership.BUILT_IN, "not-proven": Ownership.NOT_PROVEN}


def parse_kind(word: str) -> Ownership:
    """The kind that `--kind` names."""
    kind = _KINDS.get(word.lower())
    if kind is None:
        raise BadArgument(f"There is no kind of connector “{word[:40]}”.", hint=f"Use one of: {', '.join(_KINDS)}.")
    return kind


@connectors.command("list", risk=Risk.READ, examples=["", "--kind ours"])
def list_connectors(
    portal: Portal,
    *,
    kind: Annotated[
        Ownership | None, Arg(help="only these: ours, built-in or not-proven", label="KIND", parse=parse_kind)
    ] = None,
) -> Reply:
    """Show all connectors and on how many lines each is active.

    The portal does not say whose a connector is. Ours are those that were registered or adopted here; the ownership
    of all others is not proven.
    """
    shown = [found for found in portal.connectors() if kind in (None, found.ownership)]
    statuses = _matrix(portal, [found.id for found in shown])
    rows = tuple(
        (found.id, found.name, str(found.ownership), words.active(each))
        for found, each in zip(shown, statuses, strict=True)
    )
    return Reply(
        title=f"{words.count(len(rows), 'connector')} on {portal.place.name}",
        table=Table(columns=("id", "name", "kind", "lines active"), rows=rows),
        notes=words.problems(status for each in statuses for status in each),
    )


@connectors.command("show", risk=Risk.READ, examples=["myconnector"])
def show_connector(portal: Portal, connector: ConnectorId) -> Reply:
    """Show one connector: whose it is, what our record holds, and its lines."""
    registered = {found.id: found for found in portal.connectors()}
    found = registered.get(connector)
    if found is None:
        raise words.unknown_connector(portal, connector)
    statuses = portal.statuses(connector)
    here = [status for status in statuses if status.present or status.problem]
    return Reply(
        title=connector,
        facts=(
            ("name", found.name),
            ("kind", str(found.ownership)),
            ("lines active", words.active(statuses)),
            ("our record", _record(portal.snapshot(connector))),
        ),
        table=words.status_table(portal.lines(), here, registered),
        notes=words.problems(here),
    )


@connectors.command("status", risk=Risk.READ, examples=["", "myconnector"])
def connector_status(
    portal: Portal,
    connector: Annotated[str | None, Arg(help="only this connector", label="ID", parse=identifiers.parse)] = None,
) -> Reply:
    """Show where connectors are active or in error, and whether the line itself is on.

    A connector can be active on a line that is switched off: then operators get nothing although all looks well.
    """
    registered = {found.id: found for found in portal.connectors()}
    if connector is None:
        statuses = [status for each in _matrix(portal, sorted(registered)) for status in _worth_showing(each)]
        title = f"Connectors on the lines of {portal.place.name}"
    else:
        statuses = list(portal.statuses(connector))
        title = f"{connector} on the lines of {portal.place.name}"
        if connector not in registered and not any(status.present for status in statuses):
            raise words.unknown_connector(portal, connector)
    lost = sorted({status.connector for status in statuses if status.present} - set(registered))
    return Reply(
        title=title,
        table=words.status_table(portal.lines(), statuses, registered),
        notes=(*words.problems(statuses), *(f"{name} is active but not registered: it cannot work." for name in lost)),
    )


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
    complete = "registration known" if snapshot.registration else "registration not known"
    return f"{snapshot.how} {words.date(snapshot.at)}, {complete}"
