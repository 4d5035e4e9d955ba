"""What is true of a connector now, in the labels and states that plans and endings are judged by.

A label is a code: `registration`, `name`, `record`, and `line:3` for a line. Where a plan is about several connectors,
the connector stands behind it: `name:shopchat`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from bot.plugin import Message, Observation, Plan, Refusal, TargetUnreachable, Text
from plugins.bitrix24.commands.common import former_observation
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.model import CONNECTED, TRY_AGAIN, Line
from plugins.bitrix24.portal import Portal

REGISTRATION = "registration"
REGISTERED = Message("bitrix24.state.registered")
NAME = "name"
RECORD = "record"
"""The version of our own record, where there is one: a plan made from another version is no longer the same plan."""
ADOPTION = "adoption"
"""The part of a connector that is our record alone."""

_OPTIONAL = re.compile(rf"line:|({NAME}|{RECORD})(:|\Z)")
"""What a plan names only where it is about it."""
_LINE = re.compile(r"line:([1-9][0-9]*)")
_TARGET = re.compile(r"connector:([a-z0-9_]+)")


def observe_connector(portal: Portal, connector: str, also: Iterable[int] = ()) -> Observation:
    """The connector's registration and its lines. Raises PluginError when any part of that cannot be read.

    The lines `also` are read even when they are gone from the portal's list.
    """
    also = tuple(also)
    portal.gather("connectors", "lines", of=[connector], also=also)
    found = registered(portal, connector)
    found.pop(NAME, None)
    for status in portal.statuses(connector, also=also):
        if status.problem:
            where = name_line(portal, status.line)
            raise TargetUnreachable(
                Message(
                    "bitrix24.connector.status_unreadable", connector=connector, line=where, problem=status.problem
                ),
                hint=TRY_AGAIN,
            )
        if status.present:
            found[f"line:{status.line}"] = status.state
    return found


def name_line(portal: Portal, number: int) -> Message:
    """A line with its name; by its number where it is gone."""
    titles = {line.id: line.title for line in portal.lines()}
    return titles.get(number) or Message("bitrix24.state.line_number", line=str(number))


def registered(portal: Portal, connector: str) -> dict[str, Text]:
    """The registration, the name that the portal's list shows, and our record's version. Lines are not read."""
    found: dict[str, Text] = {}
    for each in portal.connectors():
        if each.id == connector:
            found |= {REGISTRATION: REGISTERED, NAME: registration.fold_name(each.name)}
    snapshot = portal.snapshot(connector)
    if snapshot is not None:
        found[RECORD] = Message("bitrix24.state.version", version=registration.digest(snapshot.value()))
    return found


def is_active(seen: Observation, line: Line) -> bool:
    """Whether an observation shows the connector active on a line, with or without an error."""
    return seen.get(line.label) in CONNECTED


def active(portal: Portal, seen: Observation) -> list[Line]:
    """The lines that an observation shows the connector active on, with or without an error."""
    return [line for line in portal.lines() if is_active(seen, line)]


def observe_connectors(portal: Portal, connectors: Iterable[str]) -> Observation:
    """Name and record of several connectors, under labels that say whose they are."""
    return {
        f"{label}:{connector}": word
        for connector in connectors
        for label, word in registered(portal, connector).items()
    }


def describe_labels(portal: Portal, *observations: Iterable[str]) -> Mapping[str, Text]:
    """How the labels of a plan read."""
    return {label: _describe(portal, label) for label in sorted({*(each for one in observations for each in one)})}


def _describe(portal: Portal, label: str) -> Message:
    kind, _, of = label.partition(":")
    if not of:
        return LABELS[kind]
    return name_line(portal, int(of)) if _LINE.fullmatch(label) else _LABELS_OF[kind](of)


LABELS: Mapping[str, Message] = {
    REGISTRATION: Message("bitrix24.state.registration"),
    NAME: Message("bitrix24.state.name"),
    RECORD: Message("bitrix24.state.record"),
}
_LABELS_OF: Mapping[str, Callable[[str], Message]] = {
    REGISTRATION: lambda connector: Message("bitrix24.state.registration_of", connector=connector),
    NAME: lambda connector: Message("bitrix24.state.name_of", connector=connector),
    RECORD: lambda connector: Message("bitrix24.state.record_of", connector=connector),
}


def observe_again(portal: Portal, plan: Plan) -> Observation:
    """What is true of a plan's target now, with the plan's own labels.

    Of the other lines, of our record and of the name a plan may say nothing: then that is left out.
    """
    connectors = [match[1] for each in plan.target.split() if (match := _TARGET.fullmatch(each))]
    if not connectors:
        raise Refusal(Message("bitrix24.connector.target_unknown", target=plan.target))
    former = former_observation.is_former(plan)
    labels = [former_observation.read_label(each) if former else each for each in (*plan.before, *plan.wanted)]
    if plan.part == ADOPTION:
        found = observe_connectors(portal, connectors)
    else:
        numbers = [int(match[1]) for each in labels if (match := _LINE.fullmatch(each))]
        found = dict(observe_connector(portal, connectors[0], numbers))
        if NAME in labels:
            found |= registered(portal, connectors[0])
    kept = {label: state for label, state in found.items() if label in labels or not _OPTIONAL.match(label)}
    return former_observation.write_observation(plan, kept) if former else kept
