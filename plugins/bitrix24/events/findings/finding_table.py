"""The findings of the watch as rows of a table: what is looked for, and which words tell it. Pure.

A finding is told when it begins, and with one word when it is over. What somebody else did in one go is one notice:
findings of one `group` fold, and a whole application that is gone hides what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from bot.plugin import Message, Text
from plugins.bitrix24.events.findings import application_kinds, connector_kinds, line_kinds
from plugins.bitrix24.events.findings.finding import Finding, FindingKind, View
from plugins.bitrix24.rest.error_codes import with_advice

KINDS: tuple[FindingKind, ...] = (
    application_kinds.REMOVED,
    application_kinds.UNPAID,
    application_kinds.NOT_INSTALLED,
    application_kinds.SCOPE_LOST,
    line_kinds.LINE_DELETED,
    connector_kinds.CONNECTOR_GONE,
    connector_kinds.SWITCHED_OFF,
    line_kinds.LINE_OFF,
    line_kinds.NO_OPERATOR,
    connector_kinds.ERROR_SET,
    line_kinds.TWO_ACTIVE,
    connector_kinds.RENAMED,
    connector_kinds.PAGE_MOVED,
    application_kinds.UPDATED,
    application_kinds.SUBSCRIPTIONS,
    application_kinds.SILENT,
)
"""In the order in which they are told. The first `whole` one that is found hides all others."""
BY_NAME = {kind.name: kind for kind in KINDS}


def find_all(view: View) -> Mapping[str, Finding]:
    """Find what deviates now, by key; a whole application that is gone hides the rest."""
    for kind in KINDS:
        found = list(kind.find(view))
        if found and kind.whole:
            return {each.key: each for each in found}
    return {each.key: each for kind in KINDS for each in kind.find(view)}


def fold(view: View, found: Iterable[Finding], *, over: bool = False) -> Iterable[Message]:
    """Write one message for each group of findings, in the order of the table."""
    order = [kind.name for kind in KINDS]
    rows = sorted(found, key=lambda each: (order.index(each.kind), str(BY_NAME[each.kind].group(each)), each.key))
    for (name, _), group in groupby(rows, key=lambda each: (each.kind, str(BY_NAME[each.kind].group(each)))):
        kind = BY_NAME[name]
        tell = kind.over if over else kind.raised
        if tell is None:
            continue
        told = list(group)
        advice = None if over else _advise(kind, view, told)
        yield tell(view, told) if advice is None else with_advice(tell(view, told), advice)


def _advise(kind: FindingKind, view: View, found: Sequence[Finding]) -> Text | None:
    if kind.loss is not None:
        return kind.loss(view).advice
    return kind.advice(view, found) if kind.advice is not None else None
