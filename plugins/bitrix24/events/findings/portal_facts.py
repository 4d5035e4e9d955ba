"""What the watch reads of a portal at one time. A part that these tokens may not read is None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeVar

from bot.plugin import TargetRefused
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors import model
from plugins.bitrix24.connectors.deep_link import read_handlers
from plugins.bitrix24.connectors.model import Line, Status
from plugins.bitrix24.health.access_losses import AccessLoss, find_loss
from plugins.bitrix24.portal import Portal

T = TypeVar("T")
Pair = tuple[str, int]
"""A connector and the number of a line."""

REMOVED = frozenset({"NOT_INSTALLED", "APPLICATION_NOT_FOUND", "wrong_client"})
"""Codes by which a portal says that it does not have the application."""
UNPAID = frozenset({"PAYMENT_REQUIRED", "ACCESS_DENIED"})
"""Codes by which a portal says that its plan or the application's term has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHandler:
    """One row of `event.get`. `address` is empty in the offline queue."""

    event: str
    address: str
    offline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalFacts:
    """`began` is when reading began: what was changed later may or may not be in it.

    `removed`, `unpaid` and `installed` are how the portal sees the application; where one of the first two is true,
    nothing else could be read.
    """

    began: int
    removed: bool = False
    unpaid: bool = False
    loss: AccessLoss | None = None
    """What the portal's refusal to be read means; None where it was read."""
    installed: bool = True
    app_id: int = 0
    app_version: str = ""
    ours: frozenset[str] = frozenset()
    connectors: Mapping[str, str] | None = None
    lines: Mapping[int, Line] | None = None
    queues: Mapping[int, int] | None = None
    """How many users answer on each line, as far as the portal says."""
    statuses: Mapping[Pair, Status] = field(default_factory=dict)
    scopes: frozenset[str] | None = None
    handlers: tuple[EventHandler, ...] | None = None
    pages: frozenset[str] | None = None
    links: tuple[str, ...] | None = None
    """The addresses that links from outside open."""
    registered_pages: Mapping[str, str] = field(default_factory=dict)
    """The settings page with which each of our connectors was registered, as far as it is known."""

    @property
    def usable(self) -> bool:
        """Whether the portal serves the application at all."""
        return not (self.removed or self.unpaid) and self.installed

    @property
    def active(self) -> frozenset[Pair]:
        return frozenset(pair for pair, status in self.statuses.items() if status.configured and not status.problem)

    def is_off(self, pair: Pair) -> bool:
        """Whether the connector was seen not to be connected to the line."""
        status = self.statuses.get(pair)
        return status is not None and not status.problem and not status.configured


def read_facts(portal: Portal, began: int, ours: frozenset[str]) -> PortalFacts:
    """Read a portal with the connectors `ours`: one request, and one more for each 50 statuses that do not fit in it.

    Raises PluginError when nothing can be known of it now.
    """
    try:
        portal.gather("app", "scopes", "handlers", "pages", "connectors", "lines", "queues", of=sorted(ours))
        answer = portal.read("app.info")
    except TargetRefused as error:
        if error.code in REMOVED | UNPAID:
            removed, unpaid = error.code in REMOVED, error.code in UNPAID
            return PortalFacts(began=began, ours=ours, removed=removed, unpaid=unpaid, loss=find_loss(error.code))
        raise
    app = model.app_info(answer)
    if not (app.installed and app.paid):
        return PortalFacts(began=began, ours=ours, installed=app.installed, unpaid=not app.paid)
    connectors = _optional(lambda: {row.id.lower(): row.name for row in portal.connectors()})
    lines = _optional(lambda: {line.id: line for line in portal.lines()})
    pairs = [(connector, number) for connector in sorted(ours) for number in lines or ()]
    return PortalFacts(
        began=began,
        installed=True,
        app_id=model.whole_number(answer.get("ID")) or 0,
        app_version=str(model.whole_number(answer.get("VERSION")) or ""),
        ours=ours,
        connectors=connectors,
        lines=lines,
        queues=None if lines is None else _optional(portal.queues),
        statuses={(status.connector, status.line): status for status in portal.matrix(pairs)},
        scopes=_optional(lambda: frozenset(map(str, _rows(portal.read("scope"))))),
        handlers=_optional(lambda: _handlers(portal.read("event.get"))),
        pages=_optional(lambda: _pages(portal.read("placement.get"))),
        links=_optional(lambda: read_handlers(portal.read("placement.get"))),
        registered_pages=_registered_pages(portal, ours),
    )


def _optional(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except TargetRefused:
        return None


def _rows(answer: Any) -> list[Any]:
    """The rows of a list, which PHP may write as a map."""
    if isinstance(answer, Mapping):
        return list(answer.values())
    return answer if isinstance(answer, list) else []


def _handlers(answer: Any) -> tuple[EventHandler, ...]:
    rows = (row for row in _rows(answer) if isinstance(row, Mapping))
    return tuple(
        EventHandler(
            event=str(row.get("event", "")).upper(),
            address=str(row.get("handler") or ""),
            offline=bool(model.flag(row.get("offline"))),
        )
        for row in rows
    )


def _pages(answer: Any) -> frozenset[str]:
    rows = (row for row in _rows(answer) if isinstance(row, Mapping))
    return frozenset(str(row.get("handler", "")) for row in rows if row.get("placement") == "SETTING_CONNECTOR")


def _registered_pages(portal: Portal, ours: frozenset[str]) -> Mapping[str, str]:
    found = {}
    for connector in ours:
        snapshot = portal.snapshot(connector)
        page = (snapshot.registration or {}).get("PLACEMENT_HANDLER") if snapshot else None
        if isinstance(page, str):
            found[connector] = page
    return found
