"""How commands put things into words and tables, so that they all do it alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bot.plugin import Refusal, Table
from plugins.bitrix24.connectors.identifiers import is_normal, suggest
from plugins.bitrix24.connectors.model import Line, Status
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.excerpt import excerpt


def plural(number: int, noun: str) -> str:
    """`1 line`, `3 lines`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def join_with_and(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def describe_cut_off(connector: str, lines: Iterable[Line]) -> Mapping[str, str]:
    """For each line that a connector is active on: what it means for people once it is not."""
    return {
        line.title: f"{line.name}: what its customers write through {connector} does not arrive, and what operators "
        "answer does not reach them."
        for line in lines
    }


def format_date(milliseconds: int) -> str:
    """UTC, to the minute."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def format_active_lines(statuses: Iterable[Status]) -> str:
    """On how many lines a connector is active: `2`, `2, 1 with an error`, `not readable`."""
    known = list(statuses)
    on = [status for status in known if status.configured]
    if any(status.problem for status in known):
        return f"{len(on)} or more, not all readable"
    wrong = sum(status.error for status in known)
    return f"{len(on)}, {wrong} with an error" if wrong else str(len(on))


def status_table(portal: Portal, statuses: Sequence[Status]) -> Table:
    """One row for each status: the connector, the line, the line's own switch, and how much of its data we know."""
    lines = {line.id: line for line in portal.lines()}
    registered = {found.id for found in portal.connectors()}
    known = {name: portal.snapshot(name) for name in {status.connector for status in statuses} & portal.ours()}
    rows = tuple(
        _row(status, lines.get(status.line), known.get(status.connector), registered=status.connector in registered)
        for status in statuses
    )
    columns = ("connector", "registered", "line", "status", "line itself", "its data, to us")
    return Table(columns=columns, rows=rows, attach=True)


def _row(status: Status, line: Line | None, snapshot: Snapshot | None, *, registered: bool) -> tuple[str, ...]:
    return (
        status.connector,
        "yes" if registered else "no",
        line.title if line else f"line {status.line}",
        status.word,
        line.switch if line else "gone",
        snapshot.describe_data(status.line) if snapshot and status.configured else "–",
    )


def note_silent_connectors(portal: Portal, statuses: Iterable[Status]) -> tuple[str, ...]:
    """One note for each connector that looks well on a line that is itself switched off."""
    off = {line.id: line.title for line in portal.lines() if not line.on}
    return tuple(
        f"{status.connector} is active on {off[status.line]}, but the line itself is switched off: it is silent there."
        for status in statuses
        if status.configured and status.line in off
    )


def note_problems(statuses: Iterable[Status]) -> tuple[str, ...]:
    """One note for each different reason why a status could not be read."""
    return tuple(sorted({f"Not readable: {status.problem}" for status in statuses if status.problem}))


def note_errors(portal: Portal, statuses: Iterable[Status]) -> tuple[str, ...]:
    """One note for each error of which our record says why it was set here."""
    told: list[str] = []
    for status in statuses:
        snapshot = portal.snapshot(status.connector) if status.error else None
        why = snapshot.errors.get(status.line, "") if snapshot else ""
        if why:
            told.append(f"{status.connector} was marked as broken on line {status.line}: {why}")
    return tuple(told)


def note_unusable_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """A note on the ids that the portal lists and that this bot does not change."""
    odd = [each for each in ids if not is_normal(each)]
    if not odd:
        return ()
    named = join_with_and([f"“{excerpt(each)}”" for each in odd[:SHOWN]]) + (" and others" if len(odd) > SHOWN else "")
    return (
        f"The bot shows {named} and does not change {'it' if len(odd) == 1 else 'them'}: it changes ids of small Latin "
        "letters, digits and _ alone. Use the portal's Contact Center.",
    )


SHOWN = 5


def unknown_connector(portal: Portal, connector: str) -> Refusal:
    """For a person who named a connector that the portal does not have."""
    meant = suggest(connector, [found.id for found in portal.connectors()])
    return Refusal(
        f"There is no connector “{connector}” on {portal.place.name}.",
        hint=f"Did you mean “{meant}”?" if meant else "`connector list` shows those there are.",
    )
