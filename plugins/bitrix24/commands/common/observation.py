"""What is true of a connector now, in the words that plans, cards and endings are judged by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.plugin import Observation, Plan, Refusal, TargetUnreachable
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.model import ACTIVE, Line
from plugins.bitrix24.portal import Portal

REGISTRATION = "registration"
PRESENT = "present"
NAME = "name"
RECORD = "our record"
"""The version of our own record, where there is one: a plan made from another version is no longer the same plan."""

_OPTIONAL = re.compile(rf"line [1-9]|({NAME}|{RECORD})( of |\Z)")
"""What a plan names only where it is about it."""
_LINE = re.compile(r"line ([1-9][0-9]*) · .*", re.DOTALL)
ADOPTION = "adoption"
"""The part of a connector that is our record alone."""
_TARGET = re.compile(r"connector:([a-z0-9_]+)")


def observe_connector(portal: Portal, connector: str, labels: Mapping[int, str] | None = None) -> Observation:
    """The connector's registration and its lines. Raises PluginError when any part of that cannot be read.

    `labels` names lines as an earlier observation named them: they are read even when they are gone from the list,
    and a line renamed meanwhile keeps its old label. Else a leftover under a new name would pass for removed.
    """
    labels = labels or {}
    portal.gather("connectors", "lines", of=[connector], also=labels)
    found = registered(portal, connector)
    found.pop(NAME, None)
    titles = {line.id: line.title for line in portal.lines()} | dict(labels)
    for status in portal.statuses(connector, also=labels):
        if status.problem:
            raise TargetUnreachable(
                f"It cannot be read what {connector} is on {titles[status.line]}. {status.problem}",
                hint="Try again in a minute.",
            )
        if status.present:
            found[titles[status.line]] = status.word
    return found


def registered(portal: Portal, connector: str) -> dict[str, str]:
    """The registration, the name that the portal's list shows, and our record's version. Lines are not read."""
    found: dict[str, str] = {}
    for each in portal.connectors():
        if each.id == connector:
            found |= {REGISTRATION: PRESENT, NAME: registration.fold_name(each.name)}
    snapshot = portal.snapshot(connector)
    if snapshot is not None:
        found[RECORD] = f"version {registration.digest(snapshot.value())}"
    return found


def active(portal: Portal, seen: Observation) -> list[Line]:
    """The lines that an observation shows the connector active on, with or without an error."""
    return [line for line in portal.lines() if str(seen.get(line.title, "")).startswith(ACTIVE)]


def observe_connectors(portal: Portal, connectors: Iterable[str]) -> Observation:
    """Name and record of several connectors, under labels that say whose they are."""
    return {
        f"{label} of {connector}": word
        for connector in connectors
        for label, word in registered(portal, connector).items()
    }


def observe_again(portal: Portal, plan: Plan) -> Observation:
    """What is true of a plan's target now, with the plan's own labels.

    Of the other lines, of our record and of the name a plan may say nothing: then that is left out.
    """
    connectors = [match[1] for each in plan.target.split() if (match := _TARGET.fullmatch(each))]
    if not connectors:
        raise Refusal(f"The Bitrix24 plugin cannot look at “{plan.target}”.")
    if plan.part == ADOPTION:
        return _about(plan, observe_connectors(portal, connectors))
    found = dict(observe_connector(portal, connectors[0], _labels([*plan.before, *plan.wanted])))
    if NAME in plan.before or NAME in plan.wanted:
        found |= registered(portal, connectors[0])
    return _about(plan, found)


def _about(plan: Plan, found: Observation) -> Observation:
    named = {*plan.before, *plan.wanted}
    return {label: word for label, word in found.items() if label in named or not _OPTIONAL.match(label)}


def _labels(names: Iterable[str]) -> Mapping[int, str]:
    lines = ((_LINE.fullmatch(name), name) for name in names)
    return {int(match[1]): name for match, name in lines if match}
