"""What forms offer for a connector and for an open line. It is read in the background, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from bot.plugin import Choice, Choices, Message, Text
from plugins.bitrix24.connectors.model import Connector, Line, Ownership, Status
from plugins.bitrix24.connectors.snapshot import Snapshot

GROUPS: Mapping[Ownership, Message] = {
    Ownership.OURS: Message("bitrix24.choice.ours"),
    Ownership.NOT_PROVEN: Message("bitrix24.choice.not_proven"),
    Ownership.BUILT_IN: Message("bitrix24.choice.built_in"),
}
"""In the order of the form."""
REMOVAL = "connector remove"
MOST_STATUSES = 500
"""Ten requests. Where our connectors have more statuses, a form says nothing of lines."""


class Survey(Protocol):
    """What lists the connectors and the lines of a portal."""

    def look(self, *what: str, of: Iterable[str] = ()) -> None:
        """Ask for lists in one request; they may be some seconds old."""

    def ours(self) -> frozenset[str]:
        """The connectors that were registered or adopted here."""

    def snapshot(self, connector: str) -> Snapshot | None:
        """What is recorded here of a connector."""

    def connectors(self) -> Sequence[Connector]:
        """All connectors."""

    def lines(self) -> Sequence[Line]:
        """All open lines."""

    def matrix(self, pairs: Sequence[tuple[str, int]]) -> Sequence[Status]:
        """The status of each pair of connector and line."""


def list_connector_choices(portal: Survey) -> list[Choice]:
    """List the portal's connectors, ours first, each with the lines on which it is active."""
    portal.look("connectors", "lines", of=portal.ours())
    order = list(GROUPS)
    found = sorted(portal.connectors(), key=lambda each: (order.index(each.ownership), each.id))
    statuses = _statuses(portal, [each.id for each in found if each.ownership is Ownership.OURS])
    return [
        Choice(
            value=each.id,
            label=each.id,
            detail=_detail(each, statuses.get(each.id), len(portal.lines())),
            group=GROUPS[each.ownership],
            no_undo=_list_irreversible(portal, each),
            attention=any(status.error for status in statuses.get(each.id, ())),
        )
        for each in found
    ]


def _list_irreversible(portal: Survey, connector: Connector) -> tuple[str, ...]:
    """The commands that cannot be undone: what was never recorded here is not registered again."""
    known = portal.snapshot(connector.id) if connector.ownership is Ownership.OURS else None
    return () if known is not None and known.restorable else (REMOVAL,)


def _statuses(portal: Survey, ours: Sequence[str]) -> Mapping[str, list[Status]]:
    pairs = [(connector, line.id) for connector in ours for line in portal.lines()]
    if len(pairs) > MOST_STATUSES:
        return {}
    found: dict[str, list[Status]] = {connector: [] for connector in ours}
    for status in portal.matrix(pairs):
        found[status.connector].append(status)
    return found


def _detail(connector: Connector, statuses: Sequence[Status] | None, lines: int) -> Text:
    if statuses is None or any(status.problem for status in statuses):
        return connector.name
    active, errors = sum(status.configured for status in statuses), sum(status.error for status in statuses)
    told = Message("bitrix24.choice.lines", name=connector.name, active=active, lines=lines)
    return Message("bitrix24.choice.errors", lines=told, errors=errors) if errors else told


def list_line_choices(portal: Survey) -> list[Choice]:
    """List the portal's open lines, each with its own switch."""
    portal.look("lines")
    return [
        Choice(
            value=str(line.id),
            label=Message("bitrix24.choice.line", line=str(line.id), name=line.shown_name),
            detail=line.switch,
        )
        for line in portal.lines()
    ]


CONNECTORS = Choices(name="connectors", read=list_connector_choices)
LINES = Choices(name="lines", read=list_line_choices)
