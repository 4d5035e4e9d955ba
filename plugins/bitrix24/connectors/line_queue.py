"""Who answers on the open lines: the read that tells it, and how its answer is read. Nothing here asks the portal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.plugin import Json
from plugins.bitrix24.connectors.model import whole_number
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.rest.batch import Item
from plugins.bitrix24.traffic.last_seen import PAGE

LINES = "imopenlines.config.list.get"
NAME_MOST = 40


def page_of_lines(number: int) -> Mapping[str, Json]:
    """Select one page of the lines, counted from 0, without drafts (docs/portal-behaviour.md P106)."""
    return {"filter": {"=TEMPORARY": "N"}, "order": {"ID": "ASC"}, "limit": PAGE, "offset": number * PAGE}


def queue_page(number: int) -> Item:
    """One page of the lines with their queues, counted from 0 (docs/portal-behaviour.md P136)."""
    return Item(method=LINES, params={"PARAMS": {"select": ["ID"], **page_of_lines(number)}, "OPTIONS": {"QUEUE": "Y"}})


def read_queues(result: Any) -> Mapping[int, tuple[str, ...]]:
    """Who is in the queue of each line of a page, by name or else by id.

    A line of whose queue the portal says nothing, or nothing readable, is absent.
    """
    found: dict[int, tuple[str, ...]] = {}
    for row in list_rows(result):
        line = whole_number(row.get("ID")) if isinstance(row, Mapping) else None
        queue = row.get("QUEUE") if line else None
        if line and isinstance(queue, list | Mapping):
            found[line] = tuple(_names(list_rows(queue), row.get("QUEUE_USERS_FIELDS")))
    return found


def list_rows(value: Any) -> Sequence[Any]:
    """The rows of a list, which PHP may write as a map."""
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _names(users: Iterable[Any], shown: Any) -> Iterator[str]:
    fields = shown if isinstance(shown, Mapping) else {}
    for user in users:
        number = whole_number(user)
        if number is None:
            continue
        row = fields.get(str(number))
        name = row.get("USER_NAME") if isinstance(row, Mapping) else None
        yield excerpt(name, NAME_MOST) if isinstance(name, str) and name.strip() else str(number)
