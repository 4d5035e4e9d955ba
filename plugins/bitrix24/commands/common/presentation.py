"""How commands put things into messages and tables, so that they all do it alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.plugin import CommandLine, Message, Refusal, Table, Text
from plugins.bitrix24.connectors.identifiers import is_normal, suggest
from plugins.bitrix24.connectors.model import Line, Status
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.excerpt import excerpt

SHOWN = 5


def titles(lines: Iterable[Line]) -> tuple[Message, ...]:
    """Lines with their names, as an argument of a message."""
    return tuple(line.title for line in lines)


def numbers(lines: Iterable[Line]) -> str:
    """Lines as they are typed: `1 3`."""
    return " ".join(str(line.id) for line in lines)


def describe_line(line: Line, state: Text) -> Message:
    """A line that a change touches: its name, its number, its own switch, and what the connector is there."""
    return Message(
        "bitrix24.connector.line_touched",
        name=line.shown_name,
        line=str(line.id),
        switch=line.switch,
        state=state,
    )


def warn_lines_off(lines: Iterable[Line]) -> list[Message]:
    """A warning for each line that is switched off itself."""
    return [Message("bitrix24.connector.line_off_warning", line=line.title) for line in lines if not line.on]


def warn_data_not_readable(connector: str, lines: Iterable[Line]) -> Message:
    """A warning that no check can confirm the data of these lines."""
    return Message("bitrix24.connector.data_not_readable", connector=connector, lines=titles(lines))


def describe_cut_off(connector: str, lines: Iterable[Line]) -> Mapping[str, Message]:
    """For each line that a connector is active on: what it means for people once it is not."""
    return {
        line.label: Message("bitrix24.connector.cut_off", line=line.shown_name, connector=connector) for line in lines
    }


def format_active_lines(statuses: Iterable[Status]) -> Text:
    """On how many lines a connector is active: `2`, `2, 1 with an error`, `2 or more, not all readable`."""
    known = list(statuses)
    on = sum(status.configured for status in known)
    if any(status.problem for status in known):
        return Message("bitrix24.connector.active_at_least", active=on)
    wrong = sum(status.error for status in known)
    return Message("bitrix24.connector.active_and_errors", active=on, errors=wrong) if wrong else str(on)


def status_table(portal: Portal, statuses: Sequence[Status]) -> Table:
    """One row for each status: the connector, the line, the line's own switch, and how much of its data we know."""
    lines = {line.id: line for line in portal.lines()}
    registered = {found.id for found in portal.connectors()}
    known = {name: portal.snapshot(name) for name in {status.connector for status in statuses} & portal.ours()}
    rows = tuple(
        _row(status, lines.get(status.line), known.get(status.connector), registered=status.connector in registered)
        for status in statuses
    )
    return Table(columns=_STATUS_COLUMNS, rows=rows, attach=True)


_STATUS_COLUMNS = (
    Message("bitrix24.connector.column_connector"),
    Message("bitrix24.connector.column_registered"),
    Message("bitrix24.connector.column_line"),
    Message("bitrix24.connector.column_status"),
    Message("bitrix24.connector.column_line_enabled"),
    Message("bitrix24.connector.column_data_recorded"),
)


def _row(status: Status, line: Line | None, snapshot: Snapshot | None, *, registered: bool) -> tuple[Text, ...]:
    return (
        status.connector,
        Message("bitrix24.state.yes") if registered else Message("bitrix24.state.no"),
        line.title if line else Message("bitrix24.state.line_number", line=str(status.line)),
        status.state,
        line.switch if line else Message("bitrix24.state.line_gone"),
        snapshot.describe_data(status.line) if snapshot and status.configured else "–",
    )


def note_silent_connectors(portal: Portal, statuses: Iterable[Status]) -> tuple[Message, ...]:
    """One note for each connector that looks well on a line that is itself switched off."""
    off = {line.id: line.title for line in portal.lines() if not line.on}
    return tuple(
        Message("bitrix24.connector.silent", connector=status.connector, line=off[status.line])
        for status in statuses
        if status.configured and status.line in off
    )


def note_problems(statuses: Iterable[Status]) -> tuple[Message, ...]:
    """One note for each different reason why a status could not be read."""
    reasons = {status.problem for status in statuses if status.problem}
    return tuple(Message("bitrix24.connector.not_readable", problem=each) for each in sorted(reasons, key=str))


def note_errors(portal: Portal, statuses: Iterable[Status]) -> tuple[Message, ...]:
    """One note for each error of which our record says why it was set here."""
    told: list[Message] = []
    for status in statuses:
        snapshot = portal.snapshot(status.connector) if status.error else None
        why = snapshot.errors.get(status.line, "") if snapshot else ""
        if why:
            told.append(
                Message("bitrix24.connector.error_reason", connector=status.connector, line=str(status.line), why=why)
            )
    return tuple(told)


def note_unusable_ids(ids: Iterable[str]) -> tuple[Message, ...]:
    """A note on the ids that the portal lists and that this bot does not change."""
    odd = [each for each in ids if not is_normal(each)]
    if not odd:
        return ()
    named = tuple(Message("bitrix24.state.quoted", text=excerpt(each)) for each in odd[:SHOWN])
    more = (Message("bitrix24.connector.unusable_more", count=len(odd) - SHOWN),) if len(odd) > SHOWN else ()
    return (Message("bitrix24.connector.unusable_ids", connectors=(*named, *more)),)


def unknown_connector(portal: Portal, connector: str) -> Refusal:
    """For a person who named a connector that the portal does not have."""
    meant = suggest(connector, [found.id for found in portal.connectors()])
    guess = Message("bitrix24.connector.did_you_mean", connector=meant) if meant else SEE_LIST
    return Refusal(
        Message("bitrix24.connector.unknown", connector=connector, portal=portal.place.name),
        hint=describe_elsewhere(portal, connector) or guess,
        meant=meant or "",
    )


def describe_elsewhere(portal: Portal, connector: str) -> Message | None:
    """Say which other portal has this connector, as far as b24bot knows without reading it."""
    other = portal.find_elsewhere(connector)
    if other is None:
        return None
    return Message("bitrix24.connector.elsewhere", portal=other.place.shown_name, option=f"--portal {other.name}")


SEE_LIST = Message("bitrix24.connector.see_list", command=CommandLine(command_line="connector list"))
