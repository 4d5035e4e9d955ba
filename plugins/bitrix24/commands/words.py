"""How commands put things into words and tables, so that they all do it alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bot.plugin import Refusal, Table
from plugins.bitrix24.identifiers import suggest
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.values import Connector, Line, Status


def count(number: int, noun: str) -> str:
    """`1 line`, `3 lines`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def date(milliseconds: int) -> str:
    """UTC, to the minute."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def active(statuses: Iterable[Status]) -> str:
    """On how many lines a connector is active: `2`, `2, 1 with an error`, `not readable`."""
    known = list(statuses)
    on = [status for status in known if status.configured]
    if any(status.problem for status in known):
        return f"{len(on)} or more, not all readable"
    wrong = sum(status.error for status in known)
    return f"{len(on)}, {wrong} with an error" if wrong else str(len(on))


def status_table(lines: Sequence[Line], statuses: Sequence[Status], registered: Mapping[str, Connector]) -> Table:
    """One row for each status: the connector, the line, and the line's own switch, which no status shows."""
    by_number = {line.id: line for line in lines}
    rows = tuple(_row(by_number.get(status.line), status, registered) for status in statuses)
    return Table(columns=("connector", "registered", "line", "status", "line itself"), rows=rows)


def _row(line: Line | None, status: Status, registered: Mapping[str, Connector]) -> tuple[str, ...]:
    return (
        status.connector,
        "yes" if status.connector in registered else "no",
        line.title if line else f"line {status.line}",
        status.word,
        line.switch if line else "gone",
    )


def problems(statuses: Iterable[Status]) -> tuple[str, ...]:
    """One note for each different reason why a status could not be read."""
    return tuple(sorted({f"Not readable: {status.problem}" for status in statuses if status.problem}))


def unknown_connector(portal: Portal, connector: str) -> Refusal:
    """For a person who named a connector that the portal does not have."""
    meant = suggest(connector, [found.id for found in portal.connectors()])
    return Refusal(
        f"There is no connector “{connector}” on {portal.place.name}.",
        hint=f"Did you mean “{meant}”?" if meant else "`connector list` shows those there are.",
    )
