"""Reads that tell what happens on the lines of a portal, and how their answers are read. Nothing here asks the portal.

An answer that is not there, or not readable, is no error: then one source of numbers is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.plugin import Json
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors import line_queue
from plugins.bitrix24.connectors.model import whole_number
from plugins.bitrix24.rest.batch import Item, ItemAnswer

_ACTIVITIES = "crm.activity.list"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmSessions:
    """Open dialogues of one connector that the CRM knows, by line. `complete`: these are all that it knows."""

    by_line: Mapping[int, int]
    complete: bool


def counter_page(number: int) -> Item:
    """One page of the lines with their counters of open dialogues."""
    select: Mapping[str, Json] = {"0": "ID", "OPEN": "STATISTIC.IN_WORK"}
    return Item(method=line_queue.LINES, params={"PARAMS": {"select": select, **line_queue.page_of_lines(number)}})


def crm_sessions(connector: str) -> Item:
    """The open dialogues of a connector on all lines, as the CRM knows them (docs/portal-behaviour.md P138)."""
    wanted: Mapping[str, Json] = {
        "PROVIDER_ID": "IMOPENLINES_SESSION",
        "RESULT_SOURCE_ID": connector,
        "COMPLETED": "N",
    }
    params: Mapping[str, Json] = {"filter": wanted, "select": ["ID", "PROVIDER_TYPE_ID"], "order": {"ID": "ASC"}}
    return Item(method=_ACTIVITIES, params=params)


def read_queues(answers: Iterable[ItemAnswer | None]) -> Mapping[int, tuple[str, ...]]:
    """Who is in the queue of each line, by name. A line whose queue did not come has no key."""
    values = [answer.value for answer in answers if answer is not None and not answer.problem]
    return {line: names for value in values for line, names in line_queue.read_queues(value).items()}


def read_counters(answers: Iterable[ItemAnswer | None]) -> Mapping[int, int]:
    """How many dialogues are open on each line, by the portal's counters. A line without one has no key."""
    counts = ((line, whole_number(row.get("OPEN"))) for line, row in _lines(answers))
    return {line: count for line, count in counts if count is not None and count >= 0}


def read_crm(answer: ItemAnswer | None) -> CrmSessions | None:
    """The open dialogues in the CRM; None where it cannot be asked."""
    if answer is None or answer.problem or not isinstance(answer.value, list | Mapping):
        return None
    rows = [row for row in line_queue.list_rows(answer.value) if isinstance(row, Mapping)]
    by_line = Counter(line for row in rows if (line := whole_number(row.get("PROVIDER_TYPE_ID"))))
    return CrmSessions(by_line=by_line, complete=answer.total is not None and answer.total <= len(rows))


def _lines(answers: Iterable[ItemAnswer | None]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for answer in answers:
        if answer is None or answer.problem:
            continue
        for row in line_queue.list_rows(answer.value):
            line = whole_number(row.get("ID")) if isinstance(row, Mapping) else None
            if line:
                yield line, row
