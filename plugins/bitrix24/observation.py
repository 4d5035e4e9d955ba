"""What is true of a connector now, in the words that plans, cards and endings are judged by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.plugin import Observation, Plan, Refusal, TargetUnreachable
from plugins.bitrix24.portal import Portal

REGISTRATION = "registration"
PRESENT = "present"

_LINE = re.compile(r"line ([1-9][0-9]*) · .*", re.DOTALL)


def of(portal: Portal, connector: str, labels: Mapping[int, str] | None = None) -> Observation:
    """The connector's registration and its lines. Raises PluginError when any part of that cannot be read.

    `labels` names lines as an earlier observation named them: they are read even when they are gone from the list,
    and a line renamed meanwhile keeps its old label. Else a leftover under a new name would pass for removed.
    """
    labels = labels or {}
    found = {REGISTRATION: PRESENT} if any(each.id == connector for each in portal.connectors()) else {}
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


def after(portal: Portal, plan: Plan) -> Observation:
    """What is true of a plan's target now, with the plan's own labels."""
    kind, _, connector = plan.target.partition(":")
    if kind != "connector" or not connector:
        raise Refusal(f"The Bitrix24 plugin cannot look at “{plan.target}”.")
    return of(portal, connector, _labels([*plan.before, *plan.wanted]))


def _labels(names: Iterable[str]) -> Mapping[int, str]:
    lines = ((_LINE.fullmatch(name), name) for name in names)
    return {int(match[1]): name for match, name in lines if match}
