"""What became of a command: every way in which one can end for now, so that a surface leaves none out."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest
from bot.core.change.planned_command import Answered, Planned
from bot.plugin import PluginError, Reply, Text
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """The plan was only shown."""

    planned: Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAtOnce:
    """It was done, since it waits for nobody."""

    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOpened:
    """A change request was opened."""

    change: ChangeRequest
    note: Text = ""
    """What the requester has to know about those who may approve it."""
    confirmed: bool = False
    """Whether its requester has confirmed it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFound:
    """A change request for the same was open already."""

    change: ChangeRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTaken:
    """A change request for something else is open for the same target, so nothing was opened."""

    change: ChangeRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAgreed:
    """Whoever typed it saw the plan and did not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused:
    """Nothing was done, and the error says why."""

    error: PluginError


CommandResult = (
    Answered | Previewed | DoneAtOnce | RequestOpened | RequestFound | TargetTaken | NotAgreed | CommandRefused
)
