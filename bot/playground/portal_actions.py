"""What administrators do in the portal with one button at the page: a row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.playground.portal_control import PortalSide
from bot.plugin import Message
from bot.plugin.frozen import dataclass

Request = tuple[str, Mapping[str, Any]]
"""A path of the simulator's control API, and what is posted there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalAction:
    """An action at the portal's simulator. One with `back` lasts until its button is pressed again."""

    name: str
    label: Message
    help: Message
    act: Request
    back: Request | None = None


def portal_actions(portal: PortalSide) -> Sequence[PortalAction]:
    """The actions in the order of the page; none where the simulator has no control API."""
    return _rows(portal.port) if portal.there else ()


def _rows(port: int) -> Sequence[PortalAction]:
    return (
        PortalAction(
            name="dismiss",
            label=Message("playground.portal.dismiss", person="Anna"),
            help=Message("playground.portal.dismiss_help"),
            act=("operator", {"action": "dismiss", "user": 1}),
            back=("people", {"id": 1, "active": True}),
        ),
        PortalAction(
            name="lapse",
            label=Message("playground.portal.lapse"),
            help=Message("playground.portal.lapse_help"),
            act=("operator", {"action": "lapse"}),
            back=("operator", {"action": "pay"}),
        ),
        PortalAction(
            name="rename",
            label=Message("playground.portal.rename"),
            help=Message("playground.portal.rename_help", host=f"localhost:{port}"),
            act=("operator", {"action": "rename", "domain": f"localhost:{port}"}),
            back=("operator", {"action": "rename", "domain": ""}),
        ),
        PortalAction(
            name="shrink-plan",
            label=Message("playground.portal.shrink_plan"),
            help=Message("playground.portal.shrink_plan_help"),
            act=("operator", {"action": "shrink_plan", "lines": 1}),
        ),
        PortalAction(
            name="delete-line",
            label=Message("playground.portal.delete_line", line="Support"),
            help=Message("playground.portal.delete_line_help"),
            act=("operator", {"action": "delete_line", "line": 2}),
        ),
        PortalAction(
            name="uninstall",
            label=Message("playground.portal.uninstall"),
            help=Message("playground.portal.uninstall_help"),
            act=("operator", {"action": "uninstall"}),
        ),
    )
